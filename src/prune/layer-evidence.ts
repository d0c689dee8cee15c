/** Evidence on where the layers of a variant come from: similarity of samples, and the sum of base layers that explains each layer best. */
import { decodeValues } from '../model/weights/element-type.ts'
import { BYTES_PER_VALUE } from '../model/weights/safetensors.ts'
import type { TensorReader } from '../model/weights/tensor-bytes.ts'
import type { Weights } from '../model/weights/weights.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { solveNormalEquations } from './least-squares.ts'
import { isProjection, layerRole, layerTensorName, type TensorNames } from '../model/families/tensor-names.ts'

/** A tensor of one layer of the variant, compared with the same tensor of every base layer on a sample of rows. */
export interface TensorEvidence {
  /** Without the prefix of the layer. */
  readonly name: string
  /** One per base layer; 0 if one of the two tensors is all zeros. */
  readonly cosines: readonly number[]
  /** Length of the difference over the length of the variant's tensor, one per base layer. */
  readonly distances: readonly number[]
}

/** One layer of the variant. */
export interface LayerEvidence {
  readonly tensors: readonly TensorEvidence[]
  /** The sum of base layers that is nearest to all projections together: one coefficient per base layer. */
  readonly coefficients: readonly number[]
  /** Share of the projections' squared length that the sum explains. */
  readonly explained: number
}

/** Most values of a tensor that are compared. A larger tensor is sampled in evenly spread rows. */
const SAMPLE_VALUES = 1 << 16
/** Runs of rows that a sample is read in. */
const SAMPLE_RUNS = 8

/** A model whose tensors are compared. */
export interface ReadableWeights {
  readonly tensorNames: TensorNames
  readonly tensors: Weights['tensors']
  readonly layerCount: number
  readonly reader: TensorReader
}

/** Compares every layer of `variant` with every layer of `base` in the tensors `names`. `onTensor` is called after each name. */
export async function gatherEvidence(
  base: ReadableWeights,
  variant: ReadableWeights,
  names: readonly string[],
  onTensor: () => void,
): Promise<LayerEvidence[]> {
  const count = base.layerCount
  const gram = new Float64Array(count * count)
  const products = Array.from({ length: variant.layerCount }, () => new Float64Array(count))
  const squares = new Float64Array(variant.layerCount)
  const tensors: TensorEvidence[][] = Array.from({ length: variant.layerCount }, () => [])
  for (const name of names) {
    const samples: Float32Array[] = []
    for (let layer = 0; layer < count; layer++) samples.push(await readSample(base, layerTensorName(base.tensorNames, layer, name)))
    const own = samples.map((sample) => dot(sample, sample))
    const role = layerRole(base.tensorNames, name)
    const isMatrix = role !== undefined && isProjection(role) && name.endsWith('.weight')
    // Every projection has the same weight, regardless of its scale.
    const weight = isMatrix ? count / own.reduce((sum, value) => sum + value, 0) : 0
    if (isMatrix) {
      for (let a = 0; a < count; a++)
        for (let b = 0; b <= a; b++) {
          const product = (a === b ? own[a]! : dot(samples[a]!, samples[b]!)) * weight
          gram[a * count + b]! += product
          if (a !== b) gram[b * count + a]! += product
        }
    }
    for (let layer = 0; layer < variant.layerCount; layer++) {
      const sample = await readSample(variant, layerTensorName(variant.tensorNames, layer, name))
      const square = dot(sample, sample)
      const withBase = samples.map((other) => dot(sample, other))
      tensors[layer]!.push({
        name,
        cosines: withBase.map((product, index) => product / Math.sqrt(square * own[index]!) || 0),
        distances: withBase.map((product, index) => Math.sqrt(Math.max(0, square + own[index]! - 2 * product) / (square || 1))),
      })
      squares[layer]! += square * weight
      for (let index = 0; index < count; index++) products[layer]![index]! += withBase[index]! * weight
    }
    onTensor()
  }
  return tensors.map((own, layer) => {
    const coefficients = solveNormalEquations(gram, products[layer]!)
    const explained = coefficients.reduce((sum, coefficient, index) => sum + coefficient * products[layer]![index]!, 0) / squares[layer]!
    return { tensors: own, coefficients: [...coefficients], explained }
  })
}

async function readSample({ tensors, reader }: ReadableWeights, name: string): Promise<Float32Array> {
  const tensor = tensors.get(name)!
  const width = BYTES_PER_VALUE[tensor.dtype]
  const size = tensor.byteLength / width
  if (size <= SAMPLE_VALUES) return decodeValues(await reader.read(tensor, 0, tensor.byteLength), tensor.dtype)
  const rowLength = tensor.shape.at(-1)!
  const rowCount = size / rowLength
  const rowsInRun = Math.max(1, Math.floor(SAMPLE_VALUES / SAMPLE_RUNS / rowLength))
  const sample = new Float32Array(SAMPLE_RUNS * rowsInRun * rowLength)
  for (let run = 0; run < SAMPLE_RUNS; run++) {
    const row = Math.floor((run * (rowCount - rowsInRun)) / (SAMPLE_RUNS - 1))
    sample.set(await readRows(tensor, reader, row, rowsInRun, rowLength * width), run * rowsInRun * rowLength)
  }
  return sample
}

async function readRows(tensor: WeightTensor, reader: TensorReader, row: number, count: number, rowBytes: number): Promise<Float32Array> {
  return decodeValues(await reader.read(tensor, row * rowBytes, count * rowBytes), tensor.dtype)
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!
  return sum
}
