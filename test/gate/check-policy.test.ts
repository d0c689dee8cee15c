import { describe, expect, test } from 'vitest'
import { GateError } from '../../src/errors.ts'
import { checkPolicy } from '../../src/gate/check-policy.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import { choiceTask, storedRun, textTask } from '../stored-runs.ts'

describe('a policy that names what no run has is refused', () => {
  const runs = [storedRun('a', [choiceTask('piqa', [1, 0]), textTask('wikitext', [{ logProb: -3, weight: 1 }])]), storedRun('b', [choiceTask('boolq', [1])])]
  const check = (policy: string) => checkPolicy(parsePolicy(`tasks: ${policy}`, 'gate.yaml').limits, runs, 'gate.yaml')
  test.each([
    ['a task', '{ piqqa: { min_retention: 0.9 } }', 'gate.yaml: no run has a task "piqqa"', 'Did you mean piqa? The runs have: piqa, wikitext, boolq.'],
    ['a metric', '{ piqa: { metric: ac, min_retention: 0.9 } }', 'gate.yaml: piqa has no metric "ac"', 'Did you mean acc? It has: acc.'],
    [
      'another kind',
      '{ wikitext: { max_drop_points: 1 } }',
      'max_drop_points needs an accuracy, wikitext has word_perplexity',
      'max_perplexity_ratio is for perplexities',
    ],
    ['the reverse', '{ piqa: { metric: acc, max_perplexity_ratio: 1.1 } }', 'max_perplexity_ratio needs a perplexity, acc of piqa is not one', 'accuracies'],
  ])('%s', (_, policy, message, hint) => {
    expect(() => check(policy)).toThrow(GateError)
    expect(() => check(policy)).toThrow(message)
    expect(() => check(policy)).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }))
  })
  test('a task that was not read is among the names', () => {
    const run = { ...storedRun('a', [choiceTask('piqa', [1])]), unread: ['mine'] }
    const wrong = parsePolicy('tasks: { mien: { min_retention: 0.9 } }', 'gate.yaml').limits
    expect(() => checkPolicy(wrong, [run], 'gate.yaml')).toThrow(expect.objectContaining({ hint: 'Did you mean mine? The runs have: piqa, mine.' }))
  })
  test('a task that one run has is for the judgement to tell', () => expect(() => check('{ boolq: { min_retention: 0.9 } }')).not.toThrow())
})
