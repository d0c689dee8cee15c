import { expect, test } from 'vitest'
import { chanceNotes } from '../../src/gate/chance-notes.ts'
import type { RuleKind } from '../../src/gate/rule-requests.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../stored-runs.ts'

const rule = (task: string, kind: RuleKind = 'min_retention', metric = 'acc') => ({ task, kind, metric })
/** Of two choices, `right` of 40 items are right. */
const scored = (right: number) =>
  storedRun('base', [
    choiceTask(
      'piqa',
      Array.from({ length: 40 }, (_, index) => Number(index < right)),
    ),
  ])

test('a baseline that guesses, or does worse, has a note for all rules of a task; one above chance has none', () => {
  const [guessing, worse, better] = [scored(20), scored(16), scored(28)].map((run) => chanceNotes(run, [rule('piqa'), rule('piqa', 'max_drop_points')]))
  expect(guessing).toEqual(['piqa: the baseline’s acc of 50.00 % is not above guessing (50.00 %), so verdicts on it say nothing about what was kept'])
  expect(worse).toEqual([expect.stringContaining('acc of 40.00 % is not above guessing (50.00 %)')])
  expect(better).toEqual([])
})

test('one whose items do not show that it is above chance has a note too', () => {
  expect(chanceNotes(scored(25), [rule('piqa')])).toEqual([
    'piqa: the baseline’s acc of 62.50 % on 40 items may be guessing (50.00 %), so verdicts on it may say nothing about what was kept',
  ])
  expect(chanceNotes(scored(27), [rule('piqa')])).toEqual([])
})

test('the most frequent of two classes is guessing too', () => {
  const cited = citedRun('base', { boolq: ['acc', 0.55] })
  expect(chanceNotes(cited, [rule('boolq')])).toEqual([expect.stringContaining('55.00 % is not above guessing (62.17 %)')])
})

test('perplexities, divergences and tasks that the baseline lacks have none', () => {
  const run = storedRun('base', [textTask('wikitext', [{ logProb: -10, weight: 3 }])])
  expect(chanceNotes(run, [rule('wikitext', 'max_perplexity_ratio', 'word_perplexity'), rule('wikitext', 'max_mean_kl'), rule('piqa')])).toEqual([])
})
