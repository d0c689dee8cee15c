/** Norms over the last axis. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Block } from './block.ts'

/** x ÷ root-mean-square(x) × the tensor `name`. */
export function rmsNorm({ g, config, weights }: Block<Pick<ModelConfig, 'normEpsilon'>>, name: string, input: string): string {
  return g.node('RMSNormalization', [input, weights.value(name)], { axis: -1, epsilon: { float: config.normEpsilon } })
}
