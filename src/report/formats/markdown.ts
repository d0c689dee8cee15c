/** A report as GitHub's Markdown: tables to paste into a card or a pull request. */
import { markdownBody } from '../../text/markdown.ts'
import type { ReportFormat } from './report-format.ts'

export const markdown: ReportFormat = {
  description: 'GitHub’s Markdown',
  ending: 'md',
  isData: true,
  render: ({ blocks }) => markdownBody(blocks()).trimEnd(),
}
