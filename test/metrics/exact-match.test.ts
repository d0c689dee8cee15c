import { expect, test } from 'vitest'
import { exactMatch } from '../../src/metrics/exact-match.ts'

test('exact_match is a share, under its name in lm-eval', () => {
  expect(exactMatch).toMatchObject({ name: 'exact_match', comparedAs: 'accuracy', higherIsBetter: true, card: { type: 'exact_match', table: 'benchmarks' } })
})
