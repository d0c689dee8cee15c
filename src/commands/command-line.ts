/** The verbs and their options: arguments in, an exit code out, words to a terminal. */
import yargs from 'yargs'
import { unlessAborted, UsageError } from '../errors.ts'
import { HARNESS_VERSION } from '../io/package-folder.ts'
import { cacheCommand } from './cache.ts'
import { cardCommand } from './card.ts'
import { compareCommand } from './compare.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { gateCommand } from './gate.ts'
import { layermapCommand } from './layermap.ts'
import { pruneCommand } from './prune.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'
import { tasksCommand } from './tasks.ts'
import type { Terminal } from './terminal.ts'

/** Commands that have something to keep or to remove when they are interrupted. The others are let go at once; files that they are writing get whole. */
const ENDS_ITSELF = new Set(['run', 'prune', 'demo', 'card'])

/** Runs one command line, without the program's name; comes back with its exit code. Fails with a HarnessError, or with AbortError. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0
  const setExitCode = (code: number) => {
    exitCode = code
  }
  const parsing = yargs([...args])
    .scriptName('evalharness')
    .usage('$0 <command>\n\nDoes your compressed language model still work, and can you prove it?')
    .command(demoCommand(terminal, setExitCode, runCommandLine))
    .command(runCommand(terminal, setExitCode))
    .command(compareCommand(terminal))
    .command(cardCommand(terminal, setExitCode))
    .command(reportCommand(terminal))
    .command(gateCommand(terminal, setExitCode))
    .command(pruneCommand(terminal, setExitCode))
    .command(layermapCommand(terminal))
    .command(tasksCommand(terminal))
    .command(cacheCommand(terminal))
    .command(doctorCommand(terminal, setExitCode))
    .demandCommand(1, 'Give a command; `evalharness --help` lists them.')
    .strict()
    .version(HARNESS_VERSION)
    .alias('help', 'h')
    .parserConfiguration({ 'greedy-arrays': false, 'duplicate-arguments-array': true })
    .wrap(terminal.columns === undefined ? 100 : Math.min(110, terminal.columns))
    .exitProcess(false)
    .fail((message, error) => {
      if (error) throw error
      const [verb] = args
      throw new UsageError(message, `\`evalharness ${verb === undefined || verb.startsWith('-') ? '' : `${verb} `}--help\` lists what can be given.`)
    })
    .parseAsync()
  await (ENDS_ITSELF.has(args[0] ?? '') ? parsing : unlessAborted(parsing, terminal.signal))
  return exitCode
}
