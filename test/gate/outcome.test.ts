import { expect, test } from 'vitest'
import { outcomeJson, outcomeRecord, type GateOutcome } from '../../src/gate/outcome.ts'
import { failedOutcome, judgement, outcome } from './judged-outcome.ts'

const rest = { files: { baseline: [], candidate: [] }, exitCode: 1 }

test('JSON has the rules and the verdict, or neither and the error', () => {
  expect(outcomeJson({ ...outcome, ...rest })).toEqual({ ...outcome.names, rules: judgement.rules, verdict: 'regressed', notes: outcome.notes, ...rest })
  expect(outcomeJson({ ...failedOutcome, ...rest })).toMatchObject({ rules: [], verdict: null, error: { code: 'STORE' } })
})

test('of drawn items JSON has how many there are and the file that lists them; the record has each', () => {
  const drawing = { seed: 0, drawn: [{ task: 'piqa', itemCount: 3, items: [{ task: 'piqa', docId: 2 }] }] }
  const drawn = { ...outcome, ...rest, drawing, recordFile: 'out/gate.json' } as unknown as GateOutcome
  expect(outcomeJson(drawn)).toMatchObject({ record: 'out/gate.json', drawing: { seed: 0, drawn: [{ task: 'piqa', itemCount: 3, drawnCount: 1 }] } })
  expect(JSON.stringify(outcomeJson(drawn))).not.toContain('docId')
  expect(outcomeRecord(drawn)).toMatchObject({ verdict: 'regressed', drawing })
  expect(outcomeRecord(drawn)).not.toHaveProperty('record')
})
