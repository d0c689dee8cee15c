/** One model that stays open, to be asked blocks of requests. */
import type { Engine } from '../engine/engine.ts'
import { nullIfAborted, unlessAborted } from '../errors.ts'
import type { ModelRecord } from '../store/run-record.ts'
import type { EncodedAhead } from './encode-ahead.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import { tokensBehindWarning } from './evaluation-notices.ts'
import type { LoadedTask } from './loaded-task.ts'
import type { ModelSource } from './model-source.ts'
import { modelRecord, openModel } from './open-model.ts'
import type { OpenedModel } from './opened-model.ts'
import { scoreRequests, type ScoredRequests } from './score-requests.ts'
import { stageClock } from './stage-clock.ts'

/** A model and its engine. Dispose of it to free both. */
export interface OpenSide extends AsyncDisposable {
  readonly opened: OpenedModel
  readonly engine: Engine
  /** Scores the requests of a block. `shareOf` says how far a block is when this model is, from 0 to 1. */
  score(block: LoadedTask, encoded: EncodedAhead, shareOf: (ownShare: number) => number): Promise<ScoredRequests>
  /** The facts about the model; its hash is null if the signal is aborted before all weights are read. */
  record(): Promise<ModelRecord>
}

/** Opens a model. Fails with a HarnessError if it is at fault, and with AbortError. */
export async function openSide(model: ModelSource, options: EvaluateOptions): Promise<OpenSide> {
  const { signal, onEvent = () => {} } = options
  const onNotice = (message: string) => onEvent({ kind: 'notice', message })
  onEvent({ kind: 'loading' })
  const opened = await openModel(model, options, onNotice)
  for (const notice of tokensBehindWarning(opened.encoder)) onNotice(notice)
  const engine = await unlessAborted(opened.openEngine([]), signal).catch(async (error: unknown) => {
    await opened[Symbol.asyncDispose]()
    throw error
  })
  return {
    opened,
    engine,
    score: ({ task: { name: task } }, encoded, shareOf) =>
      scoreRequests(engine, encoded, {
        clock: stageClock(),
        // Blocks are short, so measuring the machine would take a large part of the time.
        roofline: { afterBatch: async () => {}, afterTask: async () => {}, rate: () => null },
        failing: encoded.totals,
        onBatch: (tokensComputed, doneShare) => onEvent({ kind: 'batch-scored', task, tokensComputed, doneShare: shareOf(doneShare) }),
        signal,
      }),
    async record() {
      return modelRecord(model, opened, await unlessAborted(opened.weightsHash, signal).catch(nullIfAborted))
    },
    async [Symbol.asyncDispose]() {
      await using _weights = opened
      await engine[Symbol.asyncDispose]()
    },
  }
}
