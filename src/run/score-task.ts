/** Items with all their responses become scores; subsets are pooled into the task's groups. */
import { divergenceFigures } from '../metrics/divergence/figures.ts'
import { aggregateItems, countTies, poolScores, scoreItem, type ScoredItem } from '../task/score-items.ts'
import { sumTruncation, type GroupRecord, type TaskRecord, type TruncationRecord } from '../store/run-record.ts'
import type { Task } from '../task/define-task.ts'
import { countTruncation } from './count-truncation.ts'
import type { LoadedTask, LoadedTaskPart } from './loaded-task.ts'
import { itemDivergence } from './item-divergence.ts'
import type { ScoredRequests } from './score-requests.ts'
import { windowItem } from './window-items.ts'

/** What is known of a task's requests. */
type Responses = Pick<ScoredRequests, 'logLikelihoods' | 'windows' | 'tokensCut' | 'divergences'>

/** The scores of one loaded task: an entry a part, an entry a group of subsets. */
export interface TaskScoring {
  readonly tasks: readonly TaskRecord[]
  readonly groups: readonly GroupRecord[]
}

/** Scores the items whose requests all have a response; the others are left out. `seed` is that of the bootstrap. */
export function scoreTask(loaded: LoadedTask, responses: Responses, seed: number): TaskScoring {
  const tasks = scoreParts(loaded, responses).flatMap(({ part, scored, truncations }): TaskRecord[] => {
    if (scored.length === 0) return []
    return [
      {
        ...aggregateItems(loaded.task, scored, seed),
        name: part.name,
        task: loaded.task.name,
        version: loaded.task.version,
        shotCount: loaded.shotCount,
        // The items of a corpus are its windows, not rows.
        rowCount: loaded.task.kind === 'corpus' ? null : (part.rowCount ?? null),
        origin: part.origin,
        ...(part.hubRows && { hubRows: part.hubRows }),
        ties: countTies(loaded.task, scored),
        truncation: sumTruncation(truncations),
        ...divergenceOf(scored),
        items: scored,
      },
    ]
  })
  return { tasks, groups: poolGroups(loaded, tasks) }
}

/** A part with the items of it that have all responses. */
export interface ScoredPart {
  readonly part: LoadedTaskPart
  /** With their metrics. */
  readonly scored: readonly ScoredItem[]
  /** What was cut of each of them. */
  readonly truncations: readonly TruncationRecord[]
}

/** The items of each part whose requests all have a response, with their metrics; no scores of the task. */
export function scoreParts({ task, parts }: LoadedTask, responses: Responses): readonly ScoredPart[] {
  let firstRequest = 0
  return parts.map((part) => {
    const scored = scoreItems(task, part, responses, firstRequest)
    firstRequest += part.items.reduce((sum, { requests }) => sum + requests.length, 0)
    return { part, ...scored }
  })
}

/** The scored items of a part, whose first request has the index `firstRequest` in the task. */
function scoreItems(
  task: Task,
  { items }: LoadedTaskPart,
  { logLikelihoods, windows, tokensCut, divergences }: Responses,
  firstRequest: number,
): Omit<ScoredPart, 'part'> {
  const scored: ScoredItem[] = []
  const truncations: TruncationRecord[] = []
  let next = firstRequest
  for (const item of items) {
    if (item.kind === 'corpus') {
      for (const window of windows.get(next) ?? []) {
        const own = windowItem(item, window)
        const diverging = divergences[next]?.[window.index]
        scored.push({ ...scoreItem(task, own, [window.logLikelihood]), ...(diverging && { divergence: itemDivergence(own, [[diverging]]) }) })
      }
      next++
      continue
    }
    const own = logLikelihoods.slice(next, next + item.requests.length)
    if (own.every((each) => each !== undefined)) {
      const diverging = divergences.slice(next, next + item.requests.length)
      const isCompared = diverging.every((each) => each !== undefined)
      scored.push({ ...scoreItem(task, item, own), ...(isCompared && { divergence: itemDivergence(item, diverging) }) })
      truncations.push(countTruncation([item], tokensCut, next))
    }
    next += item.requests.length
  }
  return { scored, truncations }
}

/** The whole task as a group of its subsets, and the groups that it defines. */
function poolGroups({ task, shotCount }: LoadedTask, tasks: readonly TaskRecord[]): GroupRecord[] {
  if (!task.subsets) return []
  const { names, groups, isPart, pooling } = task.subsets
  const whole = isPart ? [] : [[task.name, names] as const]
  const named = [...whole, ...Object.entries(groups).map(([group, subsets]) => [`${task.name}_${group}`, subsets] as const)]
  return named.flatMap(([name, subsets]): GroupRecord[] => {
    const members = tasks.filter((entry) => subsets.includes(entry.name.slice(task.name.length + 1)))
    if (members.length === 0) return []
    return [
      {
        ...poolScores(name, members, pooling),
        members: members.map((member) => member.name),
        shotCount,
        version: task.version,
        ...divergenceOf(members.flatMap(({ items }) => items)),
      },
    ]
  })
}

/** The field of a record; empty if no item was compared. */
function divergenceOf(items: readonly ScoredItem[]): Pick<TaskRecord, 'divergence'> {
  const figures = divergenceFigures(items.flatMap(({ divergence }) => divergence ?? []))
  return figures ? { divergence: figures } : {}
}
