/** A tensor in a file: its type, its shape and where its bytes are. */
import type { Dtype, StoredDtype } from './safetensors.ts'

/** A tensor and where its bytes are stored. */
export interface StoredTensor<D extends StoredDtype = StoredDtype> {
  readonly dtype: D
  readonly shape: readonly number[]
  /** Path of its file below `Weights.root`, with forward slashes. */
  readonly location: string
  readonly byteOffset: number
  readonly byteLength: number
}

/** A tensor of a model as it was trained. */
export type WeightTensor = StoredTensor<Dtype>
