#!/usr/bin/env node
/** The command line: options in, words and an exit code out. The only place that prints or exits. */
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { cardCommand } from './commands/card.ts'
import { compareCommand } from './commands/compare.ts'
import { doctorCommand } from './commands/doctor.ts'
import { gateCommand } from './commands/gate.ts'
import { layermapCommand } from './commands/layermap.ts'
import { pruneCommand } from './commands/prune.ts'
import { reportCommand } from './commands/report.ts'
import { runCommand } from './commands/run.ts'
import { tasksCommand } from './commands/tasks.ts'
import type { Terminal } from './commands/terminal.ts'
import { HarnessError, UsageError } from './errors.ts'
import { HARNESS_VERSION } from './version.ts'

/** Exit codes: 0 done, 2 the input or the tool failed, 130 interrupted. */
const FAILED = 2
const INTERRUPTED = 130

const interruption = new AbortController()
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)
// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : FAILED))

const terminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  errorStream: process.stderr,
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  signal: interruption.signal,
}
let exitCode = 0
const setExitCode = (code: number) => {
  exitCode = code
}

const parser = yargs(hideBin(process.argv))
  .scriptName('evalharness')
  .usage('$0 <command>\n\nDoes your compressed language model still work, and can you prove it?')
  .command(runCommand(terminal, setExitCode))
  .command(compareCommand(terminal))
  .command(cardCommand(terminal, setExitCode))
  .command(reportCommand(terminal))
  .command(gateCommand(terminal, setExitCode))
  .command(pruneCommand(terminal, setExitCode))
  .command(layermapCommand(terminal, setExitCode))
  .command(tasksCommand(terminal))
  .command(doctorCommand(terminal, setExitCode))
  .demandCommand(1, 'Give a command; `evalharness --help` lists them.')
  .strict()
  .version(HARNESS_VERSION)
  .alias('help', 'h')
  .parserConfiguration({ 'greedy-arrays': false, 'duplicate-arguments-array': true })
  .wrap(process.stdout.isTTY ? Math.min(110, process.stdout.columns || 80) : 100)
  .exitProcess(false)
  .fail((message, error) => {
    if (error) throw error
    const [verb] = hideBin(process.argv)
    throw new UsageError(message, `\`evalharness ${verb === undefined || verb.startsWith('-') ? '' : `${verb} `}--help\` lists what can be given.`)
  })

try {
  await parser.parseAsync()
} catch (error) {
  exitCode = FAILED
  if (error instanceof HarnessError) {
    terminal.err(`evalharness: ${error.message}`)
    terminal.err(`  ${error.hint}`)
  } else {
    terminal.err(`evalharness: this is a bug, please report it\n${error instanceof Error ? error.stack : String(error)}`)
  }
}
process.exit(exitCode)

/** The first Ctrl-C ends the run and keeps what was scored; the second ends the program. */
function interrupt(): void {
  if (interruption.signal.aborted) process.exit(INTERRUPTED)
  interruption.abort()
}
