/** A report as tables for the terminal. */
import { retentionTable } from '../terminal/retention-table.ts'
import type { ReportFormat } from './report-format.ts'

export const table: ReportFormat = {
  description: 'tables for the terminal',
  render: ({ comparison }, { columns }) => retentionTable(comparison, columns),
}
