/** `evalharness compare ORIGINAL VARIANT…`: the retention table of stored runs. */
import { z } from 'zod'
import { readRuns } from '../card/read/read-run.ts'
import { compareRuns } from '../compare/compare-runs.ts'
import { comparisonReport } from '../report/comparison-report.ts'
import { flag, positionals } from '../run/option-table.ts'
import { sourceLines } from '../store/source-lines.ts'
import { defineCommand } from './command.ts'
import { compareOptions, parseCompareOptions } from './compare-options.ts'
import { formatOf, formatOptions, printReport } from './format-options.ts'

/** The command. */
export const compareCommand = defineCommand({
  name: 'compare',
  description: 'Show what variants retain of an original, from stored runs',
  options: z.object({
    runs: positionals({ description: 'The original, then variants: [NAME=]FILE or FOLDER of evalharness or lm-eval, or CARD.md#original' }),
    ...compareOptions.shape,
    allMetrics: flag({ description: 'Show every metric of a task, not only its main one' }),
    subsets: flag({ description: 'Show subsets of tasks (MMLU’s subjects) too' }),
    ...formatOptions().shape,
  }),
  examples: [
    ['compare results/original results/pruned', 'the newest run of each task in each folder'],
    ['compare results/original results/pruned --format markdown', 'tables to paste into a card'],
    ['compare base=lm-eval/results_2026.json results/pruned --profile card', 'a run of lm-eval with one of evalharness'],
  ],
  async run({ runs: locations, allMetrics, subsets, format, json, ...given }, terminal) {
    const name = formatOf({ format, json })
    const options = { ...(await parseCompareOptions(given)), allMetrics, subsets }
    const runs = await readRuns(locations)
    for (const line of runs.flatMap(sourceLines)) terminal.err(line)
    const [original, ...variants] = runs
    printReport(name, comparisonReport(compareRuns(original!, variants, options)), terminal)
  },
})
