/** Benchmarks as they are published: what a score that comes without its items can be held against. */

/** The split on which a benchmark is reported. */
export interface KnownSplit {
  readonly task: string
  readonly itemCount: number
  /** Share right by guessing. */
  readonly uniform: number
  /** Share of the most frequent answer, where answers are classes; null elsewhere. */
  readonly majority: number | null
}

/** BoolQ's validation split has 2033 of 3270 answers yes, the built-in one half. MMLU's letters and PIQA's order are positions, not classes. */
export const KNOWN_SPLITS: readonly KnownSplit[] = [
  { task: 'piqa', itemCount: 1838, uniform: 1 / 2, majority: null },
  { task: 'boolq', itemCount: 3270, uniform: 1 / 2, majority: 2033 / 3270 },
  { task: 'hellaswag', itemCount: 10_042, uniform: 1 / 4, majority: null },
  { task: 'mmlu', itemCount: 14_042, uniform: 1 / 4, majority: null },
  { task: 'valley_piqa', itemCount: 200, uniform: 1 / 2, majority: null },
  { task: 'valley_boolq', itemCount: 200, uniform: 1 / 2, majority: 1 / 2 },
  { task: 'valley_hellaswag', itemCount: 160, uniform: 1 / 4, majority: null },
  { task: 'valley_mmlu', itemCount: 150, uniform: 1 / 4, majority: null },
]

/** The split of a task, if it is known. */
export function knownSplit(task: string): KnownSplit | undefined {
  return KNOWN_SPLITS.find((split) => split.task === task)
}
