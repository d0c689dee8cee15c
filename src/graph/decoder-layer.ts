/** One decoder layer over packed tokens: attention, then the feed-forward, each over normed states and added to what it began with. */
import type { ModelConfig } from '../model/config/config.ts'
import { attentionBlock, type AttentionConfig, type AttentionForm } from './blocks/attention.ts'
import type { Block } from './blocks/block.ts'
import { gatedFeedForward } from './blocks/feed-forward.ts'
import { rmsNorm } from './blocks/norm.ts'

/** What a layer needs to know of its model, and how many tokens back it sees. */
export type LayerConfig = AttentionConfig & Pick<ModelConfig, 'feedForwardBias'>

/** Hidden states [N, hidden] after the layer, from those before it. */
export function decoderLayer(layer: Block<LayerConfig>, hidden: string, attention: AttentionForm): string {
  const { g, config } = layer
  const { inputNorm, feedForwardNorm } = config.tensorNames.layer
  const afterAttention = g.node('Add', [hidden, attentionBlock(layer, rmsNorm(layer, `${inputNorm}.weight`, hidden), attention)])
  return g.node('Add', [afterAttention, gatedFeedForward(layer, rmsNorm(layer, `${feedForwardNorm}.weight`, afterAttention))])
}
