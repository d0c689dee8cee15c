/** docs/cli.md is made from the tables of options. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { cliPage } from '../../scripts/docs/cli-page.ts'
import { COMMANDS } from '../../src/commands/command-line.ts'

const page = readFileSync(path.join(import.meta.dirname, '../../docs/cli.md'), 'utf8')

test('docs/cli.md is what `npm run docs` writes', () => expect(page).toBe(cliPage(COMMANDS)))

test('it has every command, and lines that fit a screen', () => {
  for (const name of ['run', 'compare', 'gate', 'gate bless', 'card write', 'card verify', 'prune laco', 'prune drop', 'cache ls', 'doctor'])
    expect(page).toContain(`\n## evalharness ${name}\n`)
  expect(page.split('\n').filter((line) => line.length > 100 && !line.startsWith('evalharness '))).toEqual([])
})
