/** Names of benchmarks as cards write them. */
import { CHOICE_METRIC_NAMES } from '../../metrics/registry.ts'
import { BUILT_IN_TASKS } from '../../task/built-in-tasks.ts'
import { isPrompted } from '../../task/define-task.ts'

/** A benchmark's name may end with the metric. */
const METRICS: ReadonlySet<string> = new Set(CHOICE_METRIC_NAMES)

/** Tasks with choices that cards have a title for. */
const TASKS: ReadonlySet<string> = new Set([...BUILT_IN_TASKS.values()].flatMap((task) => (isPrompted(task) && task.benchmark?.title ? [task.name] : [])))

/** Whether a task is a benchmark with choices that cards have a title for. */
export function isKnownBenchmark(task: string): boolean {
  return TASKS.has(task)
}

/**
 * The task of a benchmark's name: `MMLU (5-shot)`, `Hella Swag` and `cais/mmlu` are known ones. MMLU-Pro and BLiMP are others, whose
 * own names come back in small letters.
 */
export function taskOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/\([^()]*\)|\b\d+[\s-]*shots?\b/gu, '')
    .trim()
  const known = plain
    .split('/')
    .at(-1)!
    .split(/[^a-z0-9_]+/u)
    .filter((word) => !METRICS.has(word))
    .join('')
    .replaceAll('_', '')
  return TASKS.has(known) ? known : plain
}

/** The shots of a name such as `MMLU (5-shot)`, its last ones; null if it has none. */
export function shotsOf(name: string): number | null {
  const shots = [...name.matchAll(SHOTS)].at(-1)?.[1]
  return shots === undefined ? null : Number(shots)
}

const SHOTS = /(?:^|(?<=\D))(\d+)[\s-]*shots?\b/giu

/** Whether two names are of one benchmark: alike, or both of a known one. */
export function isSameTask({ name, task }: { readonly name: string; readonly task: string }, other: string): boolean {
  return [other, withoutShots(other)].some((text) => plainName(text) === plainName(name)) || (TASKS.has(task) && taskOf(other) === task)
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
