/** The layers in a loop over passes: each pass attends to the KV cache that the pass before it hands on. For the CPU. */
import type { ModelConfig } from '../model/config/config.ts'
import { attentionOverCache, type LayerKeyValues, type PastTokens } from './attention/kv-cache.ts'
import type { AttentionRows } from './attention/tree-attention.ts'
import type { AttentionForm, Projections } from './blocks/attention.ts'
import type { Block } from './blocks/block.ts'
import { rotaryTables, type Rotary } from './blocks/rotary.ts'
import type { LayerConfig } from './decoder-layer.ts'
import type { GraphBuilder } from './builder.ts'
import { DATA_TYPE, type ValueInfo } from './onnx-model.ts'

/** P passes of N packed tokens. `Pass` and `AttentionLayout` of src/plan say what the values mean. */
export const PASS_INPUTS: readonly ValueInfo[] = [
  { name: 'token_ids', type: 'int32', shape: ['P', 'N'] },
  { name: 'positions', type: 'int32', shape: ['P', 'N'] },
  /** Of past and own tokens; any values behind the last. */
  { name: 'subtree_ends', type: 'int32', shape: ['P', 'A'] },
  { name: 'queries', type: 'int32', shape: ['P', 'G', 'B', 'S'] },
  { name: 'keys', type: 'int32', shape: ['P', 'G', 'B', 'L'] },
  { name: 'key_counts', type: 'int64', shape: ['P', 'G'] },
  { name: 'query_slots', type: 'int32', shape: ['P', 'N'] },
  { name: 'group_counts', type: 'int64', shape: ['P'] },
  /** The past of the next pass, in `next_past_counts` columns. */
  { name: 'next_past', type: 'int32', shape: ['P', 'K'] },
  { name: 'next_past_counts', type: 'int64', shape: ['P'] },
  { name: 'is_linear', type: 'bool', shape: ['P'] },
  /** The tokens of each pass whose hidden states the head needs; any tokens behind the last. `scored` counts through all of them. */
  { name: 'output_positions', type: 'int32', shape: ['P', 'R'] },
]

/** Adds all layers to a graph, with a form of attention for each. */
type AddLayers = (model: Block<ModelConfig>, tokens: Tokens, attention: (config: LayerConfig, layer: number) => AttentionForm) => string

/** Packed tokens, [N] each. */
export interface Tokens {
  readonly ids: string
  readonly positions: string
}

/** Runs the passes of one model one after another; returns the hidden states at the output positions, [P × R, hidden]. */
export function layersInPasses({ g, config, weights }: Block<ModelConfig>, addLayers: AddLayers): string {
  const caches = config.windows.map(() => config)
  const [states] = statesInPasses(g, caches, (body, tokens, attention) => {
    const hidden = addLayers({ g: body, config, weights }, tokens, (shape, layer) => attention({ ...config, ...shape }, layer))
    return [{ hidden, width: config.hiddenSize }]
  })
  return states!
}

/** Sizes of what a layer passes on from pass to pass. */
export type CacheShape = Pick<ModelConfig, 'keyValueHeadCount' | 'headSize'>

/** A layer's form of attention in a pass; `cache` is the index of its cache. */
type PassAttention = (config: LayerConfig & Pick<ModelConfig, 'rope' | 'localRope'>, cache: number) => AttentionForm

/** Hidden states of all tokens of a pass, [N, width]. */
export interface PassStates {
  readonly hidden: string
  readonly width: number
}

/**
 * Runs passes of any layers one after another, each layer with a cache. `addLayers` makes the hidden states that are wanted; returns those at the output
 * positions, [P × R, width] each.
 */
export function statesInPasses(
  g: GraphBuilder,
  caches: readonly CacheShape[],
  addLayers: (body: GraphBuilder, tokens: Tokens, attention: PassAttention) => readonly PassStates[],
): string[] {
  const body = g.body()
  const of = (input: string) => body.node('Gather', [input, 'pass'])
  const names = caches.flatMap((_, cache) => [`past_keys_${cache}`, `past_values_${cache}`])
  const rows = rowsOfPass(of)
  const past = pastTokens(body, names[0]!, of)
  const after: LayerKeyValues[] = []
  const tokenIds = of('token_ids')
  const rotaryOf = rotaryTablesOf(body, rows.positions)
  const wanted = addLayers(body, { ids: tokenIds, positions: rows.positions }, (shape, cache) => ({
    rotary: rotaryOf(shape),
    attend(own: Projections) {
      const before = { keys: names[2 * cache]!, values: names[2 * cache + 1]! }
      const { attended, cache: next } = attentionOverCache(body, shape, own, { rows, past, cache: before })
      after[cache] = next
      return attended
    },
  }))
  const positions = of('output_positions')
  const outputs = wanted.map(({ hidden }) => body.node('Gather', [hidden, positions]))
  const states = (name: string, { keyValueHeadCount, headSize }: CacheShape): ValueInfo => ({
    name,
    type: 'float',
    shape: [1, keyValueHeadCount, 'past', headSize],
  })
  const graph = body.finish(
    'pass',
    [
      { name: 'pass', type: 'int64', shape: [] },
      { name: 'pass_going', type: 'bool', shape: [] },
      ...names.map((name, index) => states(name, caches[Math.floor(index / 2)]!)),
    ],
    [
      { name: body.node('Identity', ['pass_going']), type: 'bool', shape: [] },
      ...after.flatMap(({ keys, values }, cache) => [states(keys, caches[cache]!), states(values, caches[cache]!)]),
      ...outputs.map((name): ValueInfo => ({ name, type: 'float' })),
    ],
  )
  const passCount = g.node('Gather', [g.node('Shape', ['token_ids']), g.integers(0)])
  const nothing = emptyCaches(g)
  const results = g.nodes('Loop', [passCount, '', ...names.map((_, index) => nothing(caches[Math.floor(index / 2)]!))], names.length + outputs.length, {
    body: { graph },
  })
  return results.slice(names.length).map((states, index) => g.node('Reshape', [states, g.integers([-1, wanted[index]!.width])]))
}

/** The tables of layers of any models, one for each way of rotating. */
function rotaryTablesOf(body: GraphBuilder, positions: string): (config: LayerConfig & Pick<ModelConfig, 'rope' | 'localRope'>) => Rotary | undefined {
  const made = new Map<string, ReturnType<typeof rotaryTables>>()
  return ({ rope, localRope, rotaryWidth, layerRope }) => {
    const key = JSON.stringify([rope, localRope, rotaryWidth])
    const tables = made.get(key) ?? rotaryTables(body, { rope, rotaryWidth, ...(localRope && { localRope }) }, positions, 'positions')
    made.set(key, tables)
    return tables(layerRope)
  }
}

/** The caches before the first pass, one value for each shape. */
function emptyCaches(g: GraphBuilder): (shape: CacheShape) => string {
  const made = new Map<string, string>()
  return ({ keyValueHeadCount, headSize }) => {
    const key = `${keyValueHeadCount} ${headSize}`
    const value = made.get(key) ?? g.floats(new Float32Array(0), [1, keyValueHeadCount, 0, headSize])
    made.set(key, value)
    return value
  }
}

function rowsOfPass(of: (input: string) => string): AttentionRows {
  return {
    positions: of('positions'),
    subtreeEnds: of('subtree_ends'),
    queries: of('queries'),
    keys: of('keys'),
    keyCounts: of('key_counts'),
    querySlots: of('query_slots'),
    groupCount: of('group_counts'),
  }
}

/** What attention needs to know of a pass, from its inputs and the cached keys of one layer: all layers have as many tokens. */
function pastTokens(body: GraphBuilder, pastKeys: string, of: (input: string) => string): PastTokens {
  const int32 = (value: string) => body.node('Cast', [value], { to: DATA_TYPE.int32 })
  const count = int32(body.node('Gather', [body.node('Shape', [pastKeys]), body.integers(2)]))
  const own = int32(body.node('Size', [of('token_ids')]))
  const total = body.node('Add', [count, own])
  const lastToken = body.node('Sub', [total, int32(body.integers([1]))])
  const nextCount = body.node('Reshape', [of('next_past_counts'), body.integers([1])])
  const next = body.node('Slice', [of('next_past'), body.integers([0]), nextCount, body.integers([0])])
  return { count, total, lastToken, next, isLinear: of('is_linear') }
}
