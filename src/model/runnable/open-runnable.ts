/** Makes the weights of a checkpoint ready for an engine: quantizes or unpacks projections and adds an adapter. Plain weights are used in place. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Checkpoint } from '../checkpoint.ts'
import type { CompressedTensors } from '../config/compressed-tensors-config.ts'
import type { ModelConfig } from '../config/config.ts'
import type { StoredQuantization } from '../config/quantization-config.ts'
import { WHOLE_AXIS } from '../config/scale-extent.ts'
import { expectedTensors, isQuantizableMatrix, matrixShape } from '../weights/expected-tensors.ts'
import { tensorReader } from '../weights/tensor-bytes.ts'
import { commonFolder, type StoredWeights } from '../weights/weights.ts'
import { AbortError, UsageError } from '../../errors.ts'
import { openScratchFile, type ScratchFile } from '../../io/scratch-file.ts'
import { quantizedBytes, quantizeMatrix, type Packing } from './quantize-weights.ts'
import { readAdapter, type Adapter } from './read-adapter.ts'
import { locationBelow, relocateTensors, sumTensorBytes } from './relocate-tensors.ts'
import { readRoundedInputs } from './rounded-inputs.ts'
import type { QuantizedMatrix, RoundedInput, RunnableWeights } from './runnable-weights.ts'
import { unpackedBytes, unpackMatrix, type UnpackedMatrix } from './unpack-matrix.ts'
import type { WeightSettings } from './weight-settings.ts'

/** How the weights that are run differ from plain ones; part of the run record. */
export interface WeightsRecord {
  /** Null if all weights are plain. */
  readonly quantization: {
    /** `nf4`, `int8`, `int4` or `fp8`. */
    readonly scheme: string
    /** Values that share a scale. */
    readonly block: number
    /** How inputs of the matrices are rounded: `fp8`, `int8` or `int4`; absent if they are not. */
    readonly inputs?: string
    /** `load`, or the tool that quantized the stored weights. */
    readonly origin: 'load' | StoredQuantization['method']
    readonly matrixCount: number
  } | null
  readonly adapter: {
    readonly source: string
    readonly hash: string
    readonly moduleCount: number
    /** Tensors that replace the model's. */
    readonly replacedCount: number
  } | null
  /** All weights, in bytes: as they are stored in the checkpoint, and as they are run. */
  readonly weightBytes: { readonly stored: number; readonly run: number }
}

/** Weights ready for an engine. Dispose of it after the engine: it holds the file with the quantized weights. */
export interface RunnableModel extends AsyncDisposable {
  /** The checkpoint's, except for a head that an adapter unties. */
  readonly config: ModelConfig
  readonly weights: RunnableWeights
  /** Null if the checkpoint needs no preparation. */
  readonly record: WeightsRecord | null
}

/** The facts that are known before the weights are opened. */
export interface OpenRunnableOptions {
  /** The adapter of the settings if `readAdapterFor` has read it; read now when absent. */
  readonly adapter?: Adapter | undefined
  readonly signal?: AbortSignal | undefined
}

/** The adapter of the settings; undefined if they name none. Fails with a HarnessError if settings or adapter do not suit the checkpoint. */
export async function readAdapterFor(config: ModelConfig, { quantize, adapter }: WeightSettings): Promise<Adapter | undefined> {
  if (quantize && config.quantization) {
    throw new UsageError(
      `quantize=${quantize.scheme} on weights that are already quantized with ${config.quantization.method}`,
      'Leave quantize out, or give the checkpoint before quantization.',
    )
  }
  return adapter === undefined ? undefined : readAdapter(adapter, config)
}

/** Makes the weights. Fails with a HarnessError, and with AbortError when the signal is aborted; then no file is left. */
export async function openRunnableWeights(
  { config, weights }: Pick<Checkpoint, 'config' | 'weights'>,
  settings: WeightSettings,
  options: OpenRunnableOptions = {},
): Promise<RunnableModel> {
  const { signal, adapter = await readAdapterFor(config, settings) } = options
  const plan = planMatrices(config, weights, settings, adapter)
  if (plan.length === 0 && !adapter) return { config, weights, record: null, async [Symbol.asyncDispose]() {} }
  const byteLength = plan.reduce((sum, { bytes }) => sum + bytes, 0)
  const scratch = plan.length > 0 ? await openScratchFile(byteLength, { kind: 'weights', content: 'quantized weights' }) : undefined
  const dispose = async () => scratch?.[Symbol.asyncDispose]()
  try {
    const root = commonFolder([path.join(weights.root, 'any'), ...(adapter ? [path.join(adapter.root, 'any')] : []), ...(scratch ? [scratch.file] : [])])
    const stored: StoredWeights = { ...relocateTensors(weights, weights.root, root), root }
    const made = scratch ? await makeMatrices(plan, stored, scratch, signal) : NOTHING_MADE
    const ready = assemble(config, stored, made, adapter && relocateTensors(adapter, adapter.root, root))
    const record = weightsRecord({ config, stored: weights, settings, adapter, matrixCount: made.matrices.size }, ready)
    return { ...ready, record, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Fingerprint of the weights that are run: the checkpoint's own if they are run as stored, otherwise a hash that includes quantization and adapter. */
export function runnableWeightsHash(weightsHash: string, record: WeightsRecord | null): string {
  const made = record?.quantization?.origin === 'load' ? [record.quantization.scheme, record.quantization.block] : []
  const adapterHash = record?.adapter?.hash
  if (made.length === 0 && adapterHash === undefined) return weightsHash
  return createHash('sha256')
    .update(JSON.stringify([weightsHash, ...made, adapterHash ?? null]))
    .digest('hex')
}

/** A matrix to make before the model runs. */
interface PlannedMatrix {
  readonly name: string
  /** Bytes of the scratch file that it takes at most. */
  readonly bytes: number
  readonly make: (stored: StoredWeights, packing: Packing) => Promise<UnpackedMatrix>
}

/** Every matrix that is packed or to be quantized, except those that an adapter replaces. */
function planMatrices(config: ModelConfig, { packed }: StoredWeights, { quantize }: WeightSettings, adapter: Adapter | undefined): PlannedMatrix[] {
  return expectedTensors(config)
    .filter(({ name }) => !adapter?.replaced.has(name))
    .flatMap((expected): PlannedMatrix[] => {
      const { name, isTransposed = false } = expected
      const matrix = packed.get(name)
      const mustBePlain = !isQuantizableMatrix(expected)
      if (matrix)
        return [
          { name, bytes: unpackedBytes(matrix, mustBePlain), make: (stored, packing) => unpackMatrix(name, stored.packed.get(name)!, mustBePlain, packing) },
        ]
      if (!quantize || mustBePlain) return []
      return [
        {
          name,
          bytes: quantizedBytes(matrixShape(expected), quantize),
          make: (stored, packing) => quantizeMatrix({ tensor: stored.tensors.get(name)!, isTransposed }, quantize, packing),
        },
      ]
    })
}

/** Matrices in the form in which they are run, and how what they multiply is rounded. */
interface MadeMatrices {
  readonly matrices: ReadonlyMap<string, UnpackedMatrix>
  readonly roundedInputs: ReadonlyMap<string, RoundedInput>
}

const NOTHING_MADE: MadeMatrices = { matrices: new Map(), roundedInputs: new Map() }

async function makeMatrices(
  plan: readonly PlannedMatrix[],
  stored: StoredWeights,
  scratch: ScratchFile,
  signal: AbortSignal | undefined,
): Promise<MadeMatrices> {
  const made = new Map<string, UnpackedMatrix>()
  await using reader = tensorReader(stored.root)
  const packing = { reader, scratch, location: locationBelow(stored.root, scratch.file) }
  for (const { name, make } of plan) {
    if (signal?.aborted) throw new AbortError()
    made.set(name, await make(stored, packing))
  }
  return { matrices: made, roundedInputs: await readRoundedInputs(made.keys(), stored.packed, reader) }
}

/** Replaces tensors by the adapter's own. In a tied model, embeddings or head that the adapter does not replace stay the checkpoint's. */
function assemble(
  config: ModelConfig,
  stored: StoredWeights,
  { matrices, roundedInputs }: MadeMatrices,
  adapter: Adapter | undefined,
): Pick<RunnableModel, 'config' | 'weights'> {
  const { head, embeddings } = config.tensorNames
  const tensors = new Map([...stored.tensors].filter(([name]) => !matrices.has(name)))
  const quantized = new Map<string, QuantizedMatrix>()
  for (const [name, matrix] of matrices) {
    if (matrix.kind === 'plain') tensors.set(name, matrix.tensor)
    else quantized.set(name, matrix)
  }
  if (adapter?.isUntied) tensors.set(head, tensors.get(embeddings)!)
  for (const [name, tensor] of adapter?.replaced ?? []) tensors.set(name, tensor)
  const weights: RunnableWeights = {
    root: stored.root,
    tensors,
    ...(quantized.size > 0 && { quantized }),
    ...(roundedInputs.size > 0 && { roundedInputs }),
    ...(adapter && adapter.pairs.size > 0 && { adapter: adapter.pairs }),
  }
  return { config: adapter?.isUntied ? { ...config, tiedHead: false } : config, weights }
}

/** How the weights were made. */
interface WeightsOrigin {
  readonly config: ModelConfig
  readonly stored: StoredWeights
  readonly settings: WeightSettings
  readonly adapter: Adapter | undefined
  /** Matrices that were quantized or unpacked. */
  readonly matrixCount: number
}

function weightsRecord({ config, stored, settings, adapter, matrixCount }: WeightsOrigin, ready: Pick<RunnableModel, 'config' | 'weights'>): WeightsRecord {
  const { tensors, quantized, roundedInputs, adapter: pairs } = ready.weights
  const run = (name: string) => [tensors.get(name) ?? quantized?.get(name), pairs?.get(name)]
  return {
    quantization:
      matrixCount === 0
        ? null
        : {
            ...schemeOf(config, quantized?.values().next().value),
            ...(roundedInputs && { inputs: roundedInputs.values().next().value!.type }),
            origin: settings.quantize ? 'load' : config.quantization!.method,
            matrixCount,
          },
    adapter: adapter ? { source: settings.adapter!, hash: adapter.hash, moduleCount: adapter.pairs.size, replacedCount: adapter.replaced.size } : null,
    weightBytes: {
      stored: sumTensorBytes(expectedTensors(config).map(({ name }) => stored.tensors.get(name) ?? stored.packed.get(name))),
      run: sumTensorBytes([...expectedTensors(ready.config).map(({ name }) => run(name)), ...(config.tiedHead ? [pairs?.get(config.tensorNames.head)] : [])]),
    },
  }
}

/** Of a quantized matrix; of the stored weights if all were dequantized. */
function schemeOf({ quantization, hiddenSize }: ModelConfig, matrix: QuantizedMatrix | undefined): { readonly scheme: string; readonly block: number } {
  if (matrix) return { scheme: matrix.kind === 'nf4' ? 'nf4' : `int${matrix.bits}`, block: matrix.block }
  const { scaleColumns = hiddenSize, storage = 'fp8' } = quantization as Partial<CompressedTensors>
  return { scheme: storage.replace('packed-', ''), block: scaleColumns === WHOLE_AXIS ? hiddenSize : scaleColumns }
}
