/** Attention with grouped queries: projections, norms of queries and keys, rotation, and the output projection around a form of attention. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { LayerRope } from '../../model/families/decoder.ts'
import { numberedModule, type LayerModules } from '../../model/families/tensor-names.ts'
import type { Block } from './block.ts'
import { normOver } from './norm.ts'
import { project } from './project.ts'
import { rotate, type Rotary } from './rotary.ts'

/** Projected and rotated states: queries of N tokens, [N, heads × headSize], keys and values of as many or more; and attention sinks, [heads], if there are any. */
export type Projections = Readonly<Record<'queries' | 'keys' | 'values', string>> & { readonly sinks?: string }

/** Sizes of attention, how scores are computed, and how many tokens back it sees. */
export type AttentionShape = Pick<
  ModelConfig,
  'headCount' | 'keyValueHeadCount' | 'headSize' | 'attentionScale' | 'attentionSoftcap' | 'alibi' | 'hasSinks'
> & {
  readonly window: number
}

/** What the attention block of a layer needs to know, and which rotary embedding it has. */
export type AttentionConfig = AttentionShape &
  Pick<
    ModelConfig,
    'normEpsilon' | 'queryKeyNorm' | 'queryKeyValueBias' | 'attentionOutputBias' | 'projectionClip' | 'rotaryWidth' | 'isRotaryInterleaved' | 'tensorNames'
  > & { readonly layerRope: LayerRope }

/** How a graph computes attention, and at which positions its tokens are. */
export interface AttentionForm {
  /** What the queries see, [N, heads × headSize]. */
  readonly attend: (projections: Projections) => string
  /** Angles of the layer; undefined if its `layerRope` is none. */
  readonly rotary: Rotary | undefined
}

/** Attention over normed hidden states [N, hidden]; returns as many, without the residual. */
export function attentionBlock(block: Block<AttentionConfig>, input: string, { attend, rotary }: AttentionForm): string {
  const { config } = block
  const { queries, keys, values } = projections(block, input)
  const turned = (states: string, role: 'queryNorm' | 'keyNorm', heads: number) => {
    const { states: unclipped, isByHead } = normHeads(block, role, states, heads)
    const normed = clipped(block, unclipped)
    if (rotary) return rotate(block.g, rotary, normed, { heads, ...config })
    return isByHead ? block.g.node('Reshape', [normed, block.g.integers([-1, heads * config.headSize])]) : normed
  }
  const attended = attend({
    queries: turned(queries, 'queryNorm', config.headCount),
    keys: turned(keys, 'keyNorm', config.keyValueHeadCount),
    values: clipped(block, values),
    ...(config.hasSinks && { sinks: block.weights.value(config.tensorNames.layer.sinks!) }),
  })
  return project(block, config.tensorNames.layer.attentionOutput!, attended, { hasBias: config.attentionOutputBias })
}

/** `states` between ± the model's clip; the states themselves without one. */
function clipped({ g, config, weights }: Block<AttentionConfig>, states: string): string {
  const { projectionClip: clip } = config
  if (clip === undefined) return states
  return g.node('Min', [g.node('Max', [states, weights.constant([-clip])]), weights.constant([clip])])
}

/** Queries, keys and values before norms, clip and rotation. */
function projections(block: Block<AttentionConfig>, input: string): Projections {
  const { config } = block
  const from = (module: string) => project(block, module, input, { hasBias: config.queryKeyValueBias })
  const { query, key, value, queryKeyValue } = config.tensorNames.layer
  return queryKeyValue === undefined ? { queries: from(query!), keys: from(key!), values: from(value!) } : splitProjections(block, from(queryKeyValue))
}

/** Queries, keys and values of one product [N, query width + 2 × key width]. */
function splitProjections({ g, config }: Block<AttentionConfig>, states: string): Projections {
  const { headCount, keyValueHeadCount, headSize, tensorNames } = config
  const [queryWidth, keyWidth] = [headCount * headSize, keyValueHeadCount * headSize]
  if (tensorNames.queryKeyValueRows !== 'groups') {
    const [queries, keys, values] = g.nodes('Split', [states, g.integers([queryWidth, keyWidth, keyWidth])], 3, { axis: 1 })
    return { queries: queries!, keys: keys!, values: values! }
  }
  const groupSize = headCount / keyValueHeadCount
  const grouped = g.node('Reshape', [states, g.integers([-1, keyValueHeadCount, (groupSize + 2) * headSize])])
  const parts = g.nodes('Split', [grouped, g.integers([groupSize * headSize, headSize, headSize])], 3, { axis: 2 })
  const [queries, keys, values] = parts.map((part, index) => g.node('Reshape', [part, g.integers([-1, index === 0 ? queryWidth : keyWidth])]))
  return { queries: queries!, keys: keys!, values: values! }
}

/** The norm of queries or keys, if the model has it; `isByHead` if the result is [N, heads, headSize]. */
function normHeads(
  block: Block<AttentionConfig>,
  role: 'queryNorm' | 'keyNorm',
  states: string,
  heads: number,
): { readonly states: string; readonly isByHead: boolean } {
  const { g, config } = block
  const { queryKeyNorm, headSize } = config
  if (!queryKeyNorm) return { states, isByHead: false }
  const { over, form } = queryKeyNorm
  const module = (config.tensorNames.layer as Required<LayerModules>)[role]
  if (over === 'width') return { states: normOver(block, form, { module, width: heads * headSize }, states), isByHead: false }
  const byHead = g.node('Reshape', [states, g.integers([-1, heads, headSize])])
  if (over === 'head') return { states: normOver(block, form, { module, width: headSize }, byHead), isByHead: true }
  const plain = normOver(block, { ...form, hasWeight: false, hasBias: false }, { module, width: headSize }, byHead)
  return { states: g.node('Mul', [plain, headWeights(block, module, heads)]), isByHead: true }
}

/** Weights of a norm for each head, [heads, headSize]. */
function headWeights({ weights }: Block<AttentionConfig>, module: string, heads: number): string {
  if (!module.includes('{}')) return weights.value(`${module}.weight`)
  const rows = Array.from({ length: heads }, (_, head) => `${numberedModule(module, head)}.weight`)
  return weights.derived(`${module}.weight`, (outer) =>
    outer.node(
      'Concat',
      rows.map((row) => outer.node('Unsqueeze', [weights.value(row), outer.integers([0])])),
      { axis: 0 },
    ),
  )
}
