/** Commands in the code blocks of the documentation exist, with their options. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Command } from '../../src/commands/command.ts'
import { COMMANDS } from '../../src/commands/command-line.ts'
import { listOptions } from '../../src/run/option-table.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync(path.join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))]

/** Command lines of a page's shell blocks, without the program's name. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:sh|console)\n([^]*?)^```$/gmu)].map(([, block]) => block!.replaceAll('\\\n', ' '))
  return blocks.flatMap((block) => [...block.matchAll(/^(?:\$ )?(?:npx )?evalharness (.*)$/gmu)].map(([, line]) => line!))
}

/** What a command line has that the program does not know. */
function unknownWords(line: string): string[] {
  const [name, second, ...rest] = line.split('#')[0]!.trim().split(/\s+/u)
  if (name!.startsWith('-') || name === '[options]') return []
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (!command) return [name!]
  const subcommand = command.subcommands?.find((candidate) => candidate.name === second)
  if (command.subcommands && !subcommand && !command.options) return [`${name} ${second}`]
  const words = [...(subcommand || second === undefined ? [] : [second]), ...rest]
  const known = optionNames(subcommand ?? command)
  return words.filter((word) => /^--?[a-z]/iu.test(word) && !known.has(word.split('=')[0]!))
}

function optionNames({ options }: Command): ReadonlySet<string> {
  const names = options ? listOptions(options).flatMap(({ name, facts }) => [name, ...(facts.aliases ?? []), ...(facts.canBeOff ? [`no-${name}`] : [])]) : []
  return new Set(['--help', ...names.map((name) => (name.length === 1 ? `-${name}` : `--${name}`))])
}

test('command lines are found', () => expect(PAGES.flatMap((page) => commandLines(readFileSync(path.join(ROOT, page), 'utf8'))).length).toBeGreaterThan(30))

test.each(PAGES)('%s has only commands and options of the program', (page) => {
  expect(
    commandLines(readFileSync(path.join(ROOT, page), 'utf8')).flatMap((line) => unknownWords(line).map((word) => `${word} in evalharness ${line}`)),
  ).toEqual([])
})

test('an unknown command, subcommand or option is noticed', () => {
  expect(unknownWords('rum --model x')).toEqual(['rum'])
  expect(unknownWords('card wirte a b')).toEqual(['card wirte'])
  expect(unknownWords('run --modle x --limit 3 --no-cache -t piqa')).toEqual(['--modle'])
})
