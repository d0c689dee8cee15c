import { expect, test } from 'vitest'
import { outcomeJson } from '../../src/gate/outcome.ts'
import { failedOutcome, judgement, outcome } from './judged-outcome.ts'

const rest = { files: { baseline: [], candidate: [] }, exitCode: 1 }

test('JSON has the rules and the verdict, or neither and the error', () => {
  expect(outcomeJson({ ...outcome, ...rest })).toEqual({ ...outcome.names, rules: judgement.rules, verdict: 'regressed', notes: outcome.notes, ...rest })
  expect(outcomeJson({ ...failedOutcome, ...rest })).toMatchObject({ rules: [], verdict: null, error: { code: 'STORE' } })
})
