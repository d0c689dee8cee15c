import { expect, test } from 'vitest'
import { CompareError } from '../../src/errors.ts'
import { judge, judgeOpen } from '../../src/gate/judge.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import { choiceTask, storedRun } from '../stored-runs.ts'

const right = Array.from({ length: 200 }, () => 1)
const { limits: policy, alpha } = parsePolicy('tasks: { piqa: { min_retention: 0.9 } }', 'gate.yaml')
const gate = (candidate: readonly number[], changes = {}) => ({
  baseline: storedRun('main', [choiceTask('piqa', right), choiceTask('boolq', [1])]),
  candidate: storedRun('next', [choiceTask('piqa', candidate, changes)]),
  policy,
  alpha,
  policyName: 'gate.yaml',
})

test('only the tasks of the policy are compared, and the exit code is that of the verdict', () => {
  expect(judgeOpen(gate(right))).toMatchObject({ names: { baseline: 'main', candidate: 'next' }, judgement: { verdict: 'passed' }, notes: [], exitCode: 0 })
  expect(judgeOpen(gate(right.map(() => 0)))).toMatchObject({ judgement: { verdict: 'regressed' }, exitCode: 1 })
})

test('runs that cannot be compared fail with a hint for the gate', () => {
  expect(() => judgeOpen(gate(right, { version: '2' }))).toThrow(CompareError)
  expect(() => judgeOpen(gate(right, { version: '2' }))).toThrow(expect.objectContaining({ hint: expect.stringContaining('bless another baseline') }))
})

test('a policy file that does not exist is named', async () => {
  await expect(judge({ baseline: 'a', candidate: 'b', policy: '/no/gate.yaml' })).rejects.toThrow('cannot read the policy /no/gate.yaml')
})
