/** The command line: arguments in, an exit code out, words to a terminal. */
import yargs from 'yargs'
import { UsageError } from '../errors.ts'
import { HARNESS_VERSION } from '../io/package-folder.ts'
import { cacheCommand } from './cache.ts'
import { cardCommand } from './card.ts'
import { checkCommandLine } from './check-command-line.ts'
import type { Command } from './command.ts'
import { compareCommand } from './compare.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { FAILED } from '../exit-codes.ts'
import { gateCommand } from './gate.ts'
import { layermapCommand } from './layermap.ts'
import { layersCommand } from './layers.ts'
import { pruneCommand } from './prune.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'
import { tasksCommand } from './tasks.ts'
import type { Terminal } from './terminal.ts'
import { scopeText, shortHelp } from './short-help.ts'
import { addCommand, ChosenCommand, helpColumns } from './to-yargs.ts'

/** All commands, in the order of `--help`. */
export const COMMANDS: readonly Command[] = [
  demoCommand(runCommandLine),
  runCommand,
  compareCommand,
  cardCommand,
  reportCommand,
  gateCommand,
  pruneCommand,
  layermapCommand,
  layersCommand,
  tasksCommand,
  cacheCommand,
  doctorCommand,
]

/**
 * Runs one command line, without the program's name; returns its exit code. Fails with a HarnessError, or with AbortError when
 * the terminal's signal is aborted.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  if (args.length === 0) {
    terminal.err(shortHelp(helpColumns(terminal)))
    return FAILED
  }
  const notices: string[] = []
  const checked = checkCommandLine(args, COMMANDS, (notice) => notices.push(notice))
  // The options are not parsed yet.
  if (!checked.includes('--quiet') && !checked.includes('-q')) for (const notice of notices) terminal.err(notice)
  const program = yargs([...checked])
    .scriptName('evalharness')
    .usage(`$0 <command>\n\nDoes your compressed language model still work, and can you prove it?\n\n${scopeText().join('\n')}`)
  for (const command of COMMANDS) addCommand(program, command, terminal)
  program
    .epilogue(
      'Options without a command are those of run: evalharness -m FOLDER -t piqa\nevalharness COMMAND --help has the options of a command, with examples.',
    )
    .strict()
    .version(HARNESS_VERSION)
    .alias('help', 'h')
    .parserConfiguration({ 'greedy-arrays': false, 'duplicate-arguments-array': true })
    .wrap(helpColumns(terminal))
    .exitProcess(false)
    .fail((message, error) => {
      if (error) throw error
      throw new UsageError(message, '`evalharness --help` lists the commands, and with a command its options.')
    })
  try {
    // Help and the version are printed.
    await program.parseAsync()
    return 0
  } catch (error) {
    if (error instanceof ChosenCommand) return error.execute()
    throw error
  }
}
