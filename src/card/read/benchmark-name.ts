/** Names of benchmarks as cards write them. */
import { CHOICE_METRIC_NAMES } from '../../metrics/registry.ts'
import { BUILT_IN_TASKS } from '../../task/built-in-tasks.ts'
import { isPrompted } from '../../task/define-task.ts'

/** A benchmark's name may end with the metric. */
const METRICS: ReadonlySet<string> = new Set(CHOICE_METRIC_NAMES)

/** Built-in tasks by the letters of their names and of the titles that cards print for them. */
const TASKS: ReadonlyMap<string, string> = new Map(
  [...BUILT_IN_TASKS.values()].flatMap(({ name, benchmark }) => [name, benchmark?.title ?? name].map((text) => [wordsOf(text).join(''), name])),
)

/** Whether a task is a benchmark with choices that cards have a title for. */
export function isKnownBenchmark(name: string): boolean {
  const task = BUILT_IN_TASKS.get(name)
  return task !== undefined && isPrompted(task) && task.benchmark?.title !== undefined
}

/**
 * The task of a benchmark's name: `MMLU (5-shot)`, `Hella Swag`, `cais/mmlu` and `ARC-Easy` are known ones. MMLU-Pro and BLiMP are others, whose
 * own names come back in small letters.
 */
export function taskOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/\([^()]*\)|\b\d+[\s-]*shots?\b/gu, '')
    .trim()
  const words = wordsOf(plain.split('/').at(-1)!)
  // TruthfulQA MC2 is named for its metric.
  return TASKS.get(words.join('')) ?? TASKS.get(words.filter((word) => !METRICS.has(word)).join('')) ?? plain
}

/** The task of a text's name, such as `LAMBADA`; a name that is not known in small letters, with its brackets. */
export function textTaskOf(name: string): string {
  return TASKS.get(wordsOf(name).join('')) ?? name.toLowerCase()
}

/** In small letters. An underscore does not part words: it is within the names of metrics. */
function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[^a-z0-9_]+/u)
    .map((word) => (METRICS.has(word) ? word : word.replaceAll('_', '')))
}

/** The shots of a name such as `MMLU (5-shot)`, its last ones; null if it has none. */
export function shotsOf(name: string): number | null {
  const shots = [...name.matchAll(SHOTS)].at(-1)?.[1]
  return shots === undefined ? null : Number(shots)
}

const SHOTS = /(?:^|(?<=\D))(\d+)[\s-]*shots?\b/giu

/** Whether two names are of one benchmark: alike, or both of a known one. */
export function isSameTask({ name, task }: { readonly name: string; readonly task: string }, other: string): boolean {
  return [other, withoutShots(other)].some((text) => plainName(text) === plainName(name)) || (BUILT_IN_TASKS.has(task) && taskOf(other) === task)
}

/** As it reads in a table, whatever its capitals: cells have no backticks and single spaces. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll('`', '').replaceAll(/\s+/gu, ' ').trim()
}

/** `MMLU` of `MMLU (5-shot)`. */
export function withoutShots(name: string): string {
  const open = name.lastIndexOf(' (')
  return open > 0 && /^ \(\d+-shot\)$/u.test(name.slice(open)) ? name.slice(0, open) : name
}
