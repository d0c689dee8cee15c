/** A report as tables for the terminal. */
import type { ReportFormat } from './report-format.ts'

export const table: ReportFormat = {
  description: 'tables',
  ending: 'txt',
  isData: false,
  render: ({ tables }, { columns }) => tables(columns),
}
