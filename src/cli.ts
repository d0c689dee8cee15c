#!/usr/bin/env node
/** The program: arguments in, output and an exit code out. The only place that exits. */
import { FAILED, INTERRUPTED } from './exit-codes.ts'
import { writesFinished } from './io/at-exit.ts'
import { announcement, hangUpWithNpm, watchSignals } from './commands/signals.ts'
import { tolerateClosedReaders } from './commands/terminal.ts'

/** How long an exit waits for files that are being written. */
const LONGEST_WRITE_MS = 30_000

tolerateClosedReaders(process.stdout, process.stderr, ({ message }) => {
  process.stderr.write(`evalharness: cannot write to standard output: ${message}\n  Free disk space, or send the output elsewhere.\n`)
  process.exit(FAILED)
})
const signal = watchSignals(process, {
  announce: (name) => void process.stderr.write(`${announcement(name, process.argv[2])}\n`),
  force: () => {
    process.stderr.write('ending as soon as the files that are being written are whole\n')
    void exit(INTERRUPTED)
  },
})
hangUpWithNpm()
// The rest takes most of a second to load. A signal in that time must be handled.
const interrupted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }))
const loaded = await Promise.race([import('./commands/main.ts'), interrupted])
if (loaded === null) process.stderr.write('interrupted before it began; nothing was written\n')
await exit(loaded === null ? INTERRUPTED : await loaded.main(process.argv.slice(2), signal))

/**
 * Exits when the files that are being written are whole, and standard output has taken all, or its error was handled. A signal until then is one before the
 * end, also if the command itself was done: its announcement and exit code 130 go together.
 */
async function exit(code: number): Promise<never> {
  await writesFinished(LONGEST_WRITE_MS)
  await new Promise<void>((resolve) => process.stdout.write('', () => setImmediate(resolve)))
  process.exit(code === 0 && signal.aborted ? INTERRUPTED : code)
}
