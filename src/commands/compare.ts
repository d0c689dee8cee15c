/** `evalharness compare ORIGINAL VARIANT…`: the retention table of stored runs. */
import type { Argv, CommandModule } from 'yargs'
import { compareRuns } from '../compare/compare-runs.ts'
import { retentionTable } from '../report/terminal/retention-table.ts'
import { readRuns } from './run-option.ts'
import { compareOptionsOf, describeCompareOptions, type CompareArguments } from './compare-options.ts'
import type { Terminal } from './terminal.ts'

interface Arguments extends CompareArguments {
  runs: string[]
  allMetrics: boolean
  subsets: boolean
  json: boolean
}

/** The command over a terminal. */
export function compareCommand({ out, err, columns }: Terminal): CommandModule<object, Arguments> {
  return {
    command: 'compare <runs..>',
    describe: 'Retention of variants against an original, from stored runs',
    builder: (yargs) =>
      describeCompareOptions(
        yargs.positional('runs', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'The original, then variants: [NAME=]FILE or FOLDER of evalharness or lm-eval, or CARD.md#original',
        }),
      )
        .option('all-metrics', { type: 'boolean', default: false, describe: 'Every metric of a task, not only its main one' })
        .option('subsets', { type: 'boolean', default: false, describe: 'Subsets of tasks (MMLU’s subjects) too' })
        .option('json', { type: 'boolean', default: false, describe: 'Print the comparison as JSON' })
        .example('$0 compare results/original results/pruned', 'the newest run of each task in each folder')
        .example('$0 compare base=lm-eval/results_2026.json results/pruned --profile card', 'lm-eval’s run against your own') as unknown as Argv<Arguments>,
    handler: async (argv) => {
      const options = { ...(await compareOptionsOf(argv)), allMetrics: argv.allMetrics, subsets: argv.subsets }
      const [original, ...variants] = await readRuns(argv.runs, err)
      const { runs: _, ...comparison } = compareRuns(original!, variants, options)
      out(argv.json ? JSON.stringify(comparison, null, 2) : retentionTable(comparison, columns))
    },
  }
}
