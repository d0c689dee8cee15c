/** A report as CSV for spreadsheets and data frames (RFC 4180): a header, then a row a figure. */
import type { ReportFormat } from './report-format.ts'

export const csv: ReportFormat = {
  description: 'CSV',
  ending: 'csv',
  isData: true,
  leavesOutNotes: true,
  render(report) {
    const { columns, rows } = report.records()
    return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('')
  },
}

/** A field, in quotes if it needs them; empty for what is not known. Numbers have all their digits. */
function field(value: string | number | null): string {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return ''
  const text = typeof value === 'number' ? String(value) : harmless(value)
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Spreadsheets compute text that begins like a formula, and names come from files: an apostrophe before it makes it text (OWASP, CSV injection). */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text
}
