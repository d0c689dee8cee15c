/** One decoder layer over packed tokens: attention and feed-forward, each over states that may be normed before or after, and added to what the layer reads. */
import type { ModelConfig } from '../model/config/config.ts'
import { attentionBlock, type AttentionConfig, type AttentionForm } from './blocks/attention.ts'
import type { Block } from './blocks/block.ts'
import type { ExpertsForm } from './blocks/experts.ts'
import { feedForward, type FeedForwardConfig } from './blocks/feed-forward.ts'
import { norm, type NormConfig } from './blocks/norm.ts'

/** What a layer needs to know of its model and of itself. */
export type LayerConfig = AttentionConfig & FeedForwardConfig & NormConfig & Pick<ModelConfig, 'isParallel' | 'residualScale'>

/** The config of one layer of a model. */
export function layerConfig<C extends Omit<LayerConfig, 'window' | 'layerRope' | 'isSparse'> & Pick<ModelConfig, 'windows' | 'layerRopes' | 'attentionScales'>>(
  config: C,
  layer: number,
): C & LayerConfig {
  return {
    ...config,
    ...(config.attentionScales && { attentionScale: config.attentionScales[layer]! }),
    window: config.windows[layer]!,
    layerRope: config.layerRopes?.[layer] ?? 'global',
    isSparse: config.experts?.layers[layer] ?? false,
  }
}

/** How a graph computes a layer. */
export interface LayerForm extends AttentionForm {
  /** As on the CPU when absent. */
  readonly experts?: ExpertsForm
}

const EXPERTS_ON_CPU: ExpertsForm = { haveSpareRow: false }

/** Hidden states [N, hidden] after the layer, from those before it. */
export function decoderLayer(layer: Block<LayerConfig>, hidden: string, { experts = EXPERTS_ON_CPU, ...attention }: LayerForm): string {
  const { g, config, weights } = layer
  const { inputNorm, attentionOutputNorm, attentionSumNorm, feedForwardNorm, feedForwardOutputNorm, feedForwardSumNorm } = config.tensorNames.layer
  const normed = (module: string | undefined, states: string) => (module === undefined ? states : norm(layer, module, states))
  const scaled = (states: string) => (config.residualScale === undefined ? states : g.node('Mul', [states, weights.constant([config.residualScale])]))
  const attentionInput = normed(inputNorm, hidden)
  const attended = scaled(normed(attentionOutputNorm, attentionBlock(layer, attentionInput, attention)))
  const afterAttention = normed(attentionSumNorm, g.node('Add', [hidden, attended]))
  const feedForwardInput = !config.isParallel
    ? normed(feedForwardNorm, afterAttention)
    : feedForwardNorm === undefined
      ? attentionInput
      : normed(feedForwardNorm, hidden)
  const widened = scaled(normed(feedForwardOutputNorm, feedForward(layer, feedForwardInput, experts)))
  return normed(feedForwardSumNorm, g.node('Add', [afterAttention, widened]))
}
