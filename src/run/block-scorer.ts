/** Keeps one model open and scores blocks of items with it, for a caller that chooses the next block by the results. */
import type { EngineInfo } from '../engine/engine.ts'
import type { EngineError } from '../errors.ts'
import type { ModelRecord } from '../store/run-record.ts'
import type { TaskWork } from '../store/work-record.ts'
import type { ScoredItem } from '../task/score-items.ts'
import { encodeAhead, type EncodedAhead } from './encode-ahead.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import { failedItemsError, reportFailed } from './evaluation-notices.ts'
import type { LoadedTask } from './loaded-task.ts'
import type { ModelSource } from './model-source.ts'
import { openSide, type OpenSide } from './open-side.ts'
import type { ScoredRequests } from './score-requests.ts'
import { scoreParts } from './score-task.ts'
import { inChunks, requestsOf } from './task-requests.ts'

/** The result of one block. */
export interface ScoredBlock {
  /** Items whose requests all have a response. */
  readonly items: readonly ScoredItem[]
  /** Why items have no response although the signal was not aborted; the reasons of each were given as notices. */
  readonly failure: EngineError | undefined
  /** How many requests of each item were cut to the window. */
  readonly cutRequestCounts: readonly number[]
  /** Of each model that was computed. */
  readonly work: readonly TaskWork[]
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
  const side = await openSide(model, options)
  return {
    engine: side.engine.info,
    tokenizerHash: side.opened.tokenizer.hash,
    async score(block) {
      const responses = await side.score(block, beginBlock(block, side, options), (share) => share)
      return { ...blockOf(block, responses, options), work: [{ task: block.task.name, ...responses.work }] }
    },
    record: () => side.record(),
    [Symbol.asyncDispose]: () => side[Symbol.asyncDispose](),
  }
}

/** Tells that a block begins, and starts to encode it. */
export function beginBlock(block: LoadedTask, { opened }: OpenSide, { signal, onEvent = () => {} }: EvaluateOptions): EncodedAhead {
  onEvent({ kind: 'task-started', task: block.task.name, requestCount: requestsOf(block).length })
  const [encoded] = encodeAhead([inChunks(block, NOT_FIRST)], opened.encoder, signal)
  return encoded!
}

/** The items of a block, and what went wrong. */
export function blockOf(block: LoadedTask, responses: ScoredRequests, { onEvent = () => {} }: EvaluateOptions): Omit<ScoredBlock, 'work'> {
  const { failed, lost } = responses
  const failure = lost ?? failedItemsError(reportFailed(block, failed, (message) => onEvent({ kind: 'notice', message })))
  const parts = scoreParts(block, responses)
  return {
    items: parts.flatMap(({ scored }) => scored),
    failure,
    cutRequestCounts: parts.flatMap(({ truncations }) => truncations.map(({ requestCount }) => requestCount)),
  }
}

/** A block has no item before all others: its results are used all at once. */
const NOT_FIRST = 1
