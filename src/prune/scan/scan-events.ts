/** Events of a layer scan: plain data for a progress bar. */
import type { LayerCounts } from '../../plan/layer-trie.ts'

export type ScanEvent =
  | { readonly kind: 'notice'; readonly message: string }
  /** Before scoring: the models without a unit, the passes that compute them and the original, and their layers. */
  | { readonly kind: 'started'; readonly unitCount: number; readonly passCount: number; readonly layers: LayerCounts }
  /** After each batch: the share of all scoring that is done, 0 to 1. */
  | { readonly kind: 'scored'; readonly doneShare: number }
  /** While Block Influence is measured. */
  | { readonly kind: 'layer-run'; readonly layersDone: number; readonly layerCount: number }
