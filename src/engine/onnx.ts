/** Scoring on this machine through onnxruntime, over the weights of a checkpoint as they lie on disk. */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { RunnableWeights } from '../variant/runnable-weights.ts'
import { EngineError } from '../errors.ts'
import { decoderGraph } from '../graph/decoder.ts'
import { hasChainAttention } from '../graph/kept-past.ts'
import { planBatches, type Batch } from '../plan/batches.ts'
import type { Sequence, SequenceScore } from '../plan/sequence.ts'
import { weightMemory } from '../variant/weight-memory.ts'
import { bareRateMeter } from './bare-rate.ts'
import { batchBudget, LEAST_TOKENS, type BatchLimits } from './batch-budget.ts'
import type { Engine, ScoredBatch } from './engine.ts'
import { batchFeeds } from './feeds.ts'
import { adapterOperations, batchOperations } from './operations.ts'
import { OutOfMemory, startSessionProcess, type RuntimeInfo, type SessionProcess } from './session-process.ts'

/** Options of the engine. */
export interface OnnxOptions extends BatchLimits {
  /** Threads inside an operator. */
  readonly threads?: number
  /** Told what a user should know: that passes were halved. */
  readonly onNotice?: (notice: string) => void
}

/** Loads a checkpoint; fails with EngineError when the session cannot be made, with UsageError when the memory allowed is too little for it. */
export async function onnxEngine(
  config: ModelConfig,
  weights: RunnableWeights,
  { threads, onNotice = () => {}, ...limits }: OnnxOptions = {},
): Promise<Engine> {
  let budget = batchBudget({ ...config, ...weightMemory(weights) }, limits)
  let session = await startSession(config, weights, threads)
  let mustRestart = false
  const loadedPeak = session.peakBytes()
  let largestPeak = loadedPeak
  /** Where loading alone takes more than is allowed, smaller batches are no help. */
  const batchLimit = limits.memoryBytes !== undefined && loadedPeak <= limits.memoryBytes ? limits.memoryBytes : Infinity
  if (loadedPeak > (limits.memoryBytes ?? Infinity)) onNotice(`the model alone took ${mebibytes(loadedPeak)} MiB, more than --memory allows`)
  let measure: ReturnType<typeof bareRateMeter> | undefined = bareRateMeter(config, weights, threads)
  let isDisposed = false
  const chains = config.windows.every((window) => hasChainAttention({ ...config, window }))

  /** Runs a batch in passes of `pass` tokens, in a process that is sound; comes back with its outputs and whether it alone took more memory than is allowed. */
  async function runBatch(batch: Batch, pass: number) {
    if (mustRestart) {
      session.end()
      session = await startSession(config, weights, threads)
      mustRestart = false
    }
    const before = session.peakBytes()
    const outputs = await session.run(batchFeeds(batch, pass, { chains }))
    const peakBytes = session.peakBytes()
    largestPeak = Math.max(largestPeak, peakBytes)
    return { outputs, peakBytes, isOverLimit: peakBytes > Math.max(before, batchLimit) }
  }

  /** Scores a batch; where its passes do not fit in memory, in smaller ones. */
  async function scoreBatch(batch: Batch, sequences: readonly Sequence[]): Promise<ScoredBatch> {
    for (;;) {
      const pass = Math.min(budget.pass, batch.tree.tokenIds.length)
      try {
        const { outputs, isOverLimit, peakBytes } = await runBatch(batch, pass)
        if (isOverLimit) goOnWithLess(pass, `passes of ${pass} tokens took ${mebibytes(peakBytes)} MiB in all, more than --memory allows`)
        return {
          scores: readScores(batch, sequences, outputs['log_probs'] as Float32Array, outputs['best'] as BigInt64Array),
          tokensComputed: batch.tree.tokenIds.length,
          operations: batchOperations(config, batch) + adapterOperations(weights, batch),
        }
      } catch (cause) {
        if (isDisposed || !(cause instanceof OutOfMemory)) throw cause
        if (pass <= LEAST_TOKENS)
          throw new EngineError(`out of memory on passes of ${pass} tokens`, 'Lower --max-length, close other programs, or use a machine with more memory.', {
            cause,
          })
        goOnWithLess(pass, `out of memory on passes of ${pass} tokens`)
      }
    }
  }

  /** Halves the passes. A process that has run out of memory keeps what it had and may fail anywhere, so the next batch gets a new one. */
  function goOnWithLess(pass: number, reason: string): void {
    mustRestart = true
    const less = Math.max(LEAST_TOKENS, Math.floor(pass / 2))
    if (less >= budget.pass) return
    budget = { ...budget, pass: less }
    onNotice(`${reason}: going on with at most ${less}; --batch-tokens ${less} does so from the start`)
  }

  return {
    info: { name: 'onnx', provider: 'cpu', dtype: 'float32', versions: { onnxruntime: session.runtimeVersion } },
    score(sequences) {
      const { batches } = planBatches(sequences, budget.usual, budget.most)
      return (async function* () {
        for (const batch of batches) yield await scoreBatch(batch, sequences)
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

async function startSession(config: ModelConfig, weights: RunnableWeights, threads: number | undefined): Promise<LoadedSession> {
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
