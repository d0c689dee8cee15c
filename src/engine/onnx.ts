/** Scoring on this machine through onnxruntime, over the weights of a checkpoint as they lie on disk. */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { Weights } from '../checkpoint/weights.ts'
import { EngineError } from '../errors.ts'
import { decoderGraph } from '../graph/decoder.ts'
import { planBatches, type Batch } from '../plan/batches.ts'
import type { Sequence, SequenceScore } from '../plan/sequence.ts'
import { bareRateMeter } from './bare-rate.ts'
import { batchBudget, LEAST_TOKENS, type BatchLimits } from './batch-budget.ts'
import type { Engine, ScoredBatch } from './engine.ts'
import { batchFeeds } from './feeds.ts'
import { batchOperations } from './operations.ts'
import { OutOfMemory, startSessionProcess, type RuntimeInfo, type SessionProcess } from './session-process.ts'

/**
 * Answers are kept by this number: raise it with any change that may move a log-probability, in this file, in graph/, in plan/attention-layout.ts or in
 * feeds.ts, by however little. Kept answers of other numbers are then never given.
 */
const GRAPH_VERSION = 1

/** Options of the engine. */
export interface OnnxOptions extends BatchLimits {
  /** Threads inside an operator. */
  readonly threads?: number
  /** Told what a user should know: that batches were halved. */
  readonly onNotice?: (notice: string) => void
}

/** Loads a checkpoint; fails with EngineError when the session cannot be made, with UsageError when the memory allowed is too little for it. */
export async function onnxEngine(config: ModelConfig, weights: Weights, { threads, onNotice = () => {}, ...limits }: OnnxOptions = {}): Promise<Engine> {
  let budget = batchBudget(config, limits)
  let session = await startSession(config, weights, threads)
  let mustRestart = false
  const loadedPeak = session.peakBytes()
  let largestPeak = loadedPeak
  /** Where loading alone takes more than is allowed, smaller batches are no help. */
  const batchLimit = limits.memoryBytes !== undefined && loadedPeak <= limits.memoryBytes ? limits.memoryBytes : Infinity
  if (loadedPeak > (limits.memoryBytes ?? Infinity)) onNotice(`the model alone took ${mebibytes(loadedPeak)} MiB, more than --memory allows`)
  let measure: ReturnType<typeof bareRateMeter> | undefined = bareRateMeter(config, weights, threads)
  let isDisposed = false

  /** Runs a batch in a process that is sound; comes back with its outputs and whether it alone took more memory than is allowed. */
  async function runBatch(batch: Batch) {
    if (mustRestart) {
      session.end()
      session = await startSession(config, weights, threads)
      mustRestart = false
    }
    const before = session.peakBytes()
    const outputs = await session.run(batchFeeds(batch))
    const peakBytes = session.peakBytes()
    largestPeak = Math.max(largestPeak, peakBytes)
    return { outputs, peakBytes, isOverLimit: peakBytes > Math.max(before, batchLimit) }
  }

  /** Scores a batch; what is larger than the budget is by now, or turns out not to fit in memory, in smaller ones. */
  async function* scoreBatch(batch: Batch, sequences: readonly Sequence[]): AsyncGenerator<ScoredBatch> {
    const size = batch.tree.tokenIds.length
    const parts = size > budget.most ? cutBatch(batch, sequences) : []
    if (parts.length > 1) {
      for (const part of parts) yield* scoreBatch(part, sequences)
      return
    }
    try {
      const { outputs, isOverLimit, peakBytes } = await runBatch(batch)
      if (isOverLimit) goOnWithLess(size, `a batch of ${size} tokens took ${mebibytes(peakBytes)} MiB in all, more than --memory allows`)
      yield {
        scores: readScores(batch, sequences, outputs['log_probs'] as Float32Array, outputs['best'] as BigInt64Array),
        tokensComputed: size,
        operations: batchOperations(config, batch),
      }
    } catch (error) {
      if (isDisposed || !(error instanceof OutOfMemory)) throw error
      const isSmallest = batch.members.length === 1 || size <= LEAST_TOKENS
      if (!isSmallest) goOnWithLess(size, `out of memory on a batch of ${size} tokens`)
      const smaller = isSmallest ? [] : cutBatch(batch, sequences)
      if (smaller.length <= 1) {
        throw new EngineError(`out of memory on a batch of ${size} tokens`, 'Lower --max-length, close other programs, or use a machine with more memory.', {
          cause: error,
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

  /** Halves the budget. A process that has run out of memory keeps what it had and may fail anywhere, so the next batch gets a new one. */
  function goOnWithLess(size: number, reason: string): void {
    mustRestart = true
    const most = Math.max(LEAST_TOKENS, Math.floor(Math.min(budget.most, size) / 2))
    if (most >= budget.most) return
    budget = { usual: Math.min(budget.usual, most), most }
    onNotice(`${reason}: going on with at most ${most}; --batch-tokens ${most} does so from the start`)
  }

  const info = { name: 'onnx', provider: 'cpu', dtype: 'float32', versions: { onnxruntime: session.runtimeVersion } }
  return {
    info,
    answersDependOn: JSON.stringify({ graph: GRAPH_VERSION, ...info }),
    score(sequences, isAnswered = () => false) {
      const planned = planBatches(sequences, budget.usual, budget.most).batches
      const batches = planned.filter(({ members }) => !isAnswered(members.map(({ sequence }) => sequence)))
      return (async function* () {
        for (const batch of batches) yield* scoreBatch(batch, sequences)
      })()
    },
    peakBytes: () => largestPeak,
    /** A figure beside the scores: where memory does not allow it, it is done without. */
    async bareRate() {
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
    async [Symbol.asyncDispose]() {
      isDisposed = true
      session.end()
    },
  }
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20)
}

/** Log-probabilities in the batch's slots to one score a sequence, summed in f64. */
function readScores(batch: Batch, sequences: readonly Sequence[], logProbs: Float32Array, best: BigInt64Array): SequenceScore[] {
  return batch.members.map(({ sequence, slots }) => {
    const { targets } = sequences[sequence]!
    let logProb = 0
    let isGreedy = true
    slots.forEach((slot, index) => {
      logProb += logProbs[slot]!
      isGreedy &&= Number(best[Math.floor(slot / batch.targetColumns)]) === targets[index]
    })
    if (Number.isNaN(logProb)) {
      throw new EngineError('the model gives NaN as a log-probability', 'Its weights may be damaged or overflow in float32; load it in transformers to check.')
    }
    return { sequence, logProb, isGreedy }
  })
}

interface LoadedSession extends RuntimeInfo, SessionProcess {}

async function startSession(config: ModelConfig, weights: Weights, threads: number | undefined): Promise<LoadedSession> {
  const session = startSessionProcess()
  try {
    return { ...session, ...(await session.load(decoderGraph(config, weights), { root: weights.root, threads, isOptimized: true })) }
  } catch (error) {
    session.end()
    if (!(error instanceof OutOfMemory)) throw error
    throw new EngineError(
      `out of memory while loading the model: ${error.message}`,
      'The weights need 4 bytes a parameter on the CPU; close other programs or use a machine with more memory.',
      { cause: error },
    )
  }
}
