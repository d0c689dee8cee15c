/** The weights of a graph: plain, or quantized in the layouts of onnxruntime's operators, with an adapter's matrices. */
import type { Weights } from '../weights/weights.ts'
import type { InputRounding } from '../config/input-rounding.ts'
import type { StoredTensor, WeightTensor } from '../weights/stored-tensor.ts'

/** A matrix [rows, columns] = [out, in] whose values share scales in blocks. */
export type QuantizedMatrix = { readonly rows: number; readonly columns: number; readonly block: number } & (
  | {
      /** For MatMulBnb4: blocks run through the matrix in row-major order, regardless of its rows. */
      readonly kind: 'nf4'
      /** Indices into the codebook, two a byte, the first in the high bits. */
      readonly codes: StoredTensor<'U8'>
      /** [blocks]. */
      readonly absmax: StoredTensor<'F32'>
    }
  | {
      /** For MatMulNBits: each row has its own blocks, ⌈columns ÷ block⌉ of them. A value is (code − zero point) × scale. */
      readonly kind: 'integers'
      readonly bits: 4 | 8
      /** [rows, blocks, block × bits ÷ 8]; of four bits the first in the low bits. */
      readonly codes: StoredTensor<'U8'>
      /** [rows, blocks]. */
      readonly scales: StoredTensor<'F32'>
      /** [rows, ⌈blocks × bits ÷ 8⌉], packed as codes are, or [rows, blocks] floats; the middle of the range if there are none. */
      readonly zeroPoints?: StoredTensor<'U8' | 'F32'>
      /** [columns]: the block whose scale a column has, if columns are not in the order of their blocks. */
      readonly groups?: StoredTensor<'I32'>
    }
)

/** LoRA adds this to a module's output: scale × up × down × input (arXiv 2106.09685). */
export interface LowRankPair {
  readonly rank: number
  readonly scale: number
  /** lora_A, [rank, in]. */
  readonly down: WeightTensor
  /** lora_B, [out, rank]. */
  readonly up: WeightTensor
}

/** A way of rounding what a matrix multiplies, with the stored numbers of a static one. */
export type RoundedInput =
  | (InputRounding & { readonly kind: 'dynamic' })
  | (InputRounding & { readonly kind: 'static'; readonly scale: number; readonly zeroPoint: number })

/** All that a graph of the model needs. The maps are by the name of the weight; `tensors` may lack the quantized weights. */
export interface RunnableWeights extends Weights {
  /** Matrices whose input is rounded. */
  readonly roundedInputs?: ReadonlyMap<string, RoundedInput>
  readonly quantized?: ReadonlyMap<string, QuantizedMatrix>
  readonly adapter?: ReadonlyMap<string, LowRankPair>
}
