/** `evalharness report ORIGINAL VARIANT…`: a comparison as an HTML page. */
import { z } from 'zod'
import { readRuns } from '../card/read/read-run.ts'
import { compareRuns } from '../compare/compare-runs.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { renderReport } from '../report/formats/registry.ts'
import { reportOf } from '../report/formats/report-format.ts'
import { positionals, textOr } from '../run/option-table.ts'
import { sourceLines } from '../store/source-lines.ts'
import { defineCommand } from './command.ts'
import { compareOptions, parseCompareOptions } from './compare-options.ts'

/** The command. */
export const reportCommand = defineCommand({
  name: 'report',
  description: 'Write the comparison of stored runs as one HTML page, with every item that flipped',
  options: z.object({
    runs: positionals({ description: 'The original, then variants, as for `compare`' }),
    ...compareOptions.shape,
    output: textOr('report.html', { aliases: ['o'], description: 'File to write; replaced if it exists' }),
  }),
  examples: [['report results/original results/pruned -o pruned.html', 'a page for any browser']],
  async run({ runs: locations, output, ...given }, { err }) {
    const stored = await readRuns(locations)
    for (const line of stored.flatMap(sourceLines)) err(line)
    const options = await parseCompareOptions(given)
    const report = reportOf(compareRuns(stored[0]!, stored.slice(1), options))
    await writeWhole(output, [renderReport('html', report)])
    err(`written: ${output}`)
  },
})
