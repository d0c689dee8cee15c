/** One feed-forward, gated or plain: a model's own, an expert or a shared expert. */
import type { ModelConfig } from '../../model/config/config.ts'
import { activate } from './activation.ts'
import type { Block } from './block.ts'
import { project } from './project.ts'

/** down(f(gate(x)) × up(x)), or down(f(up(x))) without a gate. */
export function widened(
  block: Block<Pick<ModelConfig, 'activation' | 'feedForwardBias' | 'tensorNames' | 'intermediateSize'>>,
  modules: { readonly gate?: string | undefined; readonly up?: string | undefined; readonly gateUp?: string | undefined; readonly down: string },
  input: string,
): string {
  const { g, config } = block
  const { intermediateSize, activation, feedForwardBias: hasBias } = config
  const from = (module: string) => project(block, module, input, { hasBias })
  const down = (states: string) => project(block, modules.down, states, { hasBias })
  if (modules.gateUp !== undefined) {
    const [gate, up] = g.nodes('Split', [from(modules.gateUp), g.integers([intermediateSize, intermediateSize])], 2, { axis: 1 })
    return down(g.node('Mul', [activate(block, activation, gate!), up!]))
  }
  if (modules.gate === undefined) return down(activate(block, activation, from(modules.up!)))
  const activated = activate(block, activation, from(modules.gate))
  return down(g.node('Mul', [activated, from(modules.up!)]))
}
