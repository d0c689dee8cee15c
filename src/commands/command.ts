/** A command as data: its name, its table of options, and its action. */
import { z } from 'zod'
import { unlessAborted, UsageError } from '../errors.ts'
import { parseOptions, validOptions, type OptionTable } from '../run/option-table.ts'
import type { Examples } from './examples-text.ts'
import type { Terminal } from './terminal.ts'
import { verbosityOptions, withVerbosity } from './verbosity.ts'

/** The fields that all commands have. */
interface CommandFacts {
  /** Its name on the command line. */
  readonly name: string
  /** One sentence in the imperative: `Show …`. */
  readonly description: string
  /** Command lines with a description of each. */
  readonly examples?: Examples
  /** Text after the options in `--help`. */
  readonly epilogue?: string
  readonly subcommands?: readonly Command[]
}

/** A command over the values of its own options. */
interface CommandDefinition<T extends OptionTable> extends CommandFacts {
  readonly options: T
  /** Runs it; returns the exit code, 0 when undefined. Fails with a HarnessError or AbortError. */
  readonly run: (options: z.output<T>, terminal: Terminal) => Promise<number | void>
  /**
   * It has something to store or to remove when it is cancelled, and ends by itself. The others are abandoned; the files that
   * they are writing still become whole.
   */
  readonly endsItself?: boolean
  /** Action for an invalid option, with its default instead. Absent: the command fails with the error. */
  readonly onInvalid?: (error: UsageError, valid: z.output<T>, terminal: Terminal) => Promise<number>
}

/** A command as the command line and the reference see it. */
export interface Command extends CommandFacts {
  readonly options?: OptionTable
  /** Runs it over values that are not checked yet; undefined for a command that only has subcommands. */
  readonly execute?: (given: Readonly<Record<string, unknown>>, terminal: Terminal) => Promise<number>
}

/** Makes a command of its definition, with the options that every command has. */
export function defineCommand<T extends OptionTable>({ run, endsItself = false, onInvalid, ...command }: CommandDefinition<T>): Command {
  return {
    ...command,
    options: z.object({ ...command.options.shape, ...verbosityOptions.shape }),
    async execute(given, outer) {
      const terminal = withVerbosity(outer, parseOptions(verbosityOptions, given))
      let options: z.output<T>
      try {
        options = parseOptions(command.options, given)
      } catch (error) {
        if (!onInvalid || !(error instanceof UsageError)) throw error
        return onInvalid(error, validOptions(command.options, given), terminal)
      }
      const running = run(options, terminal)
      return (await (endsItself ? running : unlessAborted(running, terminal.signal))) ?? 0
    },
  }
}
