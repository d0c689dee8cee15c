import { expect, test } from 'vitest'
import { scoreOf } from '../../src/compare/line-input.ts'
import { entriesOf } from '../../src/compare/entries.ts'
import { citedRun } from '../stored-runs.ts'

test('a score has the kind of its run; another metric has none', () => {
  const run = citedRun('card', { piqa: ['acc', 0.8] })
  const [piqa] = entriesOf(run)
  expect(scoreOf(piqa!, 'acc', run)).toEqual({ value: 0.8, standardError: null, provenance: 'cited' })
  expect(scoreOf(piqa!, 'acc_norm', run)).toBeNull()
})
