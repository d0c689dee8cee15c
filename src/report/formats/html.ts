/** A report as one HTML page. */
import { reportPage } from '../html/page.ts'
import type { ReportFormat } from './report-format.ts'

export const html: ReportFormat = {
  description: 'one HTML page with a chart and every flipped item',
  render: ({ comparison, flips }) => reportPage(comparison, flips()),
}
