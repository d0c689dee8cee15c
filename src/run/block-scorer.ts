/** Keeps one model open and scores blocks of items with it, for a caller that chooses the next block by the results. */
import type { EngineInfo } from '../engine/engine.ts'
import { nullIfAborted, unlessAborted, type EngineError } from '../errors.ts'
import type { ModelRecord } from '../store/run-record.ts'
import type { TaskWork } from '../store/work-record.ts'
import type { ScoredItem } from '../task/score-items.ts'
import { encodeAhead } from './encode-ahead.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import { failedItemsError, reportFailed, tokensBehindWarning } from './evaluation-notices.ts'
import type { LoadedTask } from './loaded-task.ts'
import type { ModelSource } from './model-source.ts'
import { modelRecord, openModel } from './open-model.ts'
import { scoreRequests } from './score-requests.ts'
import { scoredItemsOf } from './score-task.ts'
import { stageClock } from './stage-clock.ts'
import { inChunks, requestsOf } from './task-requests.ts'

/** The result of one block. */
export interface ScoredBlock {
  /** Items whose requests all have a response. */
  readonly items: readonly ScoredItem[]
  /** Why items have no response although the signal was not aborted; the reasons of each were given as notices. */
  readonly failure: EngineError | undefined
  /** Requests that were cut to the window. */
  readonly cutRequestCount: number
  readonly work: TaskWork
}

/** An open model. */
export interface BlockScorer extends AsyncDisposable {
  readonly engine: EngineInfo
  readonly tokenizerHash: string
  /**
   * Scores the items of a loaded task. When the signal is aborted, or all servers are lost, it comes back with the items until then. Fails with
   * RequestError on an item that cannot be encoded, and with EngineError.
   */
  score(block: LoadedTask): Promise<ScoredBlock>
  /** The facts about the model, with the hash of its weights; the hash is null if the signal is aborted before all are read. */
  record(): Promise<ModelRecord>
}

/** Opens a model. Fails with a HarnessError if it is at fault, and with AbortError. */
export async function openBlockScorer(model: ModelSource, options: EvaluateOptions): Promise<BlockScorer> {
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
    engine: engine.info,
    tokenizerHash: opened.tokenizer.hash,
    async score(block) {
      const task = block.task.name
      const clock = stageClock()
      onEvent({ kind: 'task-started', task, requestCount: requestsOf(block).length })
      const [encoded] = encodeAhead([inChunks(block, NOT_FIRST)], opened.encoder, signal)
      const responses = await scoreRequests(engine, encoded!, {
        clock,
        // Blocks are short, so measuring the machine would take a large part of the time.
        roofline: { afterBatch: async () => {}, afterTask: async () => {}, rate: () => null },
        failing: encoded!.totals,
        onBatch: (tokensComputed, doneShare) => onEvent({ kind: 'batch-scored', task, tokensComputed, doneShare }),
        signal,
      })
      const { failed, tokensCut, lost, work } = responses
      const failure = lost ?? failedItemsError(reportFailed(block, failed, onNotice))
      return { items: scoredItemsOf(block, responses), failure, cutRequestCount: tokensCut.size, work: { task, ...work } }
    },
    async record() {
      return modelRecord(model, opened, await unlessAborted(opened.weightsHash, signal).catch(nullIfAborted))
    },
    async [Symbol.asyncDispose]() {
      await using _weights = opened
      await engine[Symbol.asyncDispose]()
    },
  }
}

/** A block has no item before all others: its results are used all at once. */
const NOT_FIRST = 1
