/** Decides from the config which layers have a sliding window. */
import { CheckpointError } from '../../errors.ts'

const FULL = 'full_attention'
const SLIDING = 'sliding_attention'

/** Older names of layer types. */
const OLDER_LAYER_TYPES: Readonly<Record<string, string>> = { attention: FULL }

/** The facts that decide the windows of a model. */
export interface WindowRule {
  readonly layerCount: number
  /** Tokens that a layer with a window sees; null if no layer has one. */
  readonly window: number | null
  /** `layer_types`, one entry per layer. */
  readonly layerTypes: readonly string[] | null | undefined
  /** Whether a layer has a window if `layer_types` is absent. */
  readonly slides: (layer: number) => boolean
  /** The setting that turns a window on, for an error's hint. */
  readonly switch: string
}

/** How many tokens back each layer sees; Infinity without a window. Fails with CheckpointError if `layer_types` does not fit; `file` is config.json. */
export function windowsOf({ layerCount, window, layerTypes, slides, switch: fields }: WindowRule, file: string): number[] {
  const types = layerTypes?.map((type) => OLDER_LAYER_TYPES[type] ?? type)
  if (types && types.length !== layerCount)
    throw new CheckpointError(`${file}: layer_types has ${types.length} entries for ${layerCount} layers`, 'Give one entry per layer.')
  const unknown = types?.find((type) => type !== FULL && type !== SLIDING)
  if (unknown !== undefined) throw new CheckpointError(`${file}: layer_types has ${unknown}, which is not supported`, `Supported: ${FULL}, ${SLIDING}.`)
  if (types?.includes(SLIDING) && window === null)
    throw new CheckpointError(
      `${file}: layer_types names layers with ${SLIDING}, but there is no window`,
      `transformers cannot load it either: set ${fields}, or make the layers ${FULL}.`,
    )
  const isSliding = (layer: number) => (types ? types[layer] === SLIDING : slides(layer))
  return Array.from({ length: layerCount }, (_, layer) => (isSliding(layer) ? (window ?? Infinity) : Infinity))
}

/** Whether `layer_types` names a layer that does not see everything. */
export function namesOtherLayerTypes(types: unknown): boolean {
  return Array.isArray(types) && types.some((type) => type !== FULL)
}

/** `layer_types` of the layers `kept` of a model with these windows. */
export function layerTypesOf(windows: readonly number[], kept: readonly number[]): string[] {
  return kept.map((layer) => (Number.isFinite(windows[layer]) ? SLIDING : FULL))
}
