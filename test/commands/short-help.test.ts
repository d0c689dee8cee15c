import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/commands/command-line.ts'
import { scopeText, shortHelp } from '../../src/commands/short-help.ts'

test('README says the same of what is scored and what is not', () => {
  const readme = readFileSync('README.md', 'utf8').replaceAll(/\s+/gu, ' ')
  for (const line of scopeText().slice(0, 2)) expect(readme).toContain(line.replace(/:.*/u, ''))
})

test('the commands that it shows are commands', () => {
  const shown = [...shortHelp(80).matchAll(/^ {2}evalharness ([a-z]+)/gmu)].map(([, name]) => name)
  expect(shown.length).toBeGreaterThan(2)
  const known = COMMANDS.map(({ name }) => name)
  expect(shown.filter((name) => !known.includes(name!))).toEqual([])
})

test('it fits the terminal', () => {
  for (const columns of [80, 110])
    expect(
      Math.max(
        ...shortHelp(columns)
          .split('\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(columns)
})
