/** All formats. A new one is a file beside this one, a line here and a test. */
import { csv } from './csv.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { markdown } from './markdown.ts'
import type { ComparisonReport, ReportFormat } from './report-format.ts'
import { table } from './table.ts'

/** Formats of every report, by the names that `--format` gives them. */
export const REPORT_FORMATS = { table, markdown, csv, json } as const satisfies Readonly<Record<string, ReportFormat>>

/** Formats of a comparison: every format, and those that show nothing else. */
export const COMPARISON_FORMATS = { html, ...REPORT_FORMATS } as const satisfies Readonly<Record<string, ReportFormat<ComparisonReport>>>

/** Name of a format of every report. */
export type ReportFormatName = keyof typeof REPORT_FORMATS

/** Name of a format of a comparison. */
export type ComparisonFormatName = keyof typeof COMPARISON_FORMATS
