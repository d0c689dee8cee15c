/** Where the values of a pruned model's tensors come from, and their bytes as a stream. */
import { decodeValues, encodeValues } from '../model/weights/element-type.ts'
import { BYTES_PER_VALUE, type Dtype } from '../model/weights/safetensors.ts'
import type { TensorReader } from '../model/weights/tensor-bytes.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { CheckpointError } from '../errors.ts'
import { isHeadNorm, isProjection, layerRole, layerTensorName, type LayerRole, type TensorNames } from '../model/families/tensor-names.ts'
import type { CollapsedLayer, Merged } from './collapsed-layer.ts'
import { evaluatePublishedLoop, evaluateSum, layersOf, layerSum, type LayerSum, type MergeRule } from './merge-rule.ts'

/** How layers are merged. */
export interface MergeOptions {
  readonly rule: MergeRule
  /** Norms of queries and keys: `merge` them like projections, or `keep` those of the base. */
  readonly qkNorm: 'merge' | 'keep'
  /** Compute the telescoping sum in bfloat16, as the published code does. */
  readonly emulateBf16: boolean
}

/** For dropping layers, where the rule has no effect. */
export const NO_MERGE: MergeOptions = { rule: 'telescope', qkNorm: 'merge', emulateBf16: false }

/** A tensor of a pruned model. */
export type TensorSource =
  /** A copy of an original tensor. */
  | { readonly kind: 'copy'; readonly tensor: WeightTensor }
  /** A weighted sum of original tensors, rounded once. */
  | { readonly kind: 'sum'; readonly sum: LayerSum; readonly tensorOf: ReadonlyMap<number, WeightTensor> }
  /** The published bfloat16 loop. */
  | { readonly kind: 'loop'; readonly merged: Merged; readonly tensorOf: ReadonlyMap<number, WeightTensor> }

/** The model that is pruned: its tensors, and how its family names them. */
export interface NamedTensors {
  readonly tensorNames: TensorNames
  readonly tensors: ReadonlyMap<string, WeightTensor>
}

/** Where the tensor `name` (without the prefix of the layer) of a pruned layer comes from. */
export function tensorSource(
  { base, projections }: CollapsedLayer,
  name: string,
  { tensorNames, tensors }: NamedTensors,
  { rule, qkNorm, emulateBf16 }: MergeOptions,
): TensorSource {
  const tensorIn = (layer: number) => tensors.get(layerTensorName(tensorNames, layer, name))!
  if (!isMerged(layerRole(tensorNames, name), qkNorm) || typeof projections === 'number') return { kind: 'copy', tensor: tensorIn(base) }
  if (emulateBf16) return { kind: 'loop', merged: projections, tensorOf: tensorsOf(layersOf(projections)) }
  const sum = layerSum(rule, projections)
  const [only] = sum
  if (sum.size === 1 && only![1] === 1) return { kind: 'copy', tensor: tensorIn(only![0]) }
  return { kind: 'sum', sum, tensorOf: tensorsOf([...sum.keys()]) }

  function tensorsOf(layers: readonly number[]): ReadonlyMap<number, WeightTensor> {
    const lacking = layers.find((layer) => !tensors.has(layerTensorName(tensorNames, layer, name)))
    if (lacking !== undefined)
      throw new CheckpointError(
        `layers ${layers.join(', ')} should be merged, and layer ${lacking} has no ${name}: some layers have experts and others have not`,
        'Merge layers of one kind: set --lowest-layer and --highest-layer.',
      )
    const found = new Map(layers.map((layer) => [layer, tensorIn(layer)]))
    const dtypes = new Set([...found.values()].map(({ dtype }) => dtype))
    if (dtypes.size > 1)
      throw new CheckpointError(
        `tensor ${name} is ${[...dtypes].join(' and ')} in layers ${layers.join(', ')}, which should be merged`,
        'Save the checkpoint in one dtype, or use --rule telescope.',
      )
    return found
  }
}

/** Projections with their biases are merged, and norms of queries and keys on request. All other tensors are the base layer's. */
function isMerged(role: LayerRole | undefined, qkNorm: MergeOptions['qkNorm']): boolean {
  return role !== undefined && (isProjection(role) || (qkNorm === 'merge' && isHeadNorm(role)))
}

/** Element type of the tensor that a source gives. */
export function sourceDtype(source: TensorSource): Dtype {
  return anyTensor(source).dtype
}

/** Shape of the tensor that a source gives. */
export function sourceShape(source: TensorSource): readonly number[] {
  return anyTensor(source).shape
}

function anyTensor(source: TensorSource): WeightTensor {
  return source.kind === 'copy' ? source.tensor : source.tensorOf.values().next().value!
}

/** Values in memory at a time. */
const PIECE_VALUES = 1 << 17

/** The bytes of a source, in pieces. Each piece overwrites the one before. */
export async function* sourceBytes(source: TensorSource, reader: TensorReader): AsyncGenerator<Uint8Array> {
  const { dtype, byteLength } = anyTensor(source)
  const width = BYTES_PER_VALUE[dtype]
  // Buffers are reused: new ones for each piece add up to the size of the model before the garbage collector runs.
  const bytes = Buffer.allocUnsafe(Math.min(byteLength, PIECE_VALUES * width))
  const buffers = new Map<number, Float32Array>()
  const sums = new Float64Array(source.kind === 'sum' ? bytes.length / width : 0)
  for (let start = 0; start < byteLength; start += bytes.length) {
    const length = Math.min(bytes.length, byteLength - start)
    if (source.kind === 'copy') {
      yield await reader.read(source.tensor, start, length, bytes)
      continue
    }
    const values = new Map<number, Float32Array>()
    for (const [layer, tensor] of source.tensorOf) {
      const own = buffers.get(layer) ?? new Float32Array(bytes.length / width)
      buffers.set(layer, own)
      values.set(layer, decodeValues(await reader.read(tensor, start, length, bytes), dtype, own.subarray(0, length / width)))
    }
    const valuesOf = (layer: number) => values.get(layer)!
    const merged = source.kind === 'sum' ? evaluateSum(source.sum, valuesOf, sums.subarray(0, length / width)) : evaluatePublishedLoop(source.merged, valuesOf)
    // What was read is decoded, so its place is free.
    yield encodeValues(merged, dtype, bytes.subarray(0, length))
  }
}
