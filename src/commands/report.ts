/** `evalharness report ORIGINAL VARIANT…`: a comparison as a file, by default an HTML page. */
import { z } from 'zod'
import { readRuns } from '../card/read/read-run.ts'
import { compareRuns } from '../compare/compare-runs.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { comparisonReport } from '../report/comparison-report.ts'
import { COMPARISON_FORMATS, type ComparisonFormatName } from '../report/formats/registry.ts'
import type { ComparisonReport, ReportFormat } from '../report/formats/report-format.ts'
import { choiceOr, positionals, text } from '../run/option-table.ts'
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
    format: choiceOr('html', NAMES, { description: 'Format of the file' }),
    output: text({ aliases: ['o'], description: 'File to write; replaced if it exists', defaultText: '`report.html`, or the ending of the format' }),
  }),
  examples: [['report results/original results/pruned -o pruned.html', 'a page for any browser']],
  async run({ runs: locations, format, output = `report.${COMPARISON_FORMATS[format].ending}`, ...given }, { err }) {
    const stored = await readRuns(locations)
    for (const line of stored.flatMap(sourceLines)) err(line)
    const options = await parseCompareOptions(given)
    const report = comparisonReport(compareRuns(stored[0]!, stored.slice(1), options))
    const { render, leavesOutNotes }: ReportFormat<ComparisonReport> = COMPARISON_FORMATS[format]
    const content = render(report, { columns: Infinity })
    await writeWhole(output, [content.endsWith('\n') ? content : `${content}\n`])
    if (leavesOutNotes) for (const note of report.notes) err(`note: ${note}`)
    err(`written: ${output}`)
  },
})
