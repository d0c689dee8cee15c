/** Scoring on this machine through onnxruntime, over the weights of a checkpoint as they lie on disk. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { EngineError, UsageError } from '../../errors.ts'
import { planBatches } from '../../plan/batches.ts'
import { listAdapters, type Adapter } from '../devices/gpus.ts'
import type { BatchLimits } from './batch-budget.ts'
import { devicesToTry } from '../devices/choose-device.ts'
import { hasCudaProvider } from '../devices/cuda-provider.ts'
import { dealBatches } from './distribute-batches.ts'
import { assertAvailable, deviceName, dtypeFor, supportsDtype, type Device, type DeviceChoice, type Dtype } from '../devices/device.ts'
import { startWorker, type DeviceWorker } from './device-worker.ts'
import type { Engine } from '../engine.ts'
import { batchOperations } from '../roofline/operations.ts'

/**
 * Answers are kept by this number: raise it with any change that may move a log-probability, however little, in this folder, in graph/, in variant/, or in
 * what plan/ makes of batches: passes, rows of attention. Kept answers of other numbers are then never given.
 */
const GRAPH_VERSION = 2

/** Options of the engine. */
export interface OnnxOptions extends BatchLimits {
  /** The CPU when absent. */
  readonly devices?: DeviceChoice
  /** The provider's usual one when absent. */
  readonly dtype?: Dtype
  /** Attention scores that a GPU holds at once, in bytes; what is more passes in chunks. 512 MiB when absent. */
  readonly scoreBytes?: number
  /** Threads inside an operator. */
  readonly threads?: number
  /** Told what libraries wrote to standard error while the model was loaded. */
  readonly onNativeMessages?: (lines: readonly string[]) => void
  /** Told what a user should know: that passes were halved, that a device cannot be used. */
  readonly onNotice?: (notice: string) => void
}

const CPU: readonly [Device] = [{ provider: 'cpu', index: 0 }]

/**
 * Loads a checkpoint on each device; fails with EngineError when a session cannot be made there, with UsageError when the memory allowed is too
 * little for it or options do not fit the device.
 */
export async function onnxEngine(config: ModelConfig, weights: RunnableWeights, options: OnnxOptions = {}): Promise<Engine> {
  const { devices, dtype, workers } = await startWorkers(config, weights, options)
  const [first] = workers
  const isAlone = workers.length === 1
  const { provider } = devices[0]
  const versions = { onnxruntime: first!.runtimeVersion }
  return {
    info: { name: 'onnx', provider, devices: devices.map(deviceName), dtype, versions },
    answersDependOn: JSON.stringify({ graph: GRAPH_VERSION, provider, dtype, versions }),
    score(sequences, isAnswered = () => false) {
      const budgets = workers.map(({ budget }) => budget())
      const planned = planBatches(sequences, Math.min(...budgets.map(({ usual }) => usual)), Math.min(...budgets.map(({ most }) => most))).batches
      const batches = planned.filter(({ members }) => !isAnswered(members.map(({ sequence }) => sequence)))
      const costs = new Map(batches.map((batch) => [batch, batchOperations(config, batch)]))
      const ordered = isAlone ? batches : batches.toSorted((a, b) => costs.get(b)! - costs.get(a)!)
      return dealBatches(
        ordered,
        workers.map(
          ({ score }) =>
            (batch) =>
              score(batch, sequences),
        ),
      )
    },
    peakBytes: () => workers.reduce((sum, { peakBytes }) => sum + peakBytes(), 0),
    /** Of several devices each computes while another's results are read, so none is free to be measured. */
    peakGemmRate: async () => (isAlone ? first!.peakGemmRate() : undefined),
    async [Symbol.asyncDispose]() {
      for (const { end } of workers) end()
    },
  }
}

/** Workers on devices, and in which type they calculate. */
interface Started {
  readonly devices: readonly [Device, ...Device[]]
  readonly dtype: Dtype
  readonly workers: readonly DeviceWorker[]
}

/** On the devices that were asked for; `auto` takes the first that works. */
async function startWorkers(config: ModelConfig, weights: RunnableWeights, { devices = CPU, ...options }: OnnxOptions): Promise<Started> {
  if (devices !== 'auto') return startOn(devices, devices.some(hasOwnMemory) ? await listAdapters() : [], config, weights, options)
  const adapters = await listAdapters()
  const all = devicesToTry(adapters, hasCudaProvider())
  const needsCpu = options.memoryBytes !== undefined || isQuantized(weights)
  const able = all.filter((device) => supportsDtype(device, options.dtype) && !(needsCpu && hasOwnMemory(device)))
  const candidates = able.length > 0 ? able : CPU
  for (const device of candidates.slice(0, -1)) {
    try {
      return await startOn([device], adapters, config, weights, options)
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      options.onNotice?.(`${error.message}: trying the next device`)
    }
  }
  return startOn([candidates.at(-1)!], adapters, config, weights, options)
}

async function startOn(
  devices: readonly [Device, ...Device[]],
  adapters: readonly Adapter[],
  config: ModelConfig,
  weights: RunnableWeights,
  { dtype: asked, scoreBytes, threads, onNotice = () => {}, onNativeMessages, batchTokens, passTokens, memoryBytes }: Omit<OnnxOptions, 'devices'>,
): Promise<Started> {
  const [device] = devices
  assertAvailable(device)
  const dtype = dtypeFor(device, asked, storedDtype(config, weights))
  if (memoryBytes !== undefined && hasOwnMemory(device))
    throw new UsageError(`--memory does not bound what ${deviceName(device)} holds`, 'Give --batch-tokens instead: what does not fit is halved.')
  if (isQuantized(weights) && hasOwnMemory(device))
    throw new UsageError(`quantised weights run on the CPU only, not on ${deviceName(device)}`, 'Give --device cpu, or score the weights before quantisation.')
  const limits = {
    ...(batchTokens !== undefined && { batchTokens }),
    ...(passTokens !== undefined && { passTokens }),
    ...(memoryBytes !== undefined && { memoryBytes: memoryBytes / devices.length }),
  }
  const starting = devices.map((each) =>
    startWorker(config, weights, {
      device: each,
      dtype,
      limits,
      deviceBytes: hasOwnMemory(each) ? memoryOf(each, adapters) : null,
      scoreBytes,
      threads,
      onNotice,
      onNativeMessages,
    }),
  )
  const started = await Promise.allSettled(starting)
  const workers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failure = started.find((result) => result.status === 'rejected')
  if (!failure) return { devices, dtype, workers }
  for (const { end } of workers) end()
  throw failure.reason
}

/** Their operators have not been checked on graphics processors. */
function isQuantized({ quantized }: RunnableWeights): boolean {
  return quantized !== undefined && quantized.size > 0
}

function hasOwnMemory({ provider }: Device): boolean {
  return provider !== 'cpu'
}

/** Of the one adapter that it can be; undefined where that is not known. */
function memoryOf({ provider, index }: Device, adapters: readonly Adapter[]): number | undefined {
  const gpus = adapters.filter(({ kind, cudaIndex }) => (provider === 'cuda' ? cudaIndex === index : kind === 'gpu'))
  return gpus.length === 1 ? (gpus[0]!.memoryBytes ?? undefined) : undefined
}

const STORED: Readonly<Record<string, Dtype>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }

/** The type of the embeddings, and so of a checkpoint. */
function storedDtype({ tensorNames }: ModelConfig, { tensors }: RunnableWeights): Dtype {
  return STORED[tensors.get(tensorNames.embeddings)?.dtype ?? 'F32'] ?? 'float32'
}
