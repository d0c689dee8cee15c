/** A report as JSON: the comparison, field by field (compare/comparison.ts). */
import type { ReportFormat } from './report-format.ts'

export const json: ReportFormat = {
  description: 'the comparison as JSON, without the flipped items',
  render: ({ comparison }) => JSON.stringify(comparison, null, 2),
}
