/**
 * READ THIS FIRST: the whole of an evaluation.
 *
 * A task turns rows into requests; requests become token sequences; an engine gives each sequence a log-probability; metrics make
 * scores of them; the record says what was done. Each step is a function of another folder, and plain data goes between them.
 */
import { listNames } from '../text/list-names.ts'
import type { CheckpointTokenizer } from '../model/tokenizer/tokenizer.ts'
import { rooflineMeter } from '../engine/roofline/roofline.ts'
import { EngineError, AbortError, nullIfAborted, unlessAborted } from '../errors.ts'
import { aggregateItems, countTies, poolScores, scoreItem, type ScoredItem } from '../task/score-items.ts'
import { tokensBehind, type Encoder } from '../plan/encode.ts'
import { encodeAhead, type EncodedAhead, type ChunkedRequests } from './encode-ahead.ts'
import { cutChunks } from '../plan/chunks.ts'
import { stageClock } from './stage-clock.ts'
import { truncationWarning } from './truncation-warning.ts'
import { sumTruncation, workRecord, type GroupRecord, type RunRecord, type TaskRecord, type TaskWork, type TruncationRecord } from '../store/run-record.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import type { ModelSource } from './model-source.ts'
import { openLocal } from './open-local-model.ts'
import { openServed } from './open-served-model.ts'
import type { LoadedTask } from './load-task.ts'
import { HARNESS_VERSION } from '../io/package-folder.ts'
import { scoreRequests, type ScoredRequests } from './score-requests.ts'
import { countTruncation } from './count-truncation.ts'
import { counted } from '../text/count.ts'

/** Told what a user wants to see of a run in progress. */
export interface Watcher {
  readonly onNotice: (notice: string) => void
  /** Before a task's first batch. */
  readonly onTask: (task: string, requestCount: number) => void
  /** After each batch: how many tokens it computed, and what share of the task's requests has been answered since the task began. */
  readonly onBatch: (tokensComputed: number, doneShare: number) => void
  readonly onTaskEnd: (work: TaskWork) => void
}

/**
 * Scores one model on all suites. Fails with a HarnessError before scoring begins where the model is at fault, and as soon as a request cannot be
 * encoded: within seconds, while the first batches are computed.
 */
export async function evaluate(model: ModelSource, suites: readonly LoadedTask[], options: EvaluateOptions, watcher: Watcher): Promise<RunRecord> {
  const startedAt = new Date()
  // The clock on the wall may be set while a run goes on.
  const beganAt = performance.now()
  const clock = stageClock()
  const { signal, batchTokens } = options
  await using opened = await clock.time('load', () =>
    model.served ? unlessAborted(openServed(model.served, model.folder, options, watcher.onNotice), signal) : openLocal(model, options, watcher.onNotice),
  )
  const { tokenizer, encoder, architecture, parameterCount, weightsHash } = opened
  const encoded = await clock.time('plan', () => encodeOnce(suites, tokenizer, encoder, options))
  for (const notice of tokensBehindWarning(encoder)) watcher.onNotice(notice)
  for (const [index, suite] of suites.entries()) reportTruncation(suite, encoded[index]!, encoder.maxLength, watcher.onNotice)
  await using engine = await clock.time('load', () => unlessAborted(opened.openEngine(), signal))

  const tasks: TaskRecord[] = []
  const groups: GroupRecord[] = []
  const work: TaskWork[] = []
  const roofline = rooflineMeter(engine)
  let firstScoreMs: number | null = null
  const unanswered: string[] = []
  let lost: EngineError | undefined
  for (const [index, suite] of suites.entries()) {
    if (signal?.aborted || lost) break
    watcher.onTask(suite.task.name, requestsOf(suite).length)
    const onBatch = (tokensComputed: number, doneShare: number) => {
      firstScoreMs ??= performance.now() - beganAt
      watcher.onBatch(tokensComputed, doneShare)
    }
    const answered = await scoreRequests(engine, encoded[index]!, { clock, roofline, failing: encoded.at(-1)!.totals, onBatch, signal })
    work.push({ task: suite.task.name, ...answered.work })
    watcher.onTaskEnd(work.at(-1)!)
    const scored = await clock.time('record', () => scoreTask(suite, answered, options.seed ?? 0))
    tasks.push(...scored.tasks)
    groups.push(...scored.groups)
    unanswered.push(...reportUnanswered(suite, answered.unanswered, watcher.onNotice))
    lost = answered.lost
  }
  if (tasks.length === 0 && signal?.aborted) throw new AbortError()
  const failure = lost ?? unansweredError(unanswered)
  if (tasks.length === 0 && failure) throw failure
  // Reading all weights takes longer than an interrupted user waits.
  const weightsHashOrNull = await clock.time('record', () => unlessAborted(weightsHash, signal).catch(nullIfAborted))
  return {
    startedAt: startedAt.toISOString(),
    elapsedMs: performance.now() - beganAt,
    isComplete: !signal?.aborted && !failure,
    ...(failure && { failure: { message: failure.message, hint: failure.hint } }),
    harnessVersion: HARNESS_VERSION,
    model: {
      label: model.label,
      source: model.source,
      revision: model.revision,
      architecture,
      parameterCount,
      weightsHash: weightsHashOrNull,
      variant: opened.variant,
      tokenizerHash: tokenizer.hash,
      maxLength: encoder.maxLength,
      notices: opened.notices,
    },
    engine: engine.info,
    settings: { limit: options.limit ?? null, seed: options.seed ?? 0, batchTokens: batchTokens ?? 'auto', rollingBos: encoder.rollingBos },
    tasks,
    groups,
    work: workRecord(work, { elapsedMs: { ...clock.elapsedMs }, firstScoreMs, peakBytes: process.resourceUsage().maxRSS * 1024 + (engine.peakBytes?.() ?? 0) }),
  }
}

/** Begins to encode each suite's requests; models that encode alike share them. */
function encodeOnce(
  suites: readonly LoadedTask[],
  tokenizer: CheckpointTokenizer,
  encoder: Encoder,
  { encodings, signal }: EvaluateOptions,
): readonly EncodedAhead[] {
  const key = `${tokenizer.hash} ${encoder.prefixToken} ${encoder.maxLength} ${encoder.rollingBos}`
  const known = encodings?.get(key)
  if (known) return known
  const encoded = encodeAhead(suites.map(inChunks), encoder, signal)
  encodings?.set(key, encoded)
  return encoded
}

/** A suite's requests in the order of the work; `position` is the suite's in the run, which the first suite begins with one quick item. */
export function inChunks(suite: LoadedTask, position: number): ChunkedRequests {
  const parts = suite.parts.map(({ items }) => items.map(({ requests }) => requests))
  return { requests: requestsOf(suite), nameOf: requestNames(suite), chunks: cutChunks(parts, { quickStart: position === 0 }) }
}

/** What errors call a request, by its place in the suite: `piqa, row 12, choice 1 of 2`. */
function requestNames({ parts }: LoadedTask): (index: number) => string {
  return (index) => {
    let next = 0
    for (const { name, items } of parts)
      for (const { docId, choices, requests } of items) {
        const place = index - next
        next += requests.length
        if (place >= requests.length) continue
        const choice = `, choice ${(place % choices.length) + 1} of ${choices.length}`
        return `${name}, row ${docId}${choices.length === 0 ? '' : choice}${place >= choices.length && choices.length > 0 ? ' without its prompt' : ''}`
      }
    throw new RangeError(`no request ${index}`)
  }
}

/** All requests of a suite, in the order of its items. */
export function requestsOf({ parts }: LoadedTask) {
  return parts.flatMap(({ items }) => items.flatMap(({ requests }) => requests))
}

/** Of tokenizers that end each text with a token of their own, such as eos: lm-eval's split then goes wrong, and its numbers are given. */
export function tokensBehindWarning(encoder: Encoder): string[] {
  const ids = tokensBehind(encoder)
  return ids.length === 0
    ? []
    : [
        `warning: the tokenizer puts the token ${ids.join(', ')} behind each text; as in lm-eval, prompts end with it and choices lose as many tokens at their beginning: set add_eos_token to false in tokenizer_config.json, or change the post_processor in tokenizer.json`,
      ]
}

/** Says once of a suite how much of it does not fit the window, as soon as all of it is encoded. */
function reportTruncation(suite: LoadedTask, { totals }: EncodedAhead, maxLength: number, onNotice: Watcher['onNotice']): void {
  const { task, parts, shotCount } = suite
  const name = parts.length === 1 ? parts[0]!.name : task.name
  const items = parts.flatMap((part) => part.items)
  void totals.then(
    ({ tokensCut }) => {
      const truncation = countTruncation(items, tokensCut)
      if (truncation.itemCount > 0) onNotice(truncationWarning(truncation, { name, itemCount: items.length, shotCount, maxLength }))
    },
    // Whoever needs the tokens hears of the failure.
    () => {},
  )
}

/** Tells of each item without an answer by its name, and why; comes back with the names. */
function reportUnanswered(suite: LoadedTask, unanswered: ReadonlyMap<number, string>, onNotice: Watcher['onNotice']): string[] {
  const names = new Map<string, string>()
  let next = 0
  for (const { name, items } of suite.parts) {
    for (const { docId, requests } of items) {
      for (let request = next; request < next + requests.length; request++) if (unanswered.has(request)) names.set(`${name} ${docId}`, unanswered.get(request)!)
      next += requests.length
    }
  }
  for (const [name, reason] of names) onNotice(`item ${name} has no answer: ${reason}`)
  return [...names.keys()]
}

function unansweredError(names: readonly string[]): EngineError | undefined {
  if (names.length === 0) return undefined
  return new EngineError(
    `${counted(names.length, 'item has', 'items have')} no answer: ${listNames(names, 10)}`,
    'The scores are of the others; why, stands above. Run it again when the server is well.',
  )
}

/** Items with all their answers, scored; subsets pooled into the task's groups. Items that were not reached are left out. */
function scoreTask(
  suite: LoadedTask,
  { answers, tokensCut }: Pick<ScoredRequests, 'answers' | 'tokensCut'>,
  seed: number,
): { readonly tasks: TaskRecord[]; readonly groups: GroupRecord[] } {
  const { task, shotCount, parts } = suite
  const tasks: TaskRecord[] = []
  let next = 0
  for (const { name, items, rowCount, origin, hubRows } of parts) {
    const scored: ScoredItem[] = []
    const truncations: TruncationRecord[] = []
    for (const item of items) {
      const own = answers.slice(next, next + item.requests.length)
      if (own.every((answer) => answer !== undefined)) {
        scored.push(scoreItem(task, item, own))
        truncations.push(countTruncation([item], tokensCut, next))
      }
      next += item.requests.length
    }
    if (scored.length === 0) continue
    tasks.push({
      ...aggregateItems(task, scored, seed),
      name,
      task: task.name,
      version: task.version,
      shotCount,
      rowCount: rowCount ?? null,
      origin,
      ...(hubRows && { hubRows }),
      ties: countTies(task, scored),
      truncation: sumTruncation(truncations),
      items: scored,
    })
  }
  const groupNames = task.subsets
    ? [
        ...(task.subsets.isPart ? [] : [[task.name, task.subsets.names] as const]),
        ...Object.entries(task.subsets.groups).map(([group, names]) => [`${task.name}_${group}`, names] as const),
      ]
    : []
  const groups = groupNames.flatMap(([name, subsets]): GroupRecord[] => {
    const members = tasks.filter((entry) => subsets.includes(entry.name.slice(task.name.length + 1)))
    return members.length === 0 ? [] : [{ ...poolScores(name, members), members: members.map((member) => member.name), shotCount, version: task.version }]
  })
  return { tasks, groups }
}
