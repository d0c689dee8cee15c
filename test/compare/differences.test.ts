/** Scores that cannot be compared, with the field that differs. */
import { describe, expect, test } from 'vitest'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { CompareError } from '../../src/errors.ts'
import type { StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, storedRun, textTask } from '../stored-runs.ts'

const OUTCOMES = [1, 1, 0, 1, 0, 1, 1, 1, 0, 1]

describe('is refused, with the field that differs', () => {
  const base = choiceTask('piqa', OUTCOMES)
  const other = (changes: Partial<StoredTask>) => () => compareRuns(storedRun('a', [base]), [storedRun('b', [{ ...base, ...changes }])])

  test.each<[string, Partial<StoredTask>, string]>([
    ['version', { version: '2' }, 'piqa: version 1 against 2 in b'],
    ['shots', { shotCount: 5 }, 'piqa: shots 0 against 5 in b'],
    ['split', { rowCount: 1838 }, 'piqa: rows of the split 10 against 1838 in b'],
    ['metric', { scores: [{ metric: 'f1', value: 1, standardError: null }] }, 'piqa: no metric in common: acc against f1 in b'],
    ['number of items', choiceTask('piqa', OUTCOMES.slice(0, 8), { rowCount: 10 }), 'piqa: 2 items are only in a or only in b'],
    [
      'template',
      { items: base.items!.map((item) => ({ ...item, promptHash: `other ${item.docId}` })) },
      'row 0 of piqa has another prompt: the template or the shots differ',
    ],
    ['right answers', { items: base.items!.map((item) => ({ ...item, targetHash: 'other' })) }, 'row 0 of piqa has another right answer: the datasets differ'],
  ])('%s', (_, changes, message) => {
    expect(other(changes)).toThrow(CompareError)
    expect(other(changes)).toThrow(message)
  })

  test('another tokenizer, if a figure is per token and only then', () => {
    const run = (label: string, metric: string, tokenizerHash: string) => {
      const task = textTask('wikipedia', [{ logProb: -30, weight: 10 }])
      const own = {
        ...task,
        scores: [{ metric, value: Math.exp(3), standardError: null }],
        items: task.items!.map((item) => ({ ...item, values: { [metric]: { logProb: -30, weight: 10 } } })),
      }
      const made = storedRun(label, [own])
      return { ...made, model: { ...made.model, tokenizerHash } }
    }
    const compare = (metric: string) => () => compareRuns(run('a', metric, 'x'), [run('b', metric, 'y')])
    expect(compare('token_perplexity')).toThrow('wikipedia: token_perplexity is a figure per token, and b has another tokenizer')
    expect(compare('word_perplexity')).not.toThrow()
  })

  test('versions written as 1.0 and 1 are the same', () => expect(other({ version: '1.0' })).not.toThrow())

  test('a task that is not there, and runs without one in common', () => {
    expect(() => compareRuns(storedRun('a', [base]), [storedRun('b', [base])], { tasks: ['mmlu'] })).toThrow('a has no task "mmlu"')
    expect(() => compareRuns(storedRun('a', []), [storedRun('b', [base])])).toThrow(
      /^a and b have no task in common:\n {2}a has none\n {2}b has piqa \(acc\)$/u,
    )
  })
})
