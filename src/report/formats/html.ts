/** A comparison as one HTML page. */
import { reportPage } from '../html/page.ts'
import type { ComparisonReport, ReportFormat } from './report-format.ts'

export const html: ReportFormat<ComparisonReport> = {
  description: 'one HTML page with a chart and every flipped item',
  ending: 'html',
  isData: true,
  render: ({ comparison, flips }) => reportPage(comparison, flips()),
}
