/** Attention with grouped queries: projections, norms of queries and keys, rotation, and the output projection around a form of attention. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Block } from './block.ts'
import { rmsNorm } from './norm.ts'
import { rotate, type Rotary } from './rotary.ts'

/** Projected and rotated states: queries of N tokens, [N, heads × headSize], keys and values of as many or more. */
export type Projections = Readonly<Record<'queries' | 'keys' | 'values', string>>

/** Sizes of attention, and how many tokens back it sees. */
export type AttentionShape = Pick<ModelConfig, 'headCount' | 'keyValueHeadCount' | 'headSize'> & { readonly window: number }

/** What the attention block of a layer needs to know. */
export type AttentionConfig = AttentionShape & Pick<ModelConfig, 'normEpsilon' | 'queryKeyNorm' | 'queryKeyValueBias' | 'attentionOutputBias' | 'tensorNames'>

/** How a graph computes attention, and at which positions its tokens are. */
export interface AttentionForm {
  /** What the queries see, [N, heads × headSize]. */
  readonly attend: (projections: Projections) => string
  readonly rotary: Rotary
}

/** Attention over normed hidden states [N, hidden]; returns as many, without the residual. */
export function attentionBlock(block: Block<AttentionConfig>, input: string, { attend, rotary }: AttentionForm): string {
  const { g, config, weights } = block
  const { layer: modules } = config.tensorNames
  const project = (module: string, states: string, hasBias: boolean) => weights.multiply(g, `${module}.weight`, states, hasBias ? `${module}.bias` : undefined)
  const rotated = (module: string, norm: string, heads: number) => {
    const projected = project(module, input, config.queryKeyValueBias)
    const byHead = () => g.node('Reshape', [projected, g.integers([-1, heads, config.headSize])])
    const normed = config.queryKeyNorm ? rmsNorm(block, `${norm}.weight`, byHead()) : projected
    return rotate(g, rotary, normed, { heads, headSize: config.headSize })
  }
  const queries = rotated(modules.query, modules.queryNorm, config.headCount)
  const keys = rotated(modules.key, modules.keyNorm, config.keyValueHeadCount)
  const attended = attend({ queries, keys, values: project(modules.value, input, config.queryKeyValueBias) })
  return project(modules.attentionOutput, attended, config.attentionOutputBias)
}
