/** `--format` and `--json`: how a command prints its report. */
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { REPORT_FORMATS, type ReportFormatName } from '../report/formats/registry.ts'
import type { Report, ReportFormat } from '../report/formats/report-format.ts'
import { choice, flag } from '../run/option-table.ts'
import type { Terminal } from './terminal.ts'

const NAMES = Object.keys(REPORT_FORMATS) as [ReportFormatName, ...ReportFormatName[]]

/** `tables, GitHub’s Markdown, CSV or JSON`. */
const DESCRIPTIONS = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(NAMES.map((name) => REPORT_FORMATS[name].description))

/** Their table. */
export function formatOptions(facts: { readonly group?: string } = {}) {
  return z.object({
    format: choice(NAMES, { ...facts, defaultText: '`table`', description: `Print ${DESCRIPTIONS}` }),
    json: flag({ ...facts, description: 'Same as --format json' }),
  })
}

/** The format that was asked for. Fails with UsageError on two different ones. */
export function formatOf({ format, json }: { readonly format?: ReportFormatName | undefined; readonly json: boolean }): ReportFormatName {
  if (json && format !== undefined && format !== 'json') throw new UsageError(`--json and --format ${format} exclude each other`, 'Give one of them.')
  return json ? 'json' : (format ?? 'table')
}

/** The same of a dry run, which has no scores. Fails with UsageError on formats for them. */
export function planFormatOf(given: Parameters<typeof formatOf>[0]): 'table' | 'json' {
  const name = formatOf(given)
  if (name === 'table' || name === 'json') return name
  throw new UsageError(`--dry-run has no scores for --format ${name}`, 'Leave --format out, or give --format json.')
}

/** Prints a report to standard output; what a format of figures leaves out goes to standard error. Nothing is printed if there is nothing to show. */
export function printReport(name: ReportFormatName, report: Report, { out, show, err, columns }: Terminal): void {
  const { render, isData, leavesOutNotes }: ReportFormat = REPORT_FORMATS[name]
  const text = render(report, { columns })
  if (text !== '') (isData ? out : show)(text)
  if (leavesOutNotes) for (const note of report.notes) err(`note: ${note}`)
}
