#!/usr/bin/env node
/** The program: arguments in, words and an exit code out. The only place that prints or exits. */
import { hideBin } from 'yargs/helpers'
import { runCommandLine } from './commands/command-line.ts'
import { terminalOver } from './commands/terminal.ts'
import { HarnessError } from './errors.ts'

/** Exit codes: 0 done, 2 the input or the tool failed, 130 interrupted. */
const FAILED = 2
const INTERRUPTED = 130

const interruption = new AbortController()
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)
// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : FAILED))

const terminal = terminalOver(process.stdout, process.stderr, interruption.signal)

process.exit(await runCommandLine(hideBin(process.argv), terminal).catch(explain))

/** Says what went wrong; comes back with the exit code. */
function explain(error: unknown): number {
  if (error instanceof HarnessError) {
    terminal.err(`evalharness: ${error.message}`)
    terminal.err(`  ${error.hint}`)
  } else {
    terminal.err(`evalharness: this is a bug, please report it\n${error instanceof Error ? error.stack : String(error)}`)
  }
  return FAILED
}

/** The first Ctrl-C ends the run and keeps what was scored; the second ends the program. */
function interrupt(): void {
  if (interruption.signal.aborted) process.exit(INTERRUPTED)
  interruption.abort()
}
