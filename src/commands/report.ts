/** `evalharness report ORIGINAL VARIANT…`: a comparison as an HTML page. */
import type { Argv, CommandModule } from 'yargs'
import { compareRuns } from '../compare/compare-runs.ts'
import { flippedItems } from '../compare/flips.ts'
import { reportPage } from '../report/html/page.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { compareOptionsOf, describeCompareOptions, type CompareArguments } from './compare-options.ts'
import { readRuns } from './run-option.ts'
import type { Terminal } from './terminal.ts'

interface Arguments extends CompareArguments {
  runs: string[]
  output: string
}

/** The command over a terminal. */
export function reportCommand({ err }: Terminal): CommandModule<object, Arguments> {
  return {
    command: 'report <runs..>',
    describe: 'The comparison of stored runs as one HTML page, with every item that flipped',
    builder: (yargs) =>
      describeCompareOptions(
        yargs.positional('runs', { type: 'string', array: true, demandOption: true, describe: 'The original, then variants, as in `compare`' }),
      )
        .option('output', { alias: 'o', type: 'string', default: 'report.html', requiresArg: true, describe: 'The file; it is replaced if it is there' })
        .example('$0 report results/original results/pruned -o pruned.html', 'open it in any browser') as unknown as Argv<Arguments>,
    handler: async (argv) => {
      const stored = await readRuns(argv.runs, err)
      const options = await compareOptionsOf(argv)
      const comparison = compareRuns(stored[0]!, stored.slice(1), options)
      const [original, ...variants] = comparison.runs
      const flips = comparison.accuracies.flatMap((line) => variants.flatMap((variant) => flippedItems(line, original!, variant)))
      await writeWhole(argv.output, [reportPage(comparison, flips)])
      err(`written: ${argv.output}`)
    },
  }
}
