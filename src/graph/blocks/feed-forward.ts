/** Feed-forward blocks. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Block } from './block.ts'
import { mixtureOfExperts, type ExpertsForm } from './experts.ts'
import { widened } from './widened.ts'

/** What the feed-forward of a layer needs to know, and whether it has experts. */
export type FeedForwardConfig = Pick<ModelConfig, 'activation' | 'feedForwardBias' | 'tensorNames' | 'experts' | 'hiddenSize' | 'intermediateSize'> & {
  readonly isSparse: boolean
}

/** Feed-forward over normed hidden states [N, hidden]: a gated or plain one, or a mixture of experts. Without the residual. */
export function feedForward(block: Block<FeedForwardConfig>, input: string, experts: ExpertsForm): string {
  const { gate, up, gateUp, down } = block.config.tensorNames.layer
  if (block.config.isSparse) return mixtureOfExperts(block, input, experts)
  return widened(block, { gate, up, gateUp, down: down! }, input)
}
