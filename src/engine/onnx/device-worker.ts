/** One session process on one device: batches in, scores out, with less at a time where memory runs out. */
import type { ModelConfig } from '../../model/config/config.ts'
import { EngineError } from '../../errors.ts'
import { decoderGraph, deviceDecoderGraph } from '../../graph/decoder.ts'
import { hasChainAttention } from '../../graph/kv-cache.ts'
import type { Graph } from '../../graph/onnx-model.ts'
import { planBatches, type Batch } from '../../plan/batches.ts'
import { layOutRows } from '../../plan/row-layout.ts'
import type { Sequence, SequenceScore } from '../../plan/sequence.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { weightMemory } from '../../model/runnable/weight-memory.ts'
import { peakGemmMeter } from '../roofline/peak-gemm-rate.ts'
import { batchBudget, LEAST_TOKENS, onePassBudget, type BatchBudget, type BatchLimits } from './batch-budget.ts'
import { cpuSumParts } from './cpu-sum-parts.ts'
import { deviceHint, deviceName, graphType, type Device, type Dtype } from '../devices/device.ts'
import type { ScoredBatch } from '../engine.ts'
import { batchFeeds } from './feeds.ts'
import { adapterOperations, batchOperations } from '../roofline/operations.ts'
import { explainNativeMessages } from './native-messages.ts'
import { operatorsOnCpu } from '../devices/placement.ts'
import { rowFeeds } from './row-feeds.ts'
import type { SessionTensor } from './session-messages.ts'
import { OutOfMemory, startSessionProcess, type RuntimeInfo, type SessionProcess } from './session-process.ts'
import { mebibytes } from '../../text/byte-size.ts'

/** What a worker is to do, and where. */
export interface WorkerOptions {
  readonly device: Device
  readonly dtype: Dtype
  readonly limits: BatchLimits
  /** The device's own memory; null where it is the machine's, undefined where it is not known. */
  readonly deviceBytes: number | null | undefined
  /** Attention scores that a GPU holds at once; chosen when undefined. */
  readonly scoreBytes: number | undefined
  readonly threads: number | undefined
  readonly onNotice: (notice: string) => void
  /** Told what libraries wrote to standard error while the model was loaded. */
  readonly onNativeMessages?: ((lines: readonly string[]) => void) | undefined
}

/** A model on a device. */
export interface DeviceWorker {
  readonly runtimeVersion: string
  /** What batches may have by now. */
  readonly budget: () => BatchBudget
  /** Scores the members of a batch; where it does not fit in memory, in shorter passes, or in smaller batches where a batch is one pass. */
  readonly score: (batch: Batch, sequences: readonly Sequence[]) => AsyncGenerator<ScoredBatch>
  /** The most memory that its process has held, in bytes; what a GPU holds is not in it. */
  readonly peakBytes: () => number
  /** Operations a second of nothing but matrix products; undefined where memory does not allow it. */
  readonly peakGemmRate: () => Promise<number | undefined>
  readonly end: () => void
}

/** Loads a model on a device. Fails with EngineError where that cannot be, with UsageError when the memory allowed is too little for it. */
export async function startWorker(config: ModelConfig, weights: RunnableWeights, options: WorkerOptions): Promise<DeviceWorker> {
  const { device, dtype, limits, threads, onNotice } = options
  const shape = { ...config, ...weightMemory(weights) }
  let budget = options.deviceBytes === null ? batchBudget(shape, limits) : onePassBudget(shape, limits, options.deviceBytes ?? 0)
  const model = modelOn(config, weights, options)
  let session = await startSession(model.variant(1), options)
  let chunkCount = 1
  let mustRestart = false
  const loadedPeak = session.peakBytes()
  let largestPeak = loadedPeak
  /** Where loading alone takes more than is allowed, shorter passes are no help. */
  const batchLimit = limits.memoryBytes !== undefined && loadedPeak <= limits.memoryBytes ? limits.memoryBytes : Infinity
  if (loadedPeak > (limits.memoryBytes ?? Infinity)) onNotice(`the model alone took ${mebibytes(loadedPeak)}, more than --memory allows`)
  let measure: ReturnType<typeof peakGemmMeter> | undefined = peakGemmMeter(config, weights, { threads, device, type: graphType(dtype) })
  let isEnded = false

  /** Runs a batch in a process that is sound; comes back with its outputs and whether it alone took more memory than is allowed. */
  async function runBatch(batch: Batch, pass: number) {
    const { chunksNeeded, feeds } = model.prepare(batch, pass)
    if (mustRestart || chunksNeeded > chunkCount) {
      session.end()
      while (chunkCount < chunksNeeded) chunkCount *= 2
      session = await startSession(model.variant(chunkCount), options)
      mustRestart = false
    }
    const before = session.peakBytes()
    const outputs = await session.run(feeds(chunkCount))
    const peakBytes = session.peakBytes()
    largestPeak = Math.max(largestPeak, peakBytes)
    return { outputs, peakBytes, isOverLimit: peakBytes > Math.max(before, batchLimit) }
  }

  async function* scoreBatch(batch: Batch, sequences: readonly Sequence[]): AsyncGenerator<ScoredBatch> {
    const size = batch.tree.tokenIds.length
    const parts = model.isInPasses || size <= budget.pass ? [] : cutBatch(batch, sequences)
    if (parts.length > 1) {
      for (const part of parts) yield* scoreBatch(part, sequences)
      return
    }
    const pass = model.isInPasses ? Math.min(budget.pass, size) : size
    try {
      const { outputs, isOverLimit, peakBytes } = await runBatch(batch, pass)
      if (isOverLimit) goOnWithLess(pass, `passes of ${pass} tokens took ${mebibytes(peakBytes)} in all, more than --memory allows`)
      yield {
        scores: readScores(batch, sequences, outputs['log_probs'] as Float32Array, outputs['best'] as BigInt64Array, dtype),
        tokensComputed: size,
        operations: batchOperations(config, batch) + adapterOperations(config, weights, batch),
      }
    } catch (cause) {
      if (isEnded || !(cause instanceof OutOfMemory)) throw cause
      mustRestart = true
      const isSmallest = pass <= LEAST_TOKENS || (!model.isInPasses && batch.members.length === 1)
      if (!isSmallest) goOnWithLess(pass, `out of memory on passes of ${pass} tokens`)
      const smaller = model.isInPasses ? [batch] : cutBatch(batch, sequences)
      if (isSmallest || (!model.isInPasses && smaller.length === 1)) {
        throw new EngineError(`out of memory on passes of ${pass} tokens`, 'Lower --max-length, close other programs, or use a machine with more memory.', {
          cause,
        })
      }
      for (const part of smaller) yield* scoreBatch(part, sequences)
    }
  }

  /** The sequences of a batch, planned by the budget as it is now. */
  function cutBatch(batch: Batch, sequences: readonly Sequence[]): Batch[] {
    const members = batch.members.map(({ sequence }) => sequence)
    const { batches } = planBatches(
      members.map((member) => sequences[member]!),
      budget.usual,
      budget.most,
    )
    return batches.map((part) => ({ ...part, members: part.members.map(({ sequence, slots }) => ({ sequence: members[sequence]!, slots })) }))
  }

  /** Halves the passes. A process that has run out of memory keeps what it had and may fail anywhere, so the next batch gets a new one. */
  function goOnWithLess(pass: number, reason: string): void {
    const less = Math.max(LEAST_TOKENS, Math.floor(pass / 2))
    if (less >= budget.pass) return
    mustRestart = true
    budget = model.isInPasses ? { ...budget, pass: less } : { usual: Math.min(budget.usual, less), most: less, pass: less }
    onNotice(`${reason}: going on with at most ${less}; --batch-tokens ${less} does so from the start`)
  }

  return {
    runtimeVersion: session.runtimeVersion,
    budget: () => budget,
    score: scoreBatch,
    peakBytes: () => largestPeak,
    /** A figure beside the scores: where memory does not allow it, it is done without. */
    async peakGemmRate() {
      try {
        return mustRestart ? undefined : await measure?.(session)
      } catch {
        measure = undefined
        mustRestart = true
        return undefined
      } finally {
        largestPeak = Math.max(largestPeak, session.peakBytes())
      }
    },
    end() {
      isEnded = true
      session.end()
    },
  }
}

/** Log-probabilities in the batch's slots to one score a sequence, summed in f64. */
function readScores(batch: Batch, sequences: readonly Sequence[], logProbs: Float32Array, best: BigInt64Array, dtype: Dtype): SequenceScore[] {
  return batch.members.map(({ sequence, slots }) => {
    const { targets } = sequences[sequence]!
    let logProb = 0
    let isGreedy = true
    slots.forEach((slot, index) => {
      logProb += logProbs[slot]!
      isGreedy &&= Number(best[Math.floor(slot / batch.targetColumns)]) === targets[index]
    })
    if (Number.isNaN(logProb)) {
      const hint = dtype === 'float16' ? 'Its values may be larger than float16 holds: give --dtype f32.' : 'load it in transformers to check.'
      throw new EngineError(
        'the model gives NaN as a log-probability',
        dtype === 'float16' ? hint : `Its weights may be damaged or overflow in ${dtype}; ${hint}`,
      )
    }
    return { sequence, logProb, isGreedy }
  })
}

/** A model as its device takes it. */
interface DeviceModel {
  /** With attention in so many chunks. */
  readonly variant: (chunkCount: number) => ModelVariant
  /** Whether a batch goes through it in passes; otherwise it is one pass. */
  readonly isInPasses: boolean
  /** How many chunks a batch in passes of `passTokens` needs, and its tensors for a variant that has them. */
  readonly prepare: (batch: Batch, passTokens: number) => { readonly chunksNeeded: number; readonly feeds: (chunkCount: number) => Feeds }
}

interface ModelVariant {
  readonly graph: Graph
  readonly root: string
  /** Shows where the nodes are placed; undefined on the CPU, where there is no other place. */
  readonly probe: Feeds | undefined
}

type Feeds = Record<string, SessionTensor>

/** Attention scores that a GPU holds of one chunk when nothing is said; their softmax takes as much again. */
const SCORE_BYTES = 2 ** 29

/** Long enough for all data of a pass to have more numbers than a shape has. */
const PROBE: Sequence = { input: Int32Array.from({ length: 24 }, (_, index) => index % 3), targets: new Int32Array(12) }

function modelOn(config: ModelConfig, weights: RunnableWeights, { device, dtype, scoreBytes = SCORE_BYTES }: WorkerOptions): DeviceModel {
  const { root } = weights
  if (device.provider === 'cpu') {
    const chains = config.windows.every((window) => hasChainAttention({ ...config, window }))
    return {
      isInPasses: true,
      variant: () => ({ graph: decoderGraph(config, weights, { sumParts: cpuSumParts() }), root, probe: undefined }),
      prepare: (batch, passTokens) => ({ chunksNeeded: 1, feeds: () => batchFeeds(batch, passTokens, { chains }) }),
    }
  }
  const mostPairs = scoreBytes / (4 * config.headCount)
  const feedsOf = rowFeeds(config)
  const prepare = (batch: Batch) => {
    const layout = layOutRows(batch.tree, mostPairs)
    return { chunksNeeded: layout.chunks.length, feeds: (chunkCount: number) => feedsOf(batch, layout, chunkCount) }
  }
  const [probed] = planBatches([PROBE], LEAST_TOKENS).batches
  return {
    isInPasses: false,
    variant: (chunkCount) => ({
      graph: deviceDecoderGraph(config, weights, graphType(dtype), chunkCount),
      root,
      probe: prepare(probed!).feeds(chunkCount),
    }),
    prepare,
  }
}

interface LoadedSession extends RuntimeInfo, SessionProcess {}

async function startSession({ graph, root, probe }: ModelVariant, { device, threads, onNativeMessages }: WorkerOptions): Promise<LoadedSession> {
  const session = startSessionProcess()
  try {
    const info = await session.load(graph, { root, threads, isOptimized: true, device, probe })
    const strays = operatorsOnCpu(info.nodes)
    if (probe && strays.length > 0)
      throw new EngineError(`${deviceName(device)} has no kernel for ${strays.join(', ')}: the model would run partly on the CPU`, 'Give another --device.')
    onNativeMessages?.(session.nativeMessages())
    return { ...session, ...info }
  } catch (error) {
    session.end()
    if (error instanceof OutOfMemory) {
      throw new EngineError(
        `out of memory while loading the model: ${error.message}`,
        device.provider === 'cpu'
          ? 'The weights need 4 bytes a parameter on the CPU; close other programs or use a machine with more memory.'
          : 'The weights must fit the memory of the device: give a smaller --dtype, or --device cpu.',
        { cause: error },
      )
    }
    if (device.provider === 'cpu' || !(error instanceof EngineError)) throw error
    const needsFloat16 = /requires f16/u.test(error.message)
    // onnxruntime begins with its own source line and the condition that did not hold.
    const reason = error.message.replace(/^onnxruntime failed: (?:.* was false\. )?/su, '').trim()
    const explained = explainNativeMessages(session.nativeMessages())
    throw new EngineError(
      `cannot run on ${deviceName(device)}: ${[reason, ...explained].join('; ')}`,
      needsFloat16 ? 'Give --dtype f32.' : await deviceHint(device),
      {
        cause: error,
      },
    )
  }
}
