/** Finds the command of a command line and checks its arguments, before yargs runs it. */
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import { LM_EVAL_COMMANDS } from '../run/lm-eval/flags.ts'
import { listOptions, type OptionTable } from '../run/option-table.ts'
import { commandText } from '../text/command-text.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { checkArguments } from './check-arguments.ts'
import type { Command } from './command.ts'
import { translateArguments } from './translate-arguments.ts'

const NO_OPTIONS: OptionTable = z.object({})
/** The command that lm-eval's options belong to. */
const RUN = 'run'

/**
 * The arguments in one spelling, with options of lm-eval as those of evalharness; `onNotice` is called about those without effect. Fails with
 * UsageError on an unknown command or option, or a missing value.
 */
export function checkCommandLine(args: readonly string[], commands: readonly Command[], onNotice: (notice: string) => void): string[] {
  const [first, ...others] = args
  if (first === 'help') return others[0] === undefined ? ['--help'] : checkCommandLine([...others, '--help'], commands, onNotice)
  if (first === undefined || ['--help', '-h', '--version'].includes(first)) return [...args]
  if (first.startsWith('-')) throw noCommand(args, commands)
  const command = commands.find(({ name }) => name === first) ?? unknownCommand(first, commands)
  const { subcommands = [] } = command
  const subcommand = subcommands.find(({ name }) => name === others[0])
  if (!subcommand && !command.execute) return checkSubcommand(command, others)
  const path = subcommand ? [first, subcommand.name] : [first]
  const { options = NO_OPTIONS } = subcommand ?? command
  const own = args.slice(path.length)
  const translated = first === RUN ? translate(own, options, onNotice) : own
  const checked = { name: path.join(' '), options, subcommands: subcommand ? [] : subcommands.map(({ name }) => name) }
  return [...path, ...checkArguments(translated, checked)]
}

/** A command that only has subcommands, without one of them. */
function checkSubcommand({ name, subcommands = [] }: Command, [given]: readonly string[]): string[] {
  const names = subcommands.map((one) => one.name)
  if (given === '--help' || given === '-h') return [name, '--help']
  const hint = `Give ${names.map((each) => `\`evalharness ${name} ${each}\``).join(' or ')}.`
  if (given === undefined || given.startsWith('-')) throw new UsageError(`${name} needs a subcommand`, hint)
  throw new UsageError(`${name} has no subcommand ${JSON.stringify(given)}`, `${didYouMean(given, names)}${hint}`)
}

function translate(args: readonly string[], options: OptionTable, onNotice: (notice: string) => void): readonly string[] {
  const own = new Set(listOptions(options).flatMap(({ name, facts }) => [name, ...(facts.aliases ?? [])]))
  const translated = translateArguments(args, own)
  if (translated.isTranslated) onNotice(`read as: ${commandText(['evalharness', RUN, ...translated.args])}`)
  for (const notice of translated.notices) onNotice(notice)
  return translated.args
}

function unknownCommand(given: string, commands: readonly Command[]): never {
  const instead = lookUp(LM_EVAL_COMMANDS, given)
  if (instead !== undefined) throw new UsageError(`no command ${given}; that is lm-eval’s`, `Write: ${instead}`)
  const names = commands.map(({ name }) => name)
  throw new UsageError(`no command ${JSON.stringify(given)}`, `${didYouMean(given, names)}Commands: ${names.join(', ')}.`)
}

/** lm-eval runs without a command; other programs take options before it. */
function noCommand(args: readonly string[], commands: readonly Command[]): UsageError {
  const named = args.find((arg) => commands.some(({ name }) => name === arg))
  const words = named === undefined ? [RUN, ...args] : [named, ...args.filter((arg) => arg !== named)]
  return new UsageError(`no command before ${args[0]}`, `The command comes first: ${commandText(['evalharness', ...words])}`)
}
