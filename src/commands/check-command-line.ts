/** Finds the command of a command line and checks its arguments, before yargs runs it. */
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import { LM_EVAL_COMMANDS, LM_EVAL_FLAGS } from '../run/lm-eval/flags.ts'
import { listOptions, type OptionTable } from '../run/option-table.ts'
import { commandText } from '../text/command-text.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { checkArguments } from './check-arguments.ts'
import type { Command } from './command.ts'
import { withGivenValues } from './lm-eval-command.ts'
import { translateArguments } from './translate-arguments.ts'

const NO_OPTIONS: OptionTable = z.object({})
/** The command that lm-eval's options belong to. */
const RUN = 'run'
/** Commands of other programs, and what to do instead. */
const OTHER_COMMANDS: Readonly<Record<string, string>> = {
  eval: 'Write: evalharness run',
  evaluate: 'Write: evalharness run',
  score: 'Write: evalharness run',
  version: 'Write: evalharness --version',
  download: '`evalharness run` fetches what it needs: give --model OWNER/NAME.',
  serve: 'evalharness does not serve models; it scores one on a server: --model NAME=http://HOST:PORT/v1,tokenizer=WHERE.',
  quantize: 'A model is quantized when it is scored: --model NAME=WHERE,quantize=nf4.',
}
/** Before a command line that was understood as another one. */
const READ_AS = 'read as: '

/**
 * The arguments in one spelling, with options of lm-eval as those of evalharness; `onNotice` is called about those without effect. Fails with
 * UsageError on an unknown command or option, or a missing value.
 */
export function checkCommandLine(args: readonly string[], commands: readonly Command[], onNotice: (notice: string) => void): string[] {
  const [first, ...others] = args
  if (first === 'help') return others[0] === undefined ? ['--help'] : checkCommandLine([...others, '--help'], commands, onNotice)
  if (first === undefined || ['--help', '-h', '--version'].includes(first)) return [...args]
  if (first.startsWith('-')) return withoutCommand(args, commands, onNotice)
  const command = commands.find(({ name }) => name === first) ?? unknownCommand(first, others, commands)
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
  if (translated.isTranslated) onNotice(`${READ_AS}${commandText(['evalharness', RUN, ...translated.args])}`)
  for (const notice of translated.notices) onNotice(notice)
  return translated.args
}

function unknownCommand(given: string, args: readonly string[], commands: readonly Command[]): never {
  const instead = lookUp(LM_EVAL_COMMANDS, given)
  if (instead !== undefined)
    throw new UsageError(`no command ${given}; that is lm-eval’s`, `Write: ${commandText(['evalharness', ...withGivenValues(instead, args)])}`)
  const names = commands.map(({ name }) => name)
  const other = lookUp(OTHER_COMMANDS, given)
  if (other !== undefined) throw new UsageError(`no command ${JSON.stringify(given)}`, other)
  throw new UsageError(`no command ${JSON.stringify(given)}`, `${didYouMean(given, names)}Commands: ${names.join(', ')}.`)
}

/** As in lm-eval, options of a run need no command. Fails with UsageError on others: many programs take options before the command. */
function withoutCommand(args: readonly string[], commands: readonly Command[], onNotice: (notice: string) => void): string[] {
  const named = args.find((arg) => commands.some(({ name }) => name === arg))
  if (named === undefined && startsRun(args[0]!, commands)) {
    const notices: string[] = []
    const checked = checkCommandLine([RUN, ...args], commands, (notice) => notices.push(notice))
    if (!notices.some((notice) => notice.startsWith(READ_AS))) onNotice(`${READ_AS}${commandText(['evalharness', RUN, ...args])}`)
    for (const notice of notices) onNotice(notice)
    return checked
  }
  const words = named === undefined ? [RUN, ...args] : [named, ...args.filter((arg) => arg !== named)]
  throw new UsageError(`no command before ${args[0]}`, `The command comes first: ${commandText(['evalharness', ...words])}`)
}

/** Whether a token is an option of `run`, by its own name or lm-eval's. */
function startsRun(token: string, commands: readonly Command[]): boolean {
  const { options = NO_OPTIONS } = commands.find(({ name }) => name === RUN)!
  const own = listOptions(options).flatMap(({ name, facts }) => [name, ...(facts.aliases ?? [])])
  const name = token.replace(/^--?/u, '').split('=')[0]!.replaceAll('_', '-')
  return own.includes(name) || LM_EVAL_FLAGS.some((flag) => flag.name.replaceAll('_', '-') === name || flag.short === name)
}
