/** `evalharness report ORIGINAL VARIANT…`: a comparison as a file, by default an HTML page. */
import path from 'node:path'
import { z } from 'zod'
import { readRuns } from '../card/read/read-run.ts'
import { compareRuns } from '../compare/compare-runs.ts'
import { UsageError } from '../errors.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { comparisonReport } from '../report/comparison-report.ts'
import { COMPARISON_FORMATS, type ComparisonFormatName } from '../report/formats/registry.ts'
import type { ComparisonReport, ReportFormat } from '../report/formats/report-format.ts'
import { choice, positionals, text } from '../run/option-table.ts'
import { sourceLines } from '../store/source-lines.ts'
import { defineCommand } from './command.ts'
import { compareOptions, parseCompareOptions } from './compare-options.ts'

const NAMES = Object.keys(COMPARISON_FORMATS) as [ComparisonFormatName, ...ComparisonFormatName[]]

/** The command. */
export const reportCommand = defineCommand({
  name: 'report',
  description: 'Write the comparison of stored runs to a file: one HTML page with every item that flipped, or another format',
  options: z.object({
    runs: positionals({ description: 'The original, then variants, as for `compare`' }),
    ...compareOptions.shape,
    format: choice(NAMES, { description: 'Format of the file', defaultText: 'by the ending of --output, else html' }),
    output: text({ aliases: ['o'], description: 'File to write; replaced if it exists', defaultText: '`report.html`, or the ending of the format' }),
  }),
  examples: [['report results/original results/pruned -o pruned.html', 'a page for any browser']],
  async run({ runs: locations, format: asked, output, ...given }, { err }) {
    const format = asked ?? formatOf(output)
    const file = output ?? `report.${COMPARISON_FORMATS[format].ending}`
    const stored = await readRuns(locations)
    for (const line of stored.flatMap(sourceLines)) err(line)
    const options = await parseCompareOptions(given)
    const report = comparisonReport(compareRuns(stored[0]!, stored.slice(1), options))
    const { render, leavesOutNotes }: ReportFormat<ComparisonReport> = COMPARISON_FORMATS[format]
    const content = render(report, { columns: Infinity })
    await writeWhole(file, [content.endsWith('\n') ? content : `${content}\n`])
    if (leavesOutNotes) for (const note of report.notes) err(`note: ${note}`)
    err(`written: ${file}`)
  },
})

/** The format whose files have the ending of this one; a page without an ending. Fails with UsageError on a file of another program. */
function formatOf(file: string | undefined): ComparisonFormatName {
  const ending = path
    .extname(file ?? '')
    .slice(1)
    .toLowerCase()
  if (ending === '' || ending === 'htm') return 'html'
  const format = NAMES.find((name) => COMPARISON_FORMATS[name].ending === ending)
  if (format) return format
  const endings = NAMES.map((name) => `.${COMPARISON_FORMATS[name].ending}`)
  const hint = `Give one of ${[...new Set(endings)].join(', ')}, or --format with any name.`
  throw new UsageError(`no format has files that end in .${ending}`, ending === 'pdf' ? `${hint} A browser prints the HTML page as PDF.` : hint)
}
