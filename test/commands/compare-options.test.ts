/** Status profiles of a user's own. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readProfile } from '../../src/commands/compare-options.ts'
import { PROFILES } from '../../src/compare/status.ts'
import { UsageError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const fileOf = (text: string) => {
  const file = path.join(temporaryFolder(), 'profile.yaml')
  writeFileSync(file, text)
  return file
}

test('two are known by name', async () => {
  expect(await readProfile('default')).toBe(PROFILES.default)
  expect(await readProfile('card')).toBe(PROFILES.card)
})

test('a file gives cuts and the rule for chance', async () => {
  const file = fileOf('name: mine\ncuts:\n  - { name: Keep, sign: "✅", at_least: 0.9 }\n  - { name: Reject }\nnear_chance: { name: Broken }\n')
  expect(await readProfile(file)).toEqual({
    name: 'mine',
    by: 'interval',
    cuts: [
      { name: 'Keep', sign: '✅', atLeast: 0.9 },
      { name: 'Reject', sign: '', atLeast: undefined },
    ],
    nearChance: { name: 'Broken', sign: '', chance: 'baseline' },
  })
})

describe('is refused', () => {
  test.each([
    ['no such file', '/no/such.yaml', 'no status profile "/no/such.yaml"'],
    ['no YAML', fileOf('cuts: ['), 'is not YAML'],
    ['no cuts', fileOf('cuts: []'), 'is not a status profile'],
    ['an unknown key', fileOf('cuts: [{ name: A }]\nfoo: 1'), 'foo'],
    ['a cut in the middle without a bound', fileOf('cuts: [{ name: A }, { name: B }]'), 'A lacks at_least'],
    ['a last cut with a bound', fileOf('cuts: [{ name: A, at_least: 0.5 }]'), 'A has at_least'],
    ['cuts in the wrong order', fileOf('cuts: [{ name: A, at_least: 0.5 }, { name: B, at_least: 0.6 }, { name: C }]'), 'B is at_least 0.6, not below'],
  ])('%s', async (_, file, message) => {
    await expect(readProfile(file)).rejects.toThrow(UsageError)
    await expect(readProfile(file)).rejects.toThrow(message)
  })
})
