/** docs/cli.md: the reference of the command line, made from the tables of options. */
import type { Command } from '../../src/commands/command.ts'
import { commandPattern } from '../../src/commands/to-yargs.ts'
import { verbosityOptions } from '../../src/commands/verbosity.ts'
import { listOptions, type OptionFacts } from '../../src/run/option-table.ts'

const WIDTH = 100

/** The page; ends with a newline. */
export function cliPage(commands: readonly Command[]): string {
  const intro = wrap(
    'Every command with its options, made from the tables that the program itself uses: `npm run docs` writes this page. ' +
      'An option that may be repeated is given once per value. Exit codes: 0 done, 2 the input or the tool failed, 130 interrupted; ' +
      'other codes are listed with their command. [api.md](api.md) has the same options for programs.',
  )
  const everywhere = listOptions(verbosityOptions).map(({ name, facts }) => optionText(name, facts))
  return `# Commands and options\n\n${intro}\n\nEvery command has these options too:\n\n${everywhere.join('\n')}\n\n${commands.flatMap((command) => sections(command, '')).join('\n\n')}\n`
}

/** A section for the command, and one for each of its subcommands. */
function sections(command: Command, parent: string): string[] {
  const own = command.execute ? [section(command, parent)] : []
  return [...own, ...(command.subcommands ?? []).flatMap((subcommand) => sections(subcommand, `${parent}${command.name} `))]
}

function section(command: Command, parent: string): string {
  const { name, description, options, examples = [], epilogue } = command
  const facts = options ? listOptions(options).filter(({ key }) => !(key in verbosityOptions.shape)) : []
  const groups = [...new Set(facts.map((option) => groupOf(option.facts)))]
  const lists = groups.map((group) => {
    const lines = facts.filter((option) => groupOf(option.facts) === group).map((option) => optionText(option.name, option.facts))
    return `${groups.length > 1 || group === POSITIONALS ? `**${group}**\n\n` : ''}${lines.join('\n')}`
  })
  return [
    `## evalharness ${parent}${name}`,
    wrap(`${description}.`),
    `\`\`\`sh\nevalharness ${parent}${commandPattern(command)} [options]\n\`\`\``,
    ...lists,
    ...(examples.length > 0 ? [`**Examples**\n\n\`\`\`sh\n${examples.map(exampleText).join('\n')}\n\`\`\``] : []),
    ...(epilogue === undefined ? [] : [wrap(epilogue)]),
  ].join('\n\n')
}

const POSITIONALS = 'Arguments'

function groupOf({ group, isPositional }: OptionFacts): string {
  return isPositional ? POSITIONALS : (group ?? 'Options')
}

/** ``- `--limit N`, `-L`: Number of rows…``. */
function optionText(name: string, facts: OptionFacts): string {
  const names = facts.isPositional ? `\`${name}\`` : [`\`--${name}${VALUES[facts.kind]}\``, ...(facts.aliases ?? []).map((alias) => `\`-${alias}\``)].join(', ')
  return wrap(`- ${names}${facts.kind === 'list' ? ' (may be repeated)' : ''}: ${escaped(facts.description)}${choicesText(facts)}${defaultText(facts)}.`, '  ')
}

const VALUES = { text: ' TEXT', number: ' N', flag: '', list: ' TEXT' } as const

function choicesText({ choices }: OptionFacts): string {
  return choices ? `; one of ${choices.map((choice) => `\`${choice}\``).join(', ')}` : ''
}

function defaultText({ kind, default: value, defaultText: words }: OptionFacts): string {
  if (words !== undefined) return ` (default: ${words})`
  return value === undefined || kind === 'flag' ? '' : ` (default: \`${value}\`)`
}

/** Markdown reads `<…>` as HTML and `*` as emphasis. */
function escaped(text: string): string {
  return text.replaceAll(/[<*]/gu, String.raw`\$&`)
}

function exampleText([commandLine, meaning]: readonly [string, string]): string {
  return `# ${meaning}\nevalharness ${commandLine}`
}

/** Breaks text into lines of at most 100 characters; later lines begin with `indent`. */
function wrap(text: string, indent = ''): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(`${indent}${word}`)
  }
  return lines.join('\n')
}
