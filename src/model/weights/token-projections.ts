/** The projections that one token goes through: of a mixture of experts only the chosen ones. */
import type { ModelConfig } from '../config/config.ts'
import { isProjection, numberedModule } from '../families/tensor-names.ts'
import { layerRoles, projectionShape } from './expected-tensors.ts'

/** One projection of a layer. */
export interface TokenProjection {
  /** Its module, without the prefix of the layer. */
  readonly module: string
  readonly out: number
  readonly input: number
}

/** Projections of one layer. Which experts a token goes through is known only when the model runs; the first ones stand for them. */
export function tokenProjections(config: ModelConfig, layer: number): TokenProjection[] {
  return layerRoles(config, layer)
    .filter(isProjection)
    .flatMap((role) => {
      const [out, input] = projectionShape(config, role)
      const module = config.tensorNames.layer[role]!
      const count = module.includes('{}') ? config.experts!.chosen : 1
      return Array.from({ length: count }, (_, number) => ({ module: numberedModule(module, number), out, input }))
    })
}

/** Values of the projections of all layers: those that one token is multiplied with, or all that are stored. */
export function projectionValues(config: ModelConfig, of: 'token' | 'stored'): number {
  return config.windows.reduce((sum, _, layer) => sum + layerProjectionValues(config, layer, of), 0)
}

/** The same of one layer. */
export function layerProjectionValues(config: ModelConfig, layer: number, of: 'token' | 'stored'): number {
  const { experts, tensorNames } = config
  return layerRoles(config, layer)
    .filter(isProjection)
    .reduce((sum, role) => {
      const [out, input] = projectionShape(config, role)
      const count = !tensorNames.layer[role]!.includes('{}') ? 1 : of === 'token' ? experts!.chosen : experts!.count
      return sum + count * out * input
    }, 0)
}
