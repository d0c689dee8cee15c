/** All formats of a report. A new one is a file beside this one, a line here and a test. */
import { html } from './html.ts'
import { json } from './json.ts'
import type { Report, ReportFormat } from './report-format.ts'
import { table } from './table.ts'

/** By the names that options give them. */
const REPORT_FORMATS = { table, json, html } as const satisfies Readonly<Record<string, ReportFormat>>

/** The report as text in this format. `columns` is the width of the terminal; by default lines may have any length. */
export function renderReport(format: keyof typeof REPORT_FORMATS, report: Report, columns = Infinity): string {
  return REPORT_FORMATS[format].render(report, { columns })
}
