/** The layer map from two models to its verdict; `evalharness layermap` is this over a terminal. */
import { unlessAborted } from '../errors.ts'
import { locateModel } from '../run/locate-model.ts'
import { parsePlainModel } from '../run/parse-model.ts'
import { mapLayers, type LayerMap } from './map-layers.ts'

/** Events while layers are compared. */
export type LayerMapEvent =
  | { readonly kind: 'notice'; readonly message: string }
  /** Before anything is compared. */
  | { readonly kind: 'started'; readonly stepCount: number }
  | { readonly kind: 'step-done' }

/** Two models: FOLDER, or OWNER/REPO on the hub. */
export interface LayerMapOptions {
  readonly base: string
  readonly variant: string
  readonly onEvent?: (event: LayerMapEvent) => void
  readonly signal?: AbortSignal
}

/**
 * Finds from the weights alone which base layer each layer of a variant came from. Fails with a HarnessError, and with
 * AbortError when the signal is aborted.
 */
export async function layerMap({ base, variant, onEvent = () => {}, signal }: LayerMapOptions): Promise<LayerMap> {
  const onNotice = (message: string) => onEvent({ kind: 'notice', message })
  const folderOf = async (source: string) => (await unlessAborted(locateModel(parsePlainModel(source), onNotice), signal)).folder
  const [baseFolder, variantFolder] = [await folderOf(base), await folderOf(variant)]
  const watcher = {
    onStart: (stepCount: number) => onEvent({ kind: 'started', stepCount }),
    onStep: () => onEvent({ kind: 'step-done' }),
  }
  return unlessAborted(mapLayers(baseFolder, variantFolder, watcher), signal)
}
