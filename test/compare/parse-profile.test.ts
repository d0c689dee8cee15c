import { expect, test } from 'vitest'
import { parseProfile, profileFields } from '../../src/compare/parse-profile.ts'
import { PROFILES } from '../../src/compare/status.ts'

const CUTS = 'cuts: [{ name: Good, sign: "+", at_least: 0.9 }, { name: Bad }]'

test('a profile has the name of its file, and looks at the interval, unless it says otherwise', () => {
  expect(parseProfile(CUTS, 'p.yaml')).toEqual({
    name: 'p.yaml',
    by: 'interval',
    cuts: [
      { name: 'Good', sign: '+', atLeast: 0.9 },
      { name: 'Bad', sign: '', atLeast: undefined },
    ],
    nearChance: null,
  })
})

test.each(Object.values(PROFILES))('the fields of profile $name give the same profile', (profile) => {
  expect(parseProfile(JSON.stringify(profileFields(profile)), 'x')).toEqual(profile)
})

test.each([
  ['cuts: [', 'p.yaml is not YAML'],
  ['cuts: []', 'p.yaml is not a status profile'],
  ['cuts: [{ name: A }, { name: B }]', 'p.yaml: A lacks at_least'],
  ['cuts: [{ name: A, at_least: 1 }]', 'p.yaml: A has at_least'],
  ['cuts: [{ name: A, at_least: 0.5 }, { name: B, at_least: 0.6 }, { name: C }]', 'p.yaml: B is at_least 0.6, not below the cut before it'],
])('%s: %s', (text, message) => expect(() => parseProfile(text, 'p.yaml')).toThrow(message))
