/** Feed-forward blocks. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Block } from './block.ts'

/** SwiGLU over normed hidden states [N, hidden]: down(silu(gate(x)) × up(x)), without the residual. */
export function gatedFeedForward({ g, config, weights }: Block<Pick<ModelConfig, 'feedForwardBias' | 'tensorNames'>>, input: string): string {
  const { layer: modules } = config.tensorNames
  const project = (module: string, states: string) => weights.multiply(g, `${module}.weight`, states, config.feedForwardBias ? `${module}.bias` : undefined)
  const gate = project(modules.gate, input)
  const activated = g.node('Mul', [gate, g.node('Sigmoid', [gate])])
  const widened = g.node('Mul', [activated, project(modules.up, input)])
  return project(modules.down, widened)
}
