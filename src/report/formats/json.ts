/** A report as JSON: everything that it has, field by field. */
import type { ReportFormat } from './report-format.ts'

export const json: ReportFormat = {
  description: 'JSON',
  ending: 'json',
  isData: true,
  render: ({ data }) => JSON.stringify(data(), null, 2),
}
