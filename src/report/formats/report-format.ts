/** What a format of a report is: one file that makes text of a comparison. */
import type { Comparison } from '../../compare/comparison.ts'
import { flippedItems, type FlippedItem } from '../../compare/flips.ts'
import type { ComparedRuns } from '../../compare/compare-runs.ts'

/** What a report is written from. */
export interface Report {
  readonly comparison: Comparison
  /** Items whose outcome changed, of all tasks and variants. A function, as few formats show them. */
  readonly flips: () => readonly FlippedItem[]
}

/** The report of a comparison with the runs that it compared, the original first. */
export function reportOf({ runs, ...comparison }: ComparedRuns): Report {
  const [original, ...variants] = runs
  const flips = () => comparison.accuracies.flatMap((line) => variants.flatMap((variant) => flippedItems(line, original!, variant)))
  return { comparison, flips }
}

/** Where a report is shown. */
export interface ReportPlace {
  /** Width of the terminal; Infinity if lines may have any length. */
  readonly columns: number
}

/** A format. */
export interface ReportFormat {
  /** In a few words, for `--help`. */
  readonly description: string
  /** The whole text. */
  readonly render: (report: Report, place: ReportPlace) => string
}
