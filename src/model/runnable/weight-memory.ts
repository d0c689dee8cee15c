/** Memory of the weights in the process that computes, if it differs from four bytes a value. */
import type { ModelConfig } from '../config/config.ts'
import { WHOLE_AXIS } from '../config/scale-extent.ts'
import { expectedTensors, isQuantizableMatrix, matrixShape } from '../weights/expected-tensors.ts'
import { quantizedBytes } from './quantize-weights.ts'
import type { RunnableWeights } from './runnable-weights.ts'
import type { QuantizeSetting, WeightSettings } from './weight-settings.ts'

/** Bytes in memory. */
export interface WeightMemory {
  /** Of a value of a projection, scales included; absent if projections are plain. */
  readonly projectionBytes?: number
  /** Of an adapter's pairs, in all. */
  readonly adapterBytes?: number
}

/** An estimate without the weights; it ignores an adapter. */
export function expectedWeightMemory(config: ModelConfig, settings: WeightSettings): WeightMemory {
  const setting = settings.quantize ?? storedSetting(config)
  if (!setting) return {}
  const shapes = expectedTensors({ ...config, layerCount: 1 }).flatMap((expected) => (isQuantizableMatrix(expected) ? [matrixShape(expected)] : []))
  const bytes = shapes.reduce((sum, shape) => sum + quantizedBytes(shape, setting), 0)
  return { projectionBytes: bytes / shapes.reduce((sum, [rows, columns]) => sum + rows! * columns!, 0) }
}

/** Of opened weights: codes and scales have their stored size, measured on SmolLM2-135M within 5 %; an adapter's matrices are f32. */
export function weightMemory({ quantized, adapter }: RunnableWeights): WeightMemory {
  const matrices = [...(quantized?.values() ?? [])]
  const values = matrices.reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  const bytes = matrices.reduce((sum, matrix) => sum + matrix.codes.byteLength + (matrix.kind === 'nf4' ? matrix.absmax : matrix.scales).byteLength, 0)
  const pairs = [...(adapter?.values() ?? [])]
  return {
    ...(values > 0 && { projectionBytes: bytes / values }),
    ...(pairs.length > 0 && {
      adapterBytes: pairs.reduce((sum, { down, up }) => sum + 4 * (down.shape[0]! * down.shape[1]! + up.shape[0]! * up.shape[1]!), 0),
    }),
  }
}

function storedSetting({ quantization, hiddenSize }: ModelConfig): QuantizeSetting | undefined {
  if (!quantization) return undefined
  const columns = (size: number) => (size === WHOLE_AXIS ? hiddenSize : size)
  switch (quantization.method) {
    case 'bitsandbytes':
      return { scheme: 'nf4', block: 64 }
    case 'gptq':
    case 'awq':
      return { scheme: 'int4', block: columns(quantization.groupSize) }
    case 'compressed-tensors':
      if (quantization.storage === 'fp8') return undefined
      return { scheme: quantization.storage === 'packed-int4' ? 'int4' : 'int8', block: columns(quantization.scaleColumns) }
    // Dequantized at load.
    case 'fp8':
      return undefined
  }
}
