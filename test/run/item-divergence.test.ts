import { expect, test } from 'vitest'
import { choicesDivergence } from '../../src/metrics/divergence/item-divergence.ts'
import { itemDivergence } from '../../src/run/item-divergence.ts'

const divergence = (input: number[], targets: number[], kl: number[]) => ({
  sequence: { input: Int32Array.from(input), targets: Int32Array.from(targets) },
  kl: Float32Array.from(kl),
  isSameTop: kl.map((value) => value < 0.3),
  original: Float32Array.from(targets, (token) => -token),
  variant: Float32Array.from(targets, (token) => -token - 0.5),
})
const FIELDS = { task: 'made', docId: 0, doc: {}, target: '1' } as const
const REQUEST = { kind: 'continuation', context: 'c', continuation: ' d' } as const

test('choices share the position before their first token; right tokens are those of the gold choice; requests without context count nowhere', () => {
  const item = { ...FIELDS, kind: 'choice', choices: ['a', 'b'], gold: [1], requests: [REQUEST, REQUEST] } as const
  const choices = [divergence([1, 2, 7], [7, 8], [0.25, 0.5]), divergence([1, 2], [9], [0.25])]
  const without = [divergence([0, 7], [7, 8], [4, 4]), divergence([0], [9], [4])]
  const found = itemDivergence(
    item,
    [...choices, ...without].map((each) => [each]),
  )
  expect(found).toEqual({
    kl: [0.25, 0.5],
    isSameTop: [true, false],
    original: [-9],
    variant: [-9.5],
    choices: Number(choicesDivergence([-15, -9], [-16, -9.5]).toPrecision(7)),
  })
})

test('a whole text has all positions of all its windows', () => {
  const item = { ...FIELDS, kind: 'rolling', referenceText: '', requests: [{ kind: 'rolling', text: 'c d' }] } as const
  const window = divergence([1, 2], [2, 3], [0.125, 1 / 3])
  expect(itemDivergence(item, [[window, window]])).toMatchObject({
    kl: [0.125, 0.3333333, 0.125, 0.3333333],
    original: [-2, -3, -2, -3],
    choices: null,
  })
})
