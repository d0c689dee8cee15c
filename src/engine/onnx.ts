/** Scoring on this machine through onnxruntime, over the weights of a checkpoint as they lie on disk. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { ModelConfig } from '../checkpoint/config.ts'
import type { Weights } from '../checkpoint/weights.ts'
import { EngineError } from '../errors.ts'
import { graphBuilder } from '../graph/builder.ts'
import { decoderGraph } from '../graph/decoder.ts'
import { encodeModel, type Graph } from '../graph/onnx-model.ts'
import { planBatches, type Batch } from '../plan/batches.ts'
import type { Sequence, SequenceScore } from '../plan/sequence.ts'
import type { Engine, ScoredBatch } from './engine.ts'
import { batchFeeds } from './feeds.ts'
import type { Reply, Request } from './session-messages.ts'

/** Options of the engine. */
export interface OnnxOptions {
  /** Most tokens of a forward pass; halved when memory runs out. */
  readonly batchTokens?: number
  /** Threads inside an operator. */
  readonly threads?: number
  /** Told what a user should know: that a batch was halved. */
  readonly onNotice?: (notice: string) => void
}

/** Tokens of a forward pass when nothing is said. */
export const DEFAULT_BATCH_TOKENS = 4096

/** Below this many tokens a batch is not halved any more. */
const LEAST_BATCH_TOKENS = 32

/** Loads a checkpoint; fails with EngineError when the session cannot be made. */
export async function onnxEngine(
  config: ModelConfig,
  weights: Weights,
  { batchTokens = DEFAULT_BATCH_TOKENS, threads, onNotice = () => {} }: OnnxOptions = {},
): Promise<Engine> {
  const model = encodeModel(decoderGraph(config, weights))
  const load: Request = { kind: 'load', model, root: weights.root, ...(threads !== undefined && { threads }) }
  let session = await startSession(load)
  let budget = batchTokens
  let isDisposed = false

  /** Scores a batch; when memory runs out, its sequences in smaller ones. */
  async function* scoreBatch(batch: Batch, sequences: readonly Sequence[]): AsyncGenerator<ScoredBatch> {
    const startedAt = performance.now()
    const size = batch.tree.tokenIds.length
    try {
      const { logProbs, best } = await session.run(batch)
      yield { scores: readScores(batch, sequences, logProbs, best), tokensComputed: size, elapsedMs: performance.now() - startedAt }
      return
    } catch (error) {
      if (isDisposed || !(error instanceof OutOfMemory)) throw error
      if (batch.members.length === 1 || size <= LEAST_BATCH_TOKENS) {
        throw new EngineError(`out of memory on a batch of ${size} tokens`, 'Lower --max-length, close other programs, or use a machine with more memory.', {
          cause: error,
        })
      }
      budget = Math.max(LEAST_BATCH_TOKENS, Math.floor(Math.min(budget, size) / 2))
      onNotice(`out of memory on a batch of ${size} tokens: going on with --batch-tokens ${budget}`)
      // A process that has run out of memory once keeps what it had and may fail anywhere: a new one begins clean.
      session.end()
      session = await startSession(load)
    }
    const members = batch.members.map(({ sequence }) => sequence)
    const smaller = planBatches(
      members.map((member) => sequences[member]!),
      budget,
    )
    for (const part of smaller.batches) {
      const renumbered = { ...part, members: part.members.map(({ sequence, slots }) => ({ sequence: members[sequence]!, slots })) }
      yield* scoreBatch(renumbered, sequences)
    }
  }

  return {
    info: { name: 'onnx', provider: 'cpu', dtype: 'float32', versions: { onnxruntime: session.runtimeVersion } },
    score(sequences) {
      const plan = planBatches(sequences, budget)
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

/** Memory ran out, and the session's process is gone or not to be trusted any more. */
class OutOfMemory extends Error {}

interface Session {
  readonly runtimeVersion: string
  run(batch: Batch): Promise<{ readonly logProbs: Float32Array; readonly best: BigInt64Array }>
  end(): void
}

/** The session's own file, in the language that this one is in. */
function forkSession(): ChildProcess {
  const file = new URL(import.meta.url.endsWith('.ts') ? './onnx-session.ts' : './onnx-session.js', import.meta.url)
  return fork(file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

async function startSession(load: Request): Promise<Session> {
  const child = forkSession()
  try {
    const reply = await ask(child, load)
    if (reply.kind !== 'loaded') throw new EngineError(`onnxruntime answers ${reply.kind} to a model`, 'This is a bug; please report it.')
    return {
      runtimeVersion: reply.runtimeVersion,
      async run(batch) {
        const answer = await ask(child, { kind: 'run', feeds: batchFeeds(batch) })
        if (answer.kind !== 'scored') throw new EngineError(`onnxruntime answers ${answer.kind} to a batch`, 'This is a bug; please report it.')
        return answer
      },
      end: () => child.kill('SIGKILL'),
    }
  } catch (error) {
    child.kill('SIGKILL')
    if (!(error instanceof OutOfMemory)) throw error
    throw new EngineError(
      `out of memory while loading the model: ${error.message}`,
      'The weights need 4 bytes a parameter on the CPU; close other programs or use a machine with more memory.',
      { cause: error },
    )
  }
}

/** One question, one answer. The death of the process is an answer too: systems end a process that takes too much memory. */
async function ask(child: ChildProcess, request: Request): Promise<Reply> {
  if (!child.connected) throw new OutOfMemory('the session process is gone')
  const stop = new AbortController()
  const reply = once(child, 'message', { signal: stop.signal }).then(([message]) => message as Reply)
  const death = once(child, 'exit', { signal: stop.signal }).then(([code, signal]): never => {
    // The system kills it, or an allocation inside it fails where nothing catches that and it aborts.
    if (signal === 'SIGKILL' || signal === 'SIGABRT' || code === 137 || code === 134) throw new OutOfMemory(`the session process ended with ${signal ?? code}`)
    throw new EngineError(
      `the session process ended with ${signal ?? `exit code ${code}`}`,
      'Run `evalharness doctor` to see whether onnxruntime works on this machine.',
    )
  })
  try {
    child.send(request)
    const message = await Promise.race([reply, death])
    if (message.kind === 'failed') throw failure(message.message)
    return message
  } finally {
    reply.catch(() => {})
    death.catch(() => {})
    stop.abort()
  }
}

function failure(message: string): Error {
  if (/bad_alloc|failed to allocate|out of memory/i.test(message)) return new OutOfMemory(message)
  return new EngineError(`onnxruntime failed: ${message}`, 'Run `evalharness doctor`; if the machine is fine, please report this with the model name.')
}

/** Whether onnxruntime loads and computes on this machine. */
export type RuntimeDiagnosis =
  | { readonly works: true; readonly version: string; /** Execution providers of the installed package. */ readonly providers: readonly string[] }
  | { readonly works: false; readonly reason: string }

/** Starts a session process and has it compute one known answer. */
export async function diagnoseRuntime(): Promise<RuntimeDiagnosis> {
  const child = forkSession()
  try {
    const reply = await ask(child, { kind: 'diagnose', model: encodeModel(selfTestGraph()) })
    if (reply.kind !== 'diagnosed') return { works: false, reason: `it answers ${reply.kind}` }
    const isRight = reply.output.length === 3 && [...reply.output].every((value, index) => Math.abs(value - SELF_TEST_ANSWER[index]!) < 1e-6)
    return isRight
      ? { works: true, version: reply.runtimeVersion, providers: reply.providers }
      : { works: false, reason: `log-softmax of [0, 1, 2] gives [${reply.output.join(', ')}]` }
  } catch (error) {
    return { works: false, reason: error instanceof Error ? error.message : String(error) }
  } finally {
    child.kill('SIGKILL')
  }
}

/** Log-softmax of 0, 1, 2. */
const SELF_TEST_ANSWER = [0, 1, 2].map((logit) => logit - Math.log(1 + Math.E + Math.E ** 2))

function selfTestGraph(): Graph {
  const g = graphBuilder()
  g.output(g.node('LogSoftmax', [g.floats(Float32Array.of(0, 1, 2), [1, 3])], { axis: -1 }), 'output')
  return g.finish('self_test', [], [{ name: 'output', type: 'float', shape: [1, 3] }])
}
