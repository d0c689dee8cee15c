/** All formats of a report. A new one is a file beside this one, a line here and a test. */
import { html } from './html.ts'
import { json } from './json.ts'
import type { Report, ReportFormat, ReportPlace } from './report-format.ts'
import { table } from './table.ts'

/** By the names that options give them. */
export const REPORT_FORMATS = { table, json, html } as const satisfies Readonly<Record<string, ReportFormat>>

/** Name of a format. */
export type ReportFormatName = keyof typeof REPORT_FORMATS

/** The report as text in this format. */
export function renderReport(format: ReportFormatName, report: Report, { columns = Infinity }: Partial<ReportPlace> = {}): string {
  return REPORT_FORMATS[format].render(report, { columns })
}
