/** Scoring on this machine through onnxruntime, over the weights of a checkpoint as they lie on disk. */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { Weights } from '../checkpoint/weights.ts'
import { EngineError } from '../errors.ts'
import { decoderGraph } from '../graph/decoder.ts'
import { planBatches, type Batch } from '../plan/batches.ts'
import type { Sequence, SequenceScore } from '../plan/sequence.ts'
import { batchBudget } from './batch-budget.ts'
import type { Engine, ScoredBatch } from './engine.ts'
import { batchFeeds } from './feeds.ts'
import { OutOfMemory, startSessionProcess, type RuntimeInfo, type SessionProcess } from './session-process.ts'

/** Options of the engine. */
export interface OnnxOptions {
  /** Most tokens of a forward pass, chosen by the model and the machine when absent; halved when memory runs out. */
  readonly batchTokens?: number
  /** Threads inside an operator. */
  readonly threads?: number
  /** Told what a user should know: that a batch was halved. */
  readonly onNotice?: (notice: string) => void
}

/** Below this many tokens a batch is not halved any more. */
const LEAST_BATCH_TOKENS = 32

/** Loads a checkpoint; fails with EngineError when the session cannot be made. */
export async function onnxEngine(config: ModelConfig, weights: Weights, { batchTokens, threads, onNotice = () => {} }: OnnxOptions = {}): Promise<Engine> {
  let session = await startSession(config, weights, threads)
  let budget = batchBudget(config, batchTokens)
  let isDisposed = false

  /** Scores a batch; when memory runs out, its sequences in smaller ones. */
  async function* scoreBatch(batch: Batch, sequences: readonly Sequence[]): AsyncGenerator<ScoredBatch> {
    const startedAt = performance.now()
    const size = batch.tree.tokenIds.length
    try {
      const { log_probs: logProbs, best } = await session.run(batchFeeds(batch))
      yield {
        scores: readScores(batch, sequences, logProbs as Float32Array, best as BigInt64Array),
        tokensComputed: size,
        elapsedMs: performance.now() - startedAt,
      }
      return
    } catch (error) {
      if (isDisposed || !(error instanceof OutOfMemory)) throw error
      if (batch.members.length === 1 || size <= LEAST_BATCH_TOKENS) {
        throw new EngineError(`out of memory on a batch of ${size} tokens`, 'Lower --max-length, close other programs, or use a machine with more memory.', {
          cause: error,
        })
      }
      const smallerBudget = Math.max(LEAST_BATCH_TOKENS, Math.floor(Math.min(budget.most, size) / 2))
      budget = { usual: Math.min(budget.usual, smallerBudget), most: smallerBudget }
      onNotice(`out of memory on a batch of ${size} tokens: going on with at most ${smallerBudget}; --batch-tokens ${smallerBudget} does so from the start`)
      // A process that has run out of memory once keeps what it had and may fail anywhere: a new one begins clean.
      session.end()
      session = await startSession(config, weights, threads)
    }
    const members = batch.members.map(({ sequence }) => sequence)
    const smaller = planBatches(
      members.map((member) => sequences[member]!),
      budget.usual,
      budget.most,
    )
    for (const part of smaller.batches) {
      const renumbered = { ...part, members: part.members.map(({ sequence, slots }) => ({ sequence: members[sequence]!, slots })) }
      yield* scoreBatch(renumbered, sequences)
    }
  }

  return {
    info: { name: 'onnx', provider: 'cpu', dtype: 'float32', versions: { onnxruntime: session.runtimeVersion } },
    score(sequences) {
      const plan = planBatches(sequences, budget.usual, budget.most)
      return {
        tokensDistinct: plan.tokensDistinct,
        tokensPlanned: plan.tokensComputed,
        batchCount: plan.batches.length,
        batches: (async function* () {
          for (const batch of plan.batches) yield* scoreBatch(batch, sequences)
        })(),
      }
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true
      session.end()
    },
  }
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

interface LoadedSession extends RuntimeInfo, Pick<SessionProcess, 'run' | 'end'> {}

async function startSession(config: ModelConfig, weights: Weights, threads: number | undefined): Promise<LoadedSession> {
  const session = startSessionProcess()
  try {
    return { ...(await session.load(decoderGraph(config, weights), { root: weights.root, threads, isOptimized: true })), run: session.run, end: session.end }
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
