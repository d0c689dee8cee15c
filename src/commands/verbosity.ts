/** `--quiet` and `--verbose`, which every command has. */
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { flag } from '../run/option-table.ts'
import type { Terminal } from './terminal.ts'

const group = 'Messages'

/** Their table. */
export const verbosityOptions = z.object({
  quiet: flag({ aliases: ['q'], group, description: 'Print nothing on standard error but errors' }),
  verbose: flag({ aliases: ['v'], group, description: 'Print work, efficiency, roofline share and time of each stage on standard error too' }),
})

/**
 * The terminal for a command with these options; without them as talkative as before, which is what a command inside another
 * one is. Fails with UsageError on both.
 */
export function withVerbosity(terminal: Terminal, { quiet, verbose }: z.output<typeof verbosityOptions>): Terminal {
  if (quiet && verbose) throw new UsageError('--quiet and --verbose exclude each other', 'Give one of them.')
  if (quiet) return { ...terminal, verbosity: 'quiet', err: () => {} }
  return verbose ? { ...terminal, verbosity: 'verbose' } : terminal
}
