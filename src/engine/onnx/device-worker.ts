/** One session process on one device: batches in, scores out, in smaller steps if memory runs out. */
import type { JointModels } from '../../graph/joint-decoder.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { weightMemory } from '../../model/runnable/weight-memory.ts'
import { EngineError } from '../../errors.ts'
import { planBatches, type Batch } from '../../plan/batches.ts'
import type { Sequence, SequenceScore } from '../../plan/sequence.ts'
import { mebibytes } from '../../text/byte-size.ts'
import { graphType, type Dtype } from '../devices/dtype.ts'
import type { SequenceDivergence } from '../engine.ts'
import { peakGemmMeter } from '../roofline/peak-gemm-rate.ts'
import { batchBudget, budgetFor, jointMemoryNeed, jointOnePassBudget, LEAST_TOKENS, onePassBudget, type BatchBudget, type BatchLimits } from './batch-budget.ts'
import { hasPasses } from './device-needs.ts'
import { jointModelInOnePass, jointModelInPasses, modelInOnePass, modelInPasses, withOriginalStates, type DeviceModel } from './device-model.ts'
import type { EngineDivergence } from './engine-divergence.ts'
import { loadSession, type LoadedSession, type LoadTarget } from './load-session.ts'
import { batchOutputs, readDivergences, readScores } from './read-scores.ts'
import type { RunResult } from './session-messages.ts'
import { OutOfMemory } from './session-process.ts'

/** How a worker computes. */
export interface WorkerOptions extends Omit<LoadTarget, 'root'> {
  readonly dtype: Dtype
  readonly limits: BatchLimits
  /** Memory of the device's own, in bytes; undefined if it is not known, or if the device uses the machine's. */
  readonly deviceBytes: number | undefined
  /** Attention scores that a GPU holds at once, in bytes; the default when undefined. */
  readonly scoreBytes: number | undefined
  /** The model's part in a divergence; undefined without one. */
  readonly divergence: EngineDivergence | undefined
  readonly onNotice: (notice: string) => void
}

/** A model on a device. */
export interface DeviceWorker {
  readonly runtimeVersion: string
  /** How many tokens batches may have, as of now. */
  budget(): BatchBudget
  /**
   * Scores the members of a batch with each of its models. If it does not fit in memory: in shorter passes, or in smaller batches if a batch is
   * one pass.
   */
  score(batch: Batch, sequences: readonly Sequence[]): AsyncGenerator<ComputedBatch>
  /** Peak memory of its processes, in bytes, without a GPU's own. */
  peakBytes(): number
  /** Measures the peak GEMM rate, in operations a second; undefined if memory does not allow it. */
  peakGemmRate(): Promise<number | undefined>
  end(): void
}

/** What was computed at once. */
export interface ComputedBatch {
  /** The batch, or the part of it that fits in memory. */
  readonly batch: Batch
  /** The scores that the model at an index gives. Fails with EngineError on NaN. */
  readonly scoresOf: (model: number) => readonly SequenceScore[]
  /** Of the model at an index, if its distributions are compared with the original's. Fails as `scoresOf`. */
  readonly divergencesOf: (model: number) => readonly SequenceDivergence[] | undefined
}

/** A model with the weights that its worker runs. */
interface LoadedModel {
  readonly config: ModelConfig
  readonly weights: RunnableWeights
}

/** Loads a model on a device. Fails with EngineError if that is not possible, with UsageError when `memoryBytes` is too little for it. */
export async function startWorker(config: ModelConfig, weights: RunnableWeights, options: WorkerOptions): Promise<DeviceWorker> {
  const { limits, deviceBytes = 0, dtype, scoreBytes, device, divergence } = options
  const shape = { ...config, ...weightMemory(weights), ...(divergence?.kind === 'variant' && { original: divergence.original.config }) }
  const isInPasses = hasPasses(device)
  const budget = isInPasses ? batchBudget(shape, limits) : onePassBudget(shape, limits, deviceBytes)
  const model = isInPasses ? modelInPasses(config, weights, divergence) : modelInOnePass(config, weights, { type: graphType(dtype), scoreBytes, divergence })
  const session = await loadSession(model.graphWith(1), { ...options, root: weights.root })
  return new SessionWorker({ models: [{ config, weights }], options, model }, session, budget)
}

/** Loads several models in one graph on a device. Fails as `startWorker`. */
export async function startJointWorker(joint: JointModels, options: WorkerOptions): Promise<DeviceWorker> {
  const [first, ...others] = joint.models
  const { limits, deviceBytes = 0, dtype, scoreBytes, device } = options
  const shapes = joint.models.map(({ config, weights, outside }) => ({ ...config, ...weightMemory(weights), outside }))
  const isInPasses = hasPasses(device)
  const budget = isInPasses ? budgetFor(jointMemoryNeed(shapes, joint.trie), limits) : jointOnePassBudget(shapes, limits, deviceBytes)
  const model = isInPasses ? jointModelInPasses(joint) : jointModelInOnePass(joint, { type: graphType(dtype), scoreBytes })
  const session = await loadSession(model.graphWith(1), { ...options, root: first!.weights.root })
  return new SessionWorker({ models: [first!, ...others], options, model }, session, budget)
}

/** What a worker works with. */
interface Work {
  /** Below one root. */
  readonly models: readonly [LoadedModel, ...LoadedModel[]]
  readonly options: WorkerOptions
  readonly model: DeviceModel
}

/** Owns the session process, and starts another if it has to. */
class SessionWorker implements DeviceWorker {
  readonly runtimeVersion: string
  readonly #work: Work
  #session: LoadedSession
  #budget: BatchBudget
  /** Chunks of attention rows that the loaded graph has. */
  #chunkCount = 1
  /** A process that ran out of memory keeps what it had and may fail anywhere, so the next batch gets a new one. */
  #mustRestart = false
  #isEnded = false
  #largestPeak: number
  /** The peak that a batch must not exceed. No limit if loading alone exceeds it: shorter passes would not help. */
  readonly #memoryLimit: number
  #measureGemm: ((session: LoadedSession) => Promise<number>) | undefined

  constructor(work: Work, session: LoadedSession, budget: BatchBudget) {
    const { device, threads, dtype, limits, onNotice } = work.options
    const allowed = limits.memoryBytes ?? Infinity
    this.#work = work
    this.#session = session
    this.#budget = budget
    this.runtimeVersion = session.runtimeVersion
    this.#largestPeak = session.peakBytes()
    this.#memoryLimit = this.#largestPeak <= allowed ? allowed : Infinity
    if (this.#largestPeak > allowed) onNotice(`the model alone took ${mebibytes(this.#largestPeak)}, more than --memory allows`)
    const [{ config, weights }] = work.models
    this.#measureGemm = peakGemmMeter(config, weights, { threads, device, type: graphType(dtype) })
  }

  budget(): BatchBudget {
    return this.#budget
  }

  peakBytes(): number {
    return this.#largestPeak
  }

  async *score(batch: Batch, sequences: readonly Sequence[]): AsyncGenerator<ComputedBatch> {
    const { options, model } = this.#work
    const size = batch.tree.tokenIds.length
    const parts = model.hasPasses || size <= this.#budget.pass ? [batch] : this.#cut(batch, sequences)
    if (parts.length > 1) {
      for (const part of parts) yield* this.score(part, sequences)
      return
    }
    const pass = model.hasPasses ? Math.min(this.#budget.pass, size) : size
    const { divergence } = options
    const originalStates = divergence?.kind === 'variant' ? await divergence.states.read(batch, sequences) : undefined
    const outputs = await this.#run(batch, pass, originalStates).catch((cause: unknown) => this.#smallerAfter(cause, pass, batch, sequences))
    if (Array.isArray(outputs)) {
      for (const part of outputs) yield* this.score(part, sequences)
      return
    }
    if (divergence?.kind === 'original') await divergence.states.add(batch, sequences, batchOutputs(outputs).hiddenStates!)
    yield {
      batch,
      scoresOf: (index) => readScores(batch, sequences, batchOutputs(outputs, index), options.dtype),
      divergencesOf(index) {
        const compared = batchOutputs(outputs, index).divergence
        return compared && readDivergences(batch, sequences, compared)
      },
    }
  }

  /** A figure beside the scores: if memory does not allow it, the run goes on without it. */
  async peakGemmRate(): Promise<number | undefined> {
    try {
      return this.#mustRestart ? undefined : await this.#measureGemm?.(this.#session)
    } catch {
      this.#measureGemm = undefined
      this.#mustRestart = true
      return undefined
    } finally {
      this.#notePeak()
    }
  }

  end(): void {
    this.#isEnded = true
    this.#session.end()
  }

  /** Runs a batch in passes of at most `pass` tokens, in a sound process, with the original's hidden states if a divergence is asked; afterwards halves the passes if this one took too much memory. */
  async #run(batch: Batch, pass: number, originalStates: Float32Array | undefined): Promise<RunResult['outputs']> {
    const { chunksNeeded, feedsFor } = this.#work.model.layOut(batch, pass)
    if (this.#mustRestart || chunksNeeded > this.#chunkCount) await this.#restart(chunksNeeded)
    const before = this.#session.peakBytes()
    const feeds = feedsFor(this.#chunkCount)
    const { divergence } = this.#work.options
    const outputs = await this.#session.run(divergence?.kind === 'variant' ? withOriginalStates(feeds, originalStates!, divergence.original.config) : feeds)
    const peak = this.#notePeak()
    if (peak > Math.max(before, this.#memoryLimit)) this.#halve(pass, `passes of ${pass} tokens took ${mebibytes(peak)} in all, more than --memory allows`)
    return outputs
  }

  async #restart(chunksNeeded: number): Promise<void> {
    const { options, models, model } = this.#work
    this.#session.end()
    while (this.#chunkCount < chunksNeeded) this.#chunkCount *= 2
    this.#session = await loadSession(model.graphWith(this.#chunkCount), { ...options, root: models[0].weights.root })
    this.#mustRestart = false
  }

  /** The batches to score in place of one that ran out of memory. Fails with `cause` if it is another failure, with EngineError if nothing is smaller. */
  #smallerAfter(cause: unknown, pass: number, batch: Batch, sequences: readonly Sequence[]): Batch[] {
    if (this.#isEnded || !(cause instanceof OutOfMemory)) throw cause
    const { hasPasses } = this.#work.model
    this.#mustRestart = true
    const isSmallest = pass <= LEAST_TOKENS || (!hasPasses && batch.members.length === 1)
    if (!isSmallest) this.#halve(pass, `out of memory on passes of ${pass} tokens`)
    const smaller = hasPasses ? [batch] : this.#cut(batch, sequences)
    if (!isSmallest && (hasPasses || smaller.length > 1)) return smaller
    throw new EngineError(`out of memory on passes of ${pass} tokens`, 'Lower --max-length, close other programs, or use a machine with more memory.', {
      cause,
    })
  }

  /** The sequences of a batch, planned with the budget as it is now. */
  #cut(batch: Batch, sequences: readonly Sequence[]): Batch[] {
    const members = batch.members.map(({ sequence }) => sequence)
    const { batches } = planBatches(
      members.map((member) => sequences[member]!),
      this.#budget.usual,
      this.#budget.most,
    )
    return batches.map((part) => ({ ...part, members: part.members.map(({ sequence, slots }) => ({ sequence: members[sequence]!, slots })) }))
  }

  /** Halves the passes, in a new process. */
  #halve(pass: number, reason: string): void {
    const less = Math.max(LEAST_TOKENS, Math.floor(pass / 2))
    if (less >= this.#budget.pass) return
    this.#mustRestart = true
    this.#budget = this.#work.model.hasPasses ? { ...this.#budget, pass: less } : { usual: Math.min(this.#budget.usual, less), most: less, pass: less }
    this.#work.options.onNotice(`${reason}: going on with at most ${less}; --batch-tokens ${less} does so from the start`)
  }

  #notePeak(): number {
    const peak = this.#session.peakBytes()
    this.#largestPeak = Math.max(this.#largestPeak, peak)
    return peak
  }
}
