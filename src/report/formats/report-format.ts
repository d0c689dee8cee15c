/** What a format is: one file that makes text of a report. */
import type { RootContent } from 'mdast'
import type { Comparison } from '../../compare/comparison.ts'
import type { FlippedItem } from '../../compare/flips.ts'

/** What a command reports, once for each kind of format. Functions, as a format needs one of them. */
export interface Report {
  /** Tables and lines for a terminal. */
  readonly tables: (columns: number) => string
  /** The same as blocks of Markdown. */
  readonly blocks: () => readonly RootContent[]
  /** A figure a row, for a spreadsheet. */
  readonly records: () => Records
  /** Everything, as JSON has it. */
  readonly data: () => unknown
  /** What a reader of the figures must know; only formats of figures alone leave it out. */
  readonly notes: readonly string[]
}

/** Rows with the same columns; a share is from 0 to 1, null is not known. */
export interface Records {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

/** A report of a comparison. */
export interface ComparisonReport extends Report {
  readonly comparison: Comparison
  /** Items whose outcome changed, of all tasks and variants. */
  readonly flips: () => readonly FlippedItem[]
}

/** Where a report is shown. */
export interface ReportPlace {
  /** Width of the terminal; Infinity if lines may have any length. */
  readonly columns: number
}

/** A format of reports of a kind. */
export interface ReportFormat<R extends Report = Report> {
  /** As in `Print tables, CSV or JSON`. */
  readonly description: string
  /** How names of its files end, without the dot. */
  readonly ending: string
  /** Whether it is for programs: then nothing but the report may be on standard output. */
  readonly isData: boolean
  /** The report's notes are not in the text. */
  readonly leavesOutNotes?: boolean
  /** The whole text. */
  readonly render: (report: R, place: ReportPlace) => string
}
