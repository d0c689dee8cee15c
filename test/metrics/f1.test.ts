import { expect, test } from 'vitest'
import { f1 } from '../../src/metrics/f1.ts'

test('f1 is a share, under its name in lm-eval', () => {
  expect(f1).toMatchObject({ name: 'f1', comparedAs: 'accuracy', higherIsBetter: true, card: { type: 'f1', table: 'benchmarks' } })
})
