/** The layers in a loop over passes: each pass attends to the KV cache that the pass before it hands on. For the CPU. */
import type { ModelConfig } from '../model/config/config.ts'
import { attentionOverCache, type LayerKeyValues, type PastTokens } from './attention/kv-cache.ts'
import type { AttentionRows } from './attention/tree-attention.ts'
import type { AttentionForm, Projections } from './blocks/attention.ts'
import type { Block } from './blocks/block.ts'
import { rotaryTables } from './blocks/rotary.ts'
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

/** Runs the passes one after another; returns the hidden states at the output positions, [P × R, hidden]. */
export function layersInPasses({ g, config, weights }: Block<ModelConfig>, addLayers: AddLayers): string {
  const body = g.body()
  const of = (input: string) => body.node('Gather', [input, 'pass'])
  const names = config.windows.flatMap((_, layer) => [`past_keys_${layer}`, `past_values_${layer}`])
  const rows = rowsOfPass(of)
  const past = pastTokens(body, names[0]!, of)
  const after: LayerKeyValues[] = []
  const tokenIds = of('token_ids')
  const rotaryOf = rotaryTables(body, config, rows.positions, 'positions')
  const hidden = addLayers({ g: body, config, weights }, { ids: tokenIds, positions: rows.positions }, (shape, layer) => ({
    rotary: rotaryOf(shape.layerRope),
    attend(own: Projections) {
      const before = { keys: names[2 * layer]!, values: names[2 * layer + 1]! }
      const { attended, cache } = attentionOverCache(body, shape, own, { rows, past, cache: before })
      after.push(cache)
      return attended
    },
  }))
  const output = body.node('Gather', [hidden, of('output_positions')])
  const states = (name: string): ValueInfo => ({ name, type: 'float', shape: [1, config.keyValueHeadCount, 'past', config.headSize] })
  const graph = body.finish(
    'pass',
    [{ name: 'pass', type: 'int64', shape: [] }, { name: 'pass_going', type: 'bool', shape: [] }, ...names.map(states)],
    [
      { name: body.node('Identity', ['pass_going']), type: 'bool', shape: [] },
      ...after.flatMap(({ keys, values }) => [states(keys), states(values)]),
      { name: output, type: 'float' },
    ],
  )
  const passCount = g.node('Gather', [g.node('Shape', ['token_ids']), g.integers(0)])
  const nothing = g.floats(new Float32Array(0), [1, config.keyValueHeadCount, 0, config.headSize])
  const outputs = g.nodes('Loop', [passCount, '', ...names.map(() => nothing)], names.length + 1, { body: { graph } })
  return g.node('Reshape', [outputs.at(-1)!, g.integers([-1, config.hiddenSize])])
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
