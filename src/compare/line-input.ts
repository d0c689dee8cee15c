/** What a line of a comparison is made from: one metric of one task or group, under all models. */
import type { StoredRun } from '../store/stored-run.ts'
import type { ComparedScore } from './comparison.ts'
import { itemCountOf, storedItemCount, type Entry } from './entries.ts'
import type { PairedEntry } from './pair-entries.ts'

/** A metric of an entry. */
export interface LineInput {
  readonly entry: Entry
  readonly metric: string
  readonly original: StoredRun
  /** In the order of the comparison's variants; `paired` is null if the variant lacks the entry. */
  readonly variants: readonly VariantEntry[]
}

/** The same entry of one variant. */
export interface VariantEntry {
  readonly run: StoredRun
  readonly paired: PairedEntry | null
}

/** The score of the original; the entry has the metric. */
export function originalScore({ entry, metric, original }: LineInput): ComparedScore {
  return scoreOf(entry, metric, original)!
}

/** Items of a line: those that are paired, or the fewest that a score is known to be of; of cited scores the rows of the published split. */
export function lineItemCount({ entry, variants }: LineInput): number | null {
  const paired = variants.find((variant) => variant.paired?.pairs)?.paired!.pairs!.length
  if (paired !== undefined) return paired
  const counts = [entry, ...variants.flatMap((variant) => variant.paired?.variant ?? [])].flatMap((one) => storedItemCount(one) ?? [])
  return counts.length === 0 ? itemCountOf(entry) : Math.min(...counts)
}

/** An entry's score of that metric; null if it has none. */
export function scoreOf(entry: Entry, metric: string, { kind }: StoredRun): ComparedScore | null {
  const score = entry.scores.find((candidate) => candidate.metric === metric)
  return score ? { value: score.value, standardError: score.standardError, provenance: kind } : null
}
