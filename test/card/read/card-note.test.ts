import { expect, test } from 'vitest'
import { noteComment, readNote, type CardNote } from '../../../src/card/read/card-note.ts'
import { readCard } from '../../../src/card/read/read-card.ts'
import { parseProfile } from '../../../src/compare/parse-profile.ts'
import { PROFILES } from '../../../src/compare/status.ts'
import { CardError } from '../../../src/errors.ts'

const inCard = (comment: string) => readNote(readCard(`# Mine\n\n${comment}\n\ntext\n`, 'README.md'))
const OWN = parseProfile(
  JSON.stringify({
    name: 'mine',
    cuts: [
      { name: 'Fine', sign: '', at_least: 0.9 },
      { name: 'Bad', sign: '' },
    ],
  }),
  'mine.yaml',
)

test.each<[string, CardNote]>([
  ['a profile by name', { profile: PROFILES.card, models: ['pruned'] }],
  ['a profile of its own', { profile: OWN, models: [] }],
  ['names that would end the comment', { profile: PROFILES.default, models: ['--> <script>', 'a--b', '<!--'] }],
])('%s is read as it was written', (_, note) => {
  const comment = noteComment(note)
  expect(comment.slice(4, -3)).not.toMatch(/[<>]|--/u)
  expect(inCard(comment)).toEqual(note)
})

test('a card without one has none', () => expect(inCard('<!-- another comment -->')).toBeNull())

test.each(['<!-- evalharness:card {} -->', '<!-- evalharness:card {"profile": "other", "models": []} -->', '<!-- evalharness:card { -->'])(
  '%s cannot be read',
  (comment) => expect(() => inCard(comment)).toThrow(CardError),
)
