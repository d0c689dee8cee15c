/** Scoring on this machine through onnxruntime, over the weights of a checkpoint on disk. */
import { createRequire } from 'node:module'
import type { ModelConfig } from '../../model/config/config.ts'
import { frequencySwitch } from '../../graph/blocks/rope.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { EngineError } from '../../errors.ts'
import { planBatches, type Batch } from '../../plan/batches.ts'
import type { Sequence } from '../../plan/sequence.ts'
import { deviceMemory, deviceName, devicesToTry, dtypeFor, providerOf, type Device, type DeviceChoice } from '../devices/device.ts'
import type { Dtype } from '../devices/dtype.ts'
import { listGpus, type Gpu } from '../devices/gpus.ts'
import type { Engine, ScoredBatch } from '../engine.ts'
import { adapterOperations, batchOperations } from '../roofline/operations.ts'
import type { BatchLimits } from './batch-budget.ts'
import { canRun, checkOptions, CPU, dtypeOfStored, limitsOfEach, type DeviceNeeds } from './device-needs.ts'
import { startWorker, type DeviceWorker } from './device-worker.ts'
import { distributeBatches } from './distribute-batches.ts'
import { withOneFolder, type EngineDivergence, type LoadedWeights } from './engine-divergence.ts'

/**
 * Part of the key of cached responses. Raise it with any change that may move a log-probability, however little, in this folder, in graph/, in
 * model/runnable/, or in what plan/ makes of batches: passes, rows of attention. Responses cached under other numbers are then never used.
 */
export const GRAPH_VERSION = 3

/** Options of the engine. */
export interface OnnxOptions extends BatchLimits {
  /** The CPU when absent. */
  readonly devices?: DeviceChoice
  /** The provider's default when absent. */
  readonly dtype?: Dtype
  /** Attention scores that a GPU holds at once, in bytes; larger ones are computed in chunks. 512 MiB when absent. */
  readonly scoreBytes?: number
  /** Threads inside an operator. */
  readonly threads?: number
  /** The model's part in a divergence; absent without one. */
  readonly divergence?: EngineDivergence
  /** Receives what libraries wrote to standard error while the model was loaded. */
  readonly onNativeMessages?: (lines: readonly string[]) => void
  /** Receives what a user should know: that passes were halved, that a device cannot be used. */
  readonly onNotice?: (notice: string) => void
}

/**
 * Loads a checkpoint on each device. Fails with EngineError when a session cannot be made there, with UsageError when `memoryBytes` is too little for the
 * model or options do not fit the device.
 */
export async function onnxEngine(config: ModelConfig, weights: RunnableWeights, options: OnnxOptions = {}): Promise<Engine> {
  const { devices, dtype, workers } = await startWorkers({ config, ...withOneFolder(weights, options.divergence) }, options)
  const [first] = workers
  const isAlone = workers.length === 1
  const { provider } = devices[0]
  const versions = { onnxruntime: first!.runtimeVersion }
  return {
    info: { name: 'onnx', provider, devices: devices.map(deviceName), dtype, versions },
    responsesDependOn: responsesKey({ provider, dtype, versions }),
    score(sequences, isAnswered = () => false) {
      const budgets = workers.map((worker) => worker.budget())
      const [usual, most] = [Math.min(...budgets.map((budget) => budget.usual)), Math.min(...budgets.map((budget) => budget.most))]
      const planned = planBatches(sequences, usual, most, frequencySwitch(config.rope)).batches
      const batches = planned.filter(({ members }) => !isAnswered(members.map(({ sequence }) => sequence)))
      const costs = new Map(batches.map((batch) => [batch, batchOperations(config, batch)]))
      const ordered = isAlone ? batches : batches.toSorted((a, b) => costs.get(b)! - costs.get(a)!)
      return distributeBatches(
        ordered,
        workers.map((worker) => (batch) => scoredBatches(worker, { config, weights }, batch, sequences)),
      )
    },
    layers: { asked: config.layerCount, distinct: config.layerCount },
    peakBytes: () => workers.reduce((sum, worker) => sum + worker.peakBytes(), 0),
    /** Several devices are never idle together: each computes while another's results are read. */
    peakGemmRate: async () => (isAlone ? first!.peakGemmRate() : undefined),
    async [Symbol.asyncDispose]() {
      for (const worker of workers) worker.end()
    },
  }
}

/** Version of the installed onnxruntime, as its sessions report it. */
export function onnxruntimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string }
  return version
}

/** As `Engine.responsesDependOn`. */
export function responsesKey({ provider, dtype, versions }: Pick<Engine['info'], 'provider' | 'dtype' | 'versions'>): string {
  return JSON.stringify({ graph: GRAPH_VERSION, provider, dtype, versions })
}

/** A batch as a model's worker computes it, in parts if memory is short. */
async function* scoredBatches(
  worker: DeviceWorker,
  { config, weights }: Pick<Model, 'config' | 'weights'>,
  batch: Batch,
  sequences: readonly Sequence[],
): AsyncGenerator<ScoredBatch> {
  for await (const { batch: part, scoresOf, divergencesOf } of worker.score(batch, sequences)) {
    const operations = batchOperations(config, part) + adapterOperations(config, weights, part)
    const divergences = divergencesOf(0)
    yield { scores: scoresOf(0), ...(divergences && { divergences }), tokensComputed: part.tree.tokenIds.length, operations }
  }
}

/** What is loaded. */
interface Model extends LoadedWeights {
  readonly config: ModelConfig
}

/** Workers on devices, and the type in which they compute. */
interface Started {
  readonly devices: readonly [Device, ...Device[]]
  readonly dtype: Dtype
  readonly workers: readonly DeviceWorker[]
}

/** On the devices that were asked for; `auto` takes the first that works. */
async function startWorkers(model: Model, { devices = CPU, ...options }: OnnxOptions): Promise<Started> {
  if (devices !== 'auto') return startOn(devices, devices.some(hasOwnMemory) ? await listGpus() : [], model, options)
  const gpus = await listGpus()
  const able = devicesToTry(gpus).filter((device) => canRun(device, needsOf(model), options))
  const candidates = able.length > 0 ? able : CPU
  for (const device of candidates.slice(0, -1)) {
    try {
      return await startOn([device], gpus, model, options)
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      options.onNotice?.(`${error.message}: trying the next device`)
    }
  }
  return startOn([candidates.at(-1)!], gpus, model, options)
}

type StartOptions = Omit<OnnxOptions, 'devices'>

async function startOn(devices: readonly [Device, ...Device[]], gpus: readonly Gpu[], model: Model, options: StartOptions): Promise<Started> {
  const [device] = devices
  const { scoreBytes, threads, onNotice = () => {}, onNativeMessages } = options
  checkOptions(device, needsOf(model), options)
  const dtype = dtypeFor(device, options.dtype, storedDtype(model))
  const limits = limitsOfEach(options, devices.length)
  const starting = devices.map((each) =>
    startWorker(model.config, model.weights, {
      device: each,
      dtype,
      limits,
      deviceBytes: deviceMemory(each, gpus),
      scoreBytes,
      threads,
      divergence: model.divergence,
      onNotice,
      onNativeMessages,
    }),
  )
  const started = await Promise.allSettled(starting)
  const workers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failure = started.find((result) => result.status === 'rejected')
  if (!failure) return { devices, dtype, workers }
  for (const worker of workers) worker.end()
  throw failure.reason
}

function hasOwnMemory(device: Device): boolean {
  return providerOf(device).hasOwnMemory
}

function needsOf({ weights: { quantized, roundedInputs } }: Model): DeviceNeeds {
  return { isQuantized: (quantized?.size ?? 0) + (roundedInputs?.size ?? 0) > 0 }
}

/** The type of the embeddings, and so of a checkpoint. */
function storedDtype({ config, weights }: Model): Dtype {
  return dtypeOfStored(weights.tensors.get(config.tensorNames.embeddings)?.dtype)
}
