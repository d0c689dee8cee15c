/** One run of the program, from its arguments to its exit code. */
import { HarnessError, AbortError, StoreError } from '../errors.ts'
import { removeLeftovers } from '../io/temporary-folder.ts'
import { runCommandLine } from './command-line.ts'
import { FAILED, INTERRUPTED } from '../exit-codes.ts'
import type { PrintingEnvironment } from './paint.ts'
import { terminalOver, type OutputStream, type Terminal } from './terminal.ts'

/** Where to print, and the variables that say how. */
interface Streams {
  readonly output: OutputStream
  readonly errorStream: NodeJS.WriteStream
  readonly env: PrintingEnvironment
}

/** Runs a command line, by default over the process's own streams. Prints errors. Returns the command's exit code, even if a signal came that it had no use for. */
export async function main(
  args: readonly string[],
  signal: AbortSignal,
  { output = process.stdout, errorStream = process.stderr, env = process.env }: Partial<Streams> = {},
): Promise<number> {
  const cleaning = removeLeftovers()
  const terminal = terminalOver(output, errorStream, signal, env)
  const code = await runCommandLine(args, terminal).catch((error: unknown) => explain(error, terminal))
  // A command may end sooner than the removal of what a killed one left.
  await cleaning
  return code
}

function explain(error: unknown, { error: print, signal }: Terminal): number {
  if (error instanceof AbortError) {
    print('interrupted')
    return INTERRUPTED
  }
  if (error instanceof HarnessError) {
    print(`evalharness: ${error.message}`)
    print(`  ${error.hint}`)
  } else {
    print(`evalharness: this is a bug, please report it\n${error instanceof Error ? error.stack : String(error)}`)
  }
  // Other errors of an interrupted command may be a consequence; that results could not be written is not.
  return signal.aborted && !(error instanceof StoreError) ? INTERRUPTED : FAILED
}
