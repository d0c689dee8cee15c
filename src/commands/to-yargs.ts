/** Declares a command to yargs. Types and checks come from the command's table; yargs splits the arguments and prints help. */
import type { Argv, Options, PositionalOptions } from 'yargs'
import { listOptions, type OptionFacts } from '../run/option-table.ts'
import type { Command } from './command.ts'
import { examplesText } from './examples-text.ts'
import type { Terminal } from './terminal.ts'

/**
 * Thrown by the handler of the command that the arguments name. It ends the work of yargs, which otherwise renders the whole
 * help of the command after each handler: 0.1 s of processor time before any command starts.
 */
export class ChosenCommand extends Error {
  /** Runs the command; returns its exit code. */
  readonly execute: () => Promise<number>

  constructor(execute: () => Promise<number>) {
    super('a command is chosen')
    this.execute = execute
  }
}

/** Adds a command with its subcommands. */
export function addCommand(yargs: Argv, command: Command, terminal: Terminal): Argv {
  const { name, subcommands = [], epilogue } = command
  if (subcommands.length === 0) return addLeaf(yargs, commandPattern(command), command, terminal)
  return yargs.command(
    name,
    command.description,
    (own) => {
      // A command with subcommands may also run without one: that is the subcommand without a name.
      if (command.execute) addLeaf(own, '$0', { ...command, epilogue: undefined }, terminal)
      for (const subcommand of subcommands) addCommand(own, subcommand, terminal)
      if (epilogue !== undefined) own.epilogue(epilogue)
      return command.execute ? own : own.demandCommand(1, `Give a subcommand: ${subcommands.map((one) => one.name).join(' or ')}.`)
    },
    () => {},
  )
}

function addLeaf(yargs: Argv, pattern: string, command: CommandWithoutEpilogue, terminal: Terminal): Argv {
  return yargs.command({
    command: pattern,
    describe: pattern === '$0' ? false : command.description,
    builder: (own: Argv) => describe(own, command, helpColumns(terminal)),
    handler: (argv) => {
      throw new ChosenCommand(() => command.execute!(argv, terminal))
    },
  })
}

type CommandWithoutEpilogue = Omit<Command, 'epilogue'> & { readonly epilogue?: string | undefined }

/** Help of wider lines is hard to read. */
const MOST_HELP_COLUMNS = 110

/** Characters in a line of help. */
export function helpColumns({ columns }: Terminal): number {
  return Math.min(MOST_HELP_COLUMNS, columns)
}

function describe(yargs: Argv, { options, examples = [], epilogue }: CommandWithoutEpilogue, columns: number): Argv {
  for (const { name, facts } of options ? listOptions(options) : []) {
    if (facts.isPositional) yargs.positional(name, positionalOf(facts))
    else yargs.option(name, optionOf(facts))
  }
  const closing = [...(examples.length > 0 ? [examplesText(examples, columns)] : []), ...(epilogue === undefined ? [] : [epilogue])]
  if (closing.length > 0) yargs.epilogue(closing.join('\n\n'))
  return yargs
}

/** `card write <runs..>`: the name with the positionals. */
export function commandPattern({ name, options }: Command): string {
  const positionals = (options ? listOptions(options) : []).filter(({ facts }) => facts.isPositional)
  return [name, ...positionals.map(({ name: own, facts }) => positionalPattern(own, facts))].join(' ')
}

function positionalPattern(name: string, { kind, isRequired }: OptionFacts): string {
  const inner = kind === 'list' ? `${name}..` : name
  return isRequired ? `<${inner}>` : `[${inner}]`
}

function positionalOf({ kind, description }: OptionFacts): PositionalOptions {
  return { type: 'string', describe: description, ...(kind === 'list' && { array: true }) }
}

const YARGS_TYPES = { text: 'string', number: 'number', flag: 'boolean', list: 'string' } as const

function optionOf({ kind, description, aliases = [], group, default: value, choices, isValueOptional }: OptionFacts): Options {
  return {
    type: YARGS_TYPES[kind],
    describe: choices ? `${description}: ${choices.join(', ')}` : description,
    alias: [...aliases],
    requiresArg: kind !== 'flag' && !isValueOptional,
    ...(group !== undefined && { group: `${group}:` }),
    ...(kind === 'list' && { array: true }),
    // The table fills in the value itself; yargs only shows it.
    ...(value !== undefined && kind !== 'flag' && { defaultDescription: String(value) }),
  }
}
