/** The result of comparing an original with its variants. Plain data; tables, cards, gates and pages are made from it. */
import type { DivergenceFigures } from '../metrics/divergence/figures.ts'
import type { StoredRun } from '../store/stored-run.ts'

/** Both bounds of a 95 % interval: of accuracies by betting (betting-bounds.ts), of perplexities by Student's t (text-interval.ts). */
export type Interval = readonly [number, number]

/** The status of a retention, with its sign. */
export interface Status {
  readonly name: string
  readonly sign: string
}

/** Who is compared; everything of a run but its scores. */
export type RunSummary = Omit<StoredRun, 'tasks' | 'groups'> & {
  /** First rows that its tasks were limited to, `chosen` for rows that were named, null for all; several if they differ. */
  readonly limits: readonly (number | 'chosen' | null)[]
}

/** What guessing scores on a task, as shares. */
export interface Chance {
  /** Mean over items of one over the number of choices. */
  readonly uniform: number
  /** Share of the most frequent answer, if answers are classes with names of their own, such as no and yes; null elsewhere. */
  readonly majority: number | null
  /** The larger of the two. */
  readonly baseline: number
}

/** A score and where it comes from. */
export interface ComparedScore {
  /** Accuracies as shares. */
  readonly value: number
  readonly standardError: number | null
  readonly provenance: StoredRun['kind']
}

/** A variant's accuracy beside the original's. Paired figures are null if one of the two is only cited. */
export interface AccuracyCell {
  readonly score: ComparedScore
  /** Variant less original, as a share: −0.139 is 13.9 points lost. */
  readonly difference: number
  readonly differenceInterval: Interval | null
  /** Variant over original; null when the original's score is 0. */
  readonly retention: number | null
  /** Null if items are not paired, and if retention is. */
  readonly retentionInterval: Interval | null
  /** (variant − baseline) / (original − baseline); null if chance is not known or the original is not above it. */
  readonly adjustedRetention: number | null
  /** Items right in the original and wrong in the variant, and the reverse. */
  readonly flips: { readonly lost: number; readonly gained: number } | null
  /** McNemar's exact test, two-sided. */
  readonly pValue: number | null
  /** The same after Holm's correction over the tasks. */
  readonly adjustedPValue: number | null
  readonly status: Status
}

/** A task's accuracy. */
export interface AccuracyLine {
  readonly task: string
  readonly metric: string
  /** Whether it is the task's main metric. */
  readonly isMain: boolean
  readonly shotCount: number | null
  /** Items that every figure of the line is of: the fewest, if items are not paired; if all scores are cited, of the split as far as it is known. */
  readonly itemCount: number | null
  /** Items of the whole split; null if it is not known. */
  readonly splitCount: number | null
  readonly chance: Chance | null
  readonly original: ComparedScore
  /** In the order of the comparison's variants. */
  readonly cells: readonly (AccuracyCell | null)[]
}

/** A variant's perplexity beside the original's. */
export interface PerplexityCell {
  readonly score: ComparedScore
  /** Variant over original; for bits per byte too. */
  readonly ratio: number
  readonly ratioInterval: Interval | null
  /** Nats that the variant loses per unit (word, byte, token); null for a mean of sentences' own perplexities. */
  readonly nats: number | null
  readonly natsInterval: Interval | null
  /** Texts that are not empty, under both models; null if they are not paired. */
  readonly textCount: number | null
}

/** A task's perplexity, or bits per byte: lower is better. */
export interface PerplexityLine {
  readonly task: string
  readonly metric: string
  readonly itemCount: number | null
  /** Texts of the whole split; null if it is not known. */
  readonly splitCount: number | null
  readonly original: ComparedScore
  readonly cells: readonly (PerplexityCell | null)[]
}

/** A variant's next-token distributions beside the original's. */
export interface DivergenceCell extends DivergenceFigures {
  /** Of the mean KL divergence, in nats; null below ten items. */
  readonly klInterval: Interval | null
  /** Of the share of positions with the same most likely token. */
  readonly sameTopInterval: Interval | null
}

/** Divergences of a task. */
export interface DivergenceLine {
  /** Null for all tasks together. */
  readonly task: string | null
  /** In the order of the comparison's variants; null if its run has no divergence from this original. */
  readonly cells: readonly (DivergenceCell | null)[]
}

/** A variant over all tasks that it has, each once: by its main metric, and a group instead of its members. */
export interface AverageCell {
  readonly tasks: readonly string[]
  /** Those on which the variant guesses: what it retains there moves the average all the same. */
  readonly nearRandom: readonly string[]
  readonly original: number
  readonly variant: number
  /** Mean of each task's retention. */
  readonly meanOfRatios: number | null
  /** Mean variant score over mean original score. */
  readonly ratioOfMeans: number | null
}

/** The whole comparison. */
export interface Comparison {
  readonly original: RunSummary
  readonly variants: readonly RunSummary[]
  readonly settings: { readonly profile: string; readonly confidence: number }
  readonly accuracies: readonly AccuracyLine[]
  readonly perplexities: readonly PerplexityLine[]
  /** Empty if no run was made with `--divergence`; the line of all tasks is the last. */
  readonly divergences: readonly DivergenceLine[]
  /** In the order of the variants; null if a variant has no accuracy. */
  readonly averages: readonly (AverageCell | null)[]
  /** Notes: mixed provenance, items left out, tasks that only some runs have. */
  readonly notes: readonly string[]
}
