/**
 * The arguments of a command, checked before yargs splits them: options in one spelling, each known and with a value if it takes one. yargs would
 * report these errors without the nearest name or the value.
 */
import { UsageError } from '../errors.ts'
import { listOptions, valueError, type OptionFacts, type OptionTable } from '../run/option-table.ts'
import { commandText } from '../text/command-text.ts'
import { otherOption } from './other-options.ts'
import { didYouMean } from '../text/nearest-name.ts'

/** What is checked: the command with its options. */
export interface CheckedCommand {
  /** As it is typed: `card write`. */
  readonly name: string
  readonly options: OptionTable
  /** Names of subcommands, which an unexpected word may have meant. */
  readonly subcommands: readonly string[]
}

/** Options that yargs adds. */
const COMMON = ['help', 'version']

/** The arguments behind the command's name, each option as `--name` or `--name=value`. Fails with UsageError. */
export function checkArguments(args: readonly string[], command: CheckedCommand): string[] {
  const options = listOptions(command.options)
  const named = new Map(options.filter(({ facts }) => !facts.isPositional).map((option) => [option.name, option]))
  const letters = new Map(options.flatMap(({ name, facts }) => (facts.aliases ?? []).map((letter) => [letter, name] as const)))
  const checked: string[] = []
  const words: string[] = []
  let index = 0
  while (index < args.length) {
    const token = args[index++]!
    if (token === '--') {
      words.push(...args.slice(index))
      break
    }
    if (!isOption(token)) {
      words.push(token)
      continue
    }
    const { name, inline } = nameOf(token, named, letters, command)
    const option = named.get(name)
    const next = args[index]
    const takesNext = option && option.facts.kind !== 'flag' && inline === undefined && next !== undefined && !isOption(next)
    const value = takesNext ? args[index++] : inline
    if (option) checkValue(option.name, option.facts, value, next)
    checked.push(value === undefined ? `--${name}` : `--${name}=${value}`)
  }
  if (!checked.includes('--help') && !checked.includes('--version')) checkWords(words, command)
  return words.some(isOption) ? [...checked, '--', ...words] : [...words, ...checked]
}

/** Whether a token is an option rather than a value: a minus before a digit begins a number. */
export function isOption(token: string): boolean {
  return /^-(?:-|(?![\d.])).+/su.test(token)
}

/** Fails with UsageError if a value is missing or is not a number; the table checks everything else. */
function checkValue(name: string, facts: OptionFacts, value: string | undefined, next: string | undefined): void {
  if (facts.kind === 'flag') return
  if (value === undefined && !facts.isValueOptional) {
    const behind = next === undefined ? '' : `: ${next} is the next option`
    throw new UsageError(
      `--${name} has no value${behind}`,
      `Give --${name} ${facts.example ?? 'VALUE'}; if the value comes from a variable, check that the variable is set.`,
    )
  }
  if (value === '') throw valueError(name, facts, value)
  const isNumber = value !== undefined && value.trim() !== '' && Number.isFinite(Number(value))
  if (facts.kind === 'number' && !isNumber) throw valueError(name, facts, value)
}

/** The option's name and the value in the same token. Fails with UsageError on an option that the command does not have. */
function nameOf(
  token: string,
  named: ReadonlyMap<string, unknown>,
  letters: ReadonlyMap<string, string>,
  command: CheckedCommand,
): { readonly name: string; readonly inline?: string | undefined } {
  const [, dashes, word, inline] = /^(--?)([^=]*)(?:=(.*))?$/su.exec(token)!
  const name = word!.replaceAll('_', '-')
  const isKnown = (each: string) => named.has(each) || COMMON.includes(each)
  if (dashes === '--') {
    if (isKnown(name) || (name.startsWith('no-') && named.has(name.slice(3)))) return { name, inline }
  } else if (!isKnown(name)) {
    const letter = word![0]!
    if (word === 'h') return { name: 'help' }
    const option = letters.get(letter)
    if (option !== undefined) return { name: option, inline: word === letter ? inline : token.slice(2) }
  }
  const instead = otherOption(command.name, name) ?? withoutOption(command, name)
  if (instead !== undefined) throw new UsageError(`${command.name} has no option ${dashes}${word}`, instead)
  const known = [...named.keys(), ...COMMON]
  const nearest = dashes === '-' && name.length === 1 ? '' : didYouMean(name, known).replace('Did you mean ', 'Did you mean --')
  throw new UsageError(`${command.name} has no option ${dashes}${word}`, `${nearest}\`evalharness ${command.name} --help\` lists the options.`)
}

/** What to give instead of an option that would be a word without one, such as `--model` or `-m` for MODEL. */
function withoutOption({ name, options }: CheckedCommand, given: string): string | undefined {
  const names = listOptions(options).flatMap((option) => (option.facts.isPositional ? [option.name] : []))
  if (!names.some((each) => each === given || each[0] === given)) return undefined
  return `Write it without ${given.length === 1 ? '-' : '--'}${given}: evalharness ${name} ${names.map((each) => each.toUpperCase()).join(' ')}`
}

/** Words that are not options. Fails with UsageError if there are too many or too few. */
function checkWords(words: readonly string[], { name, options, subcommands }: CheckedCommand): void {
  const positionals = listOptions(options).filter(({ facts }) => facts.isPositional)
  const unexpected = positionals.some(({ facts }) => facts.kind === 'list') ? undefined : words[positionals.length]
  if (unexpected !== undefined) {
    const isModel = /[/\\]/u.test(unexpected) && listOptions(options).some((option) => option.name === 'model')
    const nearest = isModel ? `Give --model ${unexpected}. ` : didYouMean(unexpected, subcommands).replace('Did you mean ', `Did you mean ${name} `)
    throw new UsageError(
      `${name} does not take ${JSON.stringify(unexpected)}`,
      `${nearest}Values follow an option, as in --option value; names with spaces need quotes. \`evalharness ${name} --help\` shows how it is called.`,
    )
  }
  const missing = positionals.find(({ facts }, index) => facts.isRequired && index >= words.length)
  if (missing) {
    const call = commandText(['evalharness', ...name.split(' '), ...words])
    throw new UsageError(
      `no ${missing.name} given: ${missing.facts.description}`,
      `Write: ${call} ${missing.name.toUpperCase()}${missing.facts.kind === 'list' ? '…' : ''}`,
    )
  }
}
