import { describe, expect, test } from 'vitest'
import { GateError } from '../../src/errors.ts'
import { parsePolicy } from '../../src/gate/policy.ts'

describe('a policy', () => {
  test('has shares or percentages', () => {
    expect(
      parsePolicy(
        'tasks:\n  piqa: { min_retention: 95%, max_drop_points: 3 }\n  wikitext: { max_perplexity_ratio: 1.1, metric: word_perplexity }\n',
        'gate.yaml',
      ),
    ).toEqual({
      alpha: 0.05,
      limits: new Map([
        ['piqa', { metric: undefined, minRetention: 0.95, maxDropPoints: 3, maxPerplexityRatio: undefined }],
        ['wikitext', { metric: 'word_perplexity', minRetention: undefined, maxDropPoints: undefined, maxPerplexityRatio: 1.1 }],
      ]),
    })
    expect(parsePolicy('{ alpha: 0.01, tasks: { piqa: { min_retention: 1 } } }', 'gate.yaml').alpha).toBe(0.01)
  })

  test.each([
    ['no YAML', 'tasks: [', 'is not YAML'],
    ['a task twice', 'tasks:\n  piqa: { min_retention: 1 }\n  piqa: { min_retention: 1 }', 'line 3'],
    ['nothing', '', 'gate.yaml is empty'],
    ['a comment alone', '# limits', 'gate.yaml is empty'],
    ['no tasks', 'tasks: {}', 'no task'],
    ['an unknown key', 'tasks: { piqa: { min_retenion: 0.9 } }', 'min_retenion'],
    ['a task without a limit', 'tasks: { piqa: { metric: acc } }', 'no limit'],
    ['a percentage without its sign', 'tasks: { piqa: { min_retention: 95 } }', 'for 95 % write 0.95 or 95%'],
    ['a share that is a word', 'tasks: { piqa: { min_retention: most } }', 'tasks.piqa.min_retention'],
    ['a share that is a word', 'tasks: { piqa: { min_retention: most } }', 'neither a share such as 0.95 nor a percentage such as 95%'],
    ['a share of 0', 'tasks: { piqa: { min_retention: 0 } }', 'not above 0'],
    ['0 percent', 'tasks: { piqa: { min_top1_agreement: 0% } }', 'not above 0'],
    ['a negative drop', 'tasks: { piqa: { max_drop_points: -1 } }', 'max_drop_points'],
    ['a ratio below 1', 'tasks: { wikitext: { max_perplexity_ratio: 0.9 } }', 'max_perplexity_ratio'],
  ])('is refused: %s', (_, text, message) => {
    expect(() => parsePolicy(text, 'gate.yaml')).toThrow(GateError)
    expect(() => parsePolicy(text, 'gate.yaml')).toThrow(message)
  })
})

test('a key that is nearly right is named, with an example', () => {
  const hint = 'Did you mean min_retention? Write for example: tasks: { piqa: { min_retention: 0.95 } } (docs/gate.md).'
  expect(() => parsePolicy('tasks: { piqa: { min_retenion: 0.9 } }', 'gate.yaml')).toThrow(expect.objectContaining({ hint }))
})

describe('a policy from untrusted input', () => {
  test.each([
    ['lists in lists', `tasks:\n  piqa: ${'['.repeat(20_000)}`],
    ['a value that holds itself', 'tasks: &a\n  piqa: *a\n'],
    ['keys of every object', 'tasks: { __proto__: { min_retention: 1 } }\n'],
    ['a percentage that is long', `tasks: { piqa: { min_retention: "${'0'.repeat(100_000)}x%" } }`],
  ])('%s is a GateError', (_, text) => expect(() => parsePolicy(text, 'gate.yaml')).toThrow(GateError))
})
