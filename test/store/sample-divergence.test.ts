import { expect, test } from 'vitest'
import { readDivergence, storedDivergence } from '../../src/store/sample-divergence.ts'

const DIVERGENCE = { kl: [0.25, 1e-7], isSameTop: [true, false], original: [-1], variant: [-1.5], choices: 0.125 }

test('what is written is read again', () => {
  const stored = storedDivergence(DIVERGENCE)
  expect(stored).toEqual({ kl: [0.25, 1e-7], same_top: '10', original_log_probs: [-1], log_probs: [-1.5], choices: 0.125 })
  expect(readDivergence(JSON.parse(JSON.stringify(stored)))).toEqual(DIVERGENCE)
})

test.each([undefined, null, {}, { ...storedDivergence(DIVERGENCE), same_top: '1' }, { ...storedDivergence(DIVERGENCE), log_probs: [] }])(
  '%j is not a divergence',
  (stored) => expect(readDivergence(stored)).toBeUndefined(),
)
