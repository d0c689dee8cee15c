/** Decides from the config which layers have a sliding window. */
import { CheckpointError } from '../../errors.ts'
import type { LayerFacts } from './family.ts'

const FULL = 'full_attention'
const SLIDING = 'sliding_attention'

/** Older names of layer types. */
const OLDER_LAYER_TYPES: Readonly<Record<string, string>> = { attention: FULL }

/** Fields of config.json that name layers; `layer_types` has one entry per layer. */
interface LayerFields {
  readonly num_hidden_layers: number
  readonly layer_types?: readonly string[] | null | undefined
}

/** What else decides the windows of a model. */
export interface WindowRule {
  /** Tokens that a layer with a window sees; null if no layer has one. */
  readonly window: number | null
  /** Whether a layer has a window if `layer_types` is absent. */
  readonly slides: (layer: number) => boolean
  /** The setting that turns a window on, for an error's hint. */
  readonly switch: string
}

/** How many tokens back each layer sees; Infinity without a window. Fails with CheckpointError if `layer_types` does not fit; `file` is config.json. */
export function windowsOf(
  { num_hidden_layers: layerCount, layer_types: layerTypes }: LayerFields,
  { window, slides, switch: fields }: WindowRule,
  file: string,
): number[] {
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

/** The window of a family that has a switch for it; null if it is off. */
export function switchedWindow(config: { readonly use_sliding_window: boolean; readonly sliding_window?: number | null | undefined }): number | null {
  return config.use_sliding_window ? (config.sliding_window ?? null) : null
}

/** `layer_types` of the layers `kept`, as a field of config.json: a family's `fieldsOfLayers`. */
export function layerTypeFields({ windows }: LayerFacts, kept: readonly number[]): { readonly layer_types: readonly string[] } {
  return { layer_types: kept.map((layer) => (Number.isFinite(windows![layer]) ? SLIDING : FULL)) }
}
