import { expect, test } from 'vitest'
import { CompareError } from '../../src/errors.ts'
import { judge, judgeOpen } from '../../src/gate/judge.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import { choiceTask, storedRun, withNormalized } from '../stored-runs.ts'

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

test('a rule without a metric is about the main one, also beside a rule that names another', () => {
  const run = (label: string, normalized: readonly number[]) =>
    storedRun(label, [withNormalized(choiceTask('piqa', right), normalized), choiceTask('boolq', right)])
  const runs = {
    baseline: run('main', right),
    candidate: run(
      'next',
      right.map((_, index) => index % 2),
    ),
    alpha,
    policyName: 'gate.yaml',
  }
  const judged = (text: string) => judgeOpen({ ...runs, policy: parsePolicy(text, 'gate.yaml').limits })
  for (const boolq of ['min_retention: 0.5', 'metric: acc, min_retention: 0.5']) {
    const { judgement, exitCode } = judged(`tasks: { piqa: { min_retention: 0.9 }, boolq: { ${boolq} } }`)
    expect(judgement!.rules[0]).toMatchObject({ metric: 'acc_norm', value: 0.5, verdict: 'regressed' })
    expect(exitCode).toBe(1)
  }
  expect(judged('tasks: { piqa: { metric: acc, min_retention: 0.9 } }').judgement!.rules[0]).toMatchObject({ metric: 'acc', verdict: 'passed' })
})

test('runs that cannot be compared fail with a hint for the gate', () => {
  expect(() => judgeOpen(gate(right, { version: '2' }))).toThrow(CompareError)
  expect(() => judgeOpen(gate(right, { version: '2' }))).toThrow(expect.objectContaining({ hint: expect.stringContaining('bless another baseline') }))
})

test('a policy file that does not exist is named', async () => {
  await expect(judge({ baseline: 'a', candidate: 'b', policy: '/no/gate.yaml' })).rejects.toThrow('cannot read the policy /no/gate.yaml')
})
