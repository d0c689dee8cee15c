/** Products with the projections of a layer. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Block } from './block.ts'

/** The module's product with `states` [N, in], [N, out]. */
export function project(
  { g, config, weights }: Block<Pick<ModelConfig, 'tensorNames'>>,
  module: string,
  states: string,
  { hasBias = false }: { readonly hasBias?: boolean } = {},
): string {
  return weights.multiply(g, `${module}.weight`, states, {
    bias: hasBias ? `${module}.bias` : undefined,
    isTransposed: config.tensorNames.areProjectionsTransposed,
  })
}
