/** A checkpoint as it is to be run: its projections quantised at load or unpacked, and an adapter beside them. A plain one is left as it is. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Checkpoint } from '../checkpoint.ts'
import type { ModelConfig } from '../config/config.ts'
import { expectedTensors, isLayerMatrix } from '../weights/expected-tensors.ts'
import { tensorReader } from '../weights/tensor-bytes.ts'
import { commonFolder, type StoredWeights } from '../weights/weights.ts'
import type { StoredTensor } from '../weights/stored-tensor.ts'
import { AbortError, StoreError, UsageError } from '../../errors.ts'
import { quantizedBytes, quantizeMatrix, type Packing } from './quantize-weights.ts'
import { readAdapter, type Adapter } from './read-adapter.ts'
import type { QuantizedMatrix, RunnableWeights } from './runnable-weights.ts'
import { openScratchFile } from './scratch-file.ts'
import { unpackedBytes, unpackMatrix } from './unpack-matrix.ts'
import type { WeightSettings } from './weight-settings.ts'

/** What is run instead of the weights as they were trained; goes into the run record. */
export interface WeightsRecord {
  /** Null where all weights are plain. */
  readonly quantization: {
    /** `nf4`, `int8` or `int4`. */
    readonly scheme: string
    /** Values that share a scale. */
    readonly block: number
    /** Made at load, or the tool that stored the checkpoint so. */
    readonly origin: 'load' | 'bitsandbytes' | 'gptq' | 'awq'
    readonly matrixCount: number
  } | null
  readonly adapter: {
    readonly source: string
    readonly hash: string
    readonly moduleCount: number
    /** Tensors that stand in place of the model's. */
    readonly replacedCount: number
  } | null
  /** All weights, in bytes: as they lie in the checkpoint, and as they are run. */
  readonly weightBytes: { readonly stored: number; readonly run: number }
}

/** Weights ready for an engine. Dispose of it after the engine: it holds the file in which quantised weights lie. */
export interface Variant extends AsyncDisposable {
  /** The checkpoint's, but for a head that an adapter unties. */
  readonly config: ModelConfig
  readonly weights: RunnableWeights
  /** Null where the checkpoint is run as it is. */
  readonly record: WeightsRecord | null
}

/** Checks that settings suit the checkpoint and that the adapter fits; computes nothing. Fails with a HarnessError. */
export async function checkWeightSettings(config: ModelConfig, settings: WeightSettings): Promise<void> {
  await adapterFor(config, settings)
}

/** Makes the weights. Fails with a HarnessError, and with AbortError when the signal comes; then nothing is left. */
export async function openRunnableWeights(
  { config, weights }: Pick<Checkpoint, 'config' | 'weights'>,
  settings: WeightSettings,
  signal?: AbortSignal,
): Promise<Variant> {
  const adapter = await adapterFor(config, settings)
  const plan = planMatrices(config, weights, settings, adapter)
  if (plan.length === 0 && !adapter) return { config, weights, record: null, async [Symbol.asyncDispose]() {} }
  const scratch = plan.length > 0 ? await openScratchFile(plan.reduce((sum, { bytes }) => sum + bytes, 0)) : undefined
  const dispose = async () => scratch?.[Symbol.asyncDispose]()
  try {
    const root = commonFolder([path.join(weights.root, 'any'), ...(adapter ? [path.join(adapter.root, 'any')] : []), ...(scratch ? [scratch.file] : [])])
    const stored: StoredWeights = { ...rebased(weights, weights.root, root), root }
    const quantized = new Map<string, QuantizedMatrix>()
    if (scratch) {
      await using reader = tensorReader(root)
      const packing = { reader, scratch, location: locationBelow(root, scratch.file) }
      for (const { name, make } of plan) {
        if (signal?.aborted) throw new AbortError()
        quantized.set(name, await make(stored, packing))
      }
    }
    const ready = assemble(config, stored, quantized, adapter && rebased(adapter, adapter.root, root))
    const record = variantRecord(config, weights, ready, settings, adapter)
    return { ...ready, record, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** The fingerprint of what is run: the checkpoint's own where its weights are run as they lie there, otherwise one that tells what was done. */
export function runnableWeightsHash(weightsHash: string, record: WeightsRecord | null): string {
  const made = record?.quantization?.origin === 'load' ? [record.quantization.scheme, record.quantization.block] : []
  const adapterHash = record?.adapter?.hash
  if (made.length === 0 && adapterHash === undefined) return weightsHash
  return createHash('sha256')
    .update(JSON.stringify([weightsHash, ...made, adapterHash ?? null]))
    .digest('hex')
}

async function adapterFor(config: ModelConfig, { quantize, adapter }: WeightSettings): Promise<Adapter | undefined> {
  if (quantize && config.quantization) {
    throw new UsageError(
      `quantize=${quantize.scheme} on weights that are quantised with ${config.quantization.method} already`,
      'Leave quantize out, or give the checkpoint before quantisation.',
    )
  }
  return adapter === undefined ? undefined : readAdapter(adapter, config)
}

/** A matrix that has to be made before the model runs. */
interface PlannedMatrix {
  readonly name: string
  /** What it takes of the scratch file at the most. */
  readonly bytes: number
  readonly make: (stored: StoredWeights, packing: Packing) => Promise<QuantizedMatrix>
}

/** Every projection that is packed or to be quantised, but for what an adapter replaces. */
function planMatrices(config: ModelConfig, { packed }: StoredWeights, { quantize }: WeightSettings, adapter: Adapter | undefined): PlannedMatrix[] {
  return expectedTensors(config)
    .filter((expected) => isLayerMatrix(expected) && !adapter?.replaced.has(expected.name))
    .flatMap(({ name, shape }): PlannedMatrix[] => {
      const matrix = packed.get(name)
      if (matrix) return [{ name, bytes: unpackedBytes(matrix), make: (stored, packing) => unpackMatrix(name, stored.packed.get(name)!, packing) }]
      if (!quantize) return []
      return [{ name, bytes: quantizedBytes(shape, quantize), make: (stored, packing) => quantizeMatrix(stored.tensors.get(name)!, quantize, packing) }]
    })
}

/** An adapter's own tensors stand before the checkpoint's. In a tied model the one of embeddings and head that it has not got stays the checkpoint's. */
function assemble(
  config: ModelConfig,
  stored: StoredWeights,
  quantized: ReadonlyMap<string, QuantizedMatrix>,
  adapter: Adapter | undefined,
): Pick<Variant, 'config' | 'weights'> {
  const tensors = new Map([...stored.tensors].filter(([name]) => !quantized.has(name)))
  if (adapter?.isUntied) tensors.set(config.tensorNames.head, tensors.get(config.tensorNames.embeddings)!)
  for (const [name, tensor] of adapter?.replaced ?? []) tensors.set(name, tensor)
  const weights: RunnableWeights = {
    root: stored.root,
    tensors,
    ...(quantized.size > 0 && { quantized }),
    ...(adapter && adapter.pairs.size > 0 && { adapter: adapter.pairs }),
  }
  return { config: adapter?.isUntied ? { ...config, tiedHead: false } : config, weights }
}

function variantRecord(
  config: ModelConfig,
  stored: StoredWeights,
  { config: ownConfig, weights: { tensors, quantized, adapter: pairs } }: Pick<Variant, 'config' | 'weights'>,
  { quantize, adapter: source }: WeightSettings,
  adapter: Adapter | undefined,
): WeightsRecord {
  const matrices = [...(quantized?.values() ?? [])]
  const [first] = matrices
  const scheme = (matrix: QuantizedMatrix) => (matrix.kind === 'nf4' ? 'nf4' : `int${matrix.bits}`)
  const stands = (name: string) => [tensors.get(name) ?? quantized?.get(name), pairs?.get(name)]
  return {
    quantization: first
      ? { scheme: scheme(first), block: first.block, origin: quantize ? 'load' : config.quantization!.method, matrixCount: matrices.length }
      : null,
    adapter: adapter ? { source: source!, hash: adapter.hash, moduleCount: adapter.pairs.size, replacedCount: adapter.replaced.size } : null,
    weightBytes: {
      stored: sumBytes(expectedTensors(config).map(({ name }) => stored.tensors.get(name) ?? stored.packed.get(name))),
      run: sumBytes([...expectedTensors(ownConfig).map(({ name }) => stands(name)), ...(config.tiedHead ? [pairs?.get(config.tensorNames.head)] : [])]),
    },
  }
}

/** Bytes of all tensors in a value, however deep. */
function sumBytes(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (isStored(value)) return value.byteLength
  return Object.values(value).reduce<number>((sum, part) => sum + sumBytes(part), 0)
}

/** The same with every tensor's location given from another folder. */
function rebased<T>(value: T, from: string, to: string): T {
  if (typeof value !== 'object' || value === null || from === to) return value
  if (isStored(value)) return { ...value, location: locationBelow(to, path.join(from, value.location)) }
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, rebased(part, from, to)])) as T
  if (Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rebased(part, from, to)])) as T
}

function isStored(value: object): value is StoredTensor {
  return 'byteOffset' in value && 'location' in value
}

function locationBelow(root: string, file: string): string {
  const location = path.relative(root, file)
  if (path.isAbsolute(location))
    throw new StoreError(`${file} and the model lie on different drives, which onnxruntime cannot read together`, `Set TEMP to a folder on the model's drive.`)
  return location.split(path.sep).join('/')
}
