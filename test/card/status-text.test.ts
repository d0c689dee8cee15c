import { expect, test } from 'vitest'
import { profileText, statusText, useText } from '../../src/card/status-text.ts'
import { PROFILES, TOO_FEW_ITEMS } from '../../src/compare/status.ts'

test('a status has its sign first, if it has one', () => {
  expect([statusText({ sign: '✅', name: 'Good' }), statusText({ sign: '', name: 'Good' })]).toEqual(['✅ Good', 'Good'])
})

test('a model is recommended with what it retains, unless chance explains its score or items are too few', () => {
  const { nearChance } = PROFILES.default
  const { sign, name } = nearChance!
  expect(useText({ sign: '✅', name: 'Good' }, '82.6%', PROFILES.default)).toBe('✅ Good (82.6% retained)')
  expect(useText({ sign, name }, '52.0%', PROFILES.default)).toBe(`${sign} Not recommended`)
  expect(useText(TOO_FEW_ITEMS, '82.6%', PROFILES.default)).toBe(statusText(TOO_FEW_ITEMS))
})

test('a profile is a sentence with its cuts', () => {
  const profile = {
    name: 'mine',
    by: 'point',
    cuts: [
      { name: 'Good', sign: '', atLeast: 0.9 },
      { name: 'Bad', sign: '' },
    ],
    nearChance: null,
  } as const
  expect(profileText(profile as unknown as Parameters<typeof profileText>[0])).toBe('Status profile mine, by the retention alone: Good from 90 %, Bad below.')
})
