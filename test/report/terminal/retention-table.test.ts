/** The retention table, line by line. */
import { expect, test } from 'vitest'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { PROFILES } from '../../../src/compare/status.ts'
import { retentionTable } from '../../../src/report/terminal/retention-table.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../../stored-runs.ts'

const outcomes = (right: number) => Array.from({ length: 20 }, (_, item) => Number(item < right))
const texts = (nats: number) =>
  textTask('wikitext', [
    { logProb: -100 * nats, weight: 100 },
    { logProb: -50 * nats, weight: 50 },
  ])

test('has a line a task and variant, and perplexities as ratios', () => {
  const text = retentionTable(
    compareRuns(storedRun('original', [choiceTask('piqa', outcomes(16), { shotCount: 5 }), texts(3)]), [
      storedRun('pruned', [choiceTask('piqa', outcomes(12), { shotCount: 5 }), texts(4)]),
      storedRun('tuned', [choiceTask('piqa', outcomes(17), { shotCount: 5 })]),
    ]),
  )
  expect(text).toMatch(
    /│ piqa \(5-shot\) │ acc\s+│\s+20 │\s+80\.00 % │ pruned\s+│ 60\.00 % │ −20\.0 \[−53\.0, \+7\.0\] │\s+75\.0 % \[38\.0, 111\.0\] │\s+33 % │\s+4 0 │\s+0\.125 │/u,
  )
  expect(text).toMatch(/│\s+│\s+│\s+│\s+│ tuned\s+│ 85\.00 % │/u)
  expect(text).toMatch(/│ wikitext │ word_perplexity ↓ │\s+20\.0855 │ pruned\s+│ 54\.5982 │ 2\.72× │\s+\+1\.000 │/u)
  expect(text).toMatch(/│\s+│ tuned\s+│\s+– │\s+– │\s+– │/u)
  expect(text).not.toContain('average')
  expect(text).toContain('note: tuned has no wikitext')
})

test('has both averages of a variant with several tasks', () => {
  const tasks = (piqa: number, boolq: number) => [choiceTask('piqa', outcomes(piqa)), choiceTask('boolq', outcomes(boolq))]
  const text = retentionTable(
    compareRuns(storedRun('original', tasks(16, 10)), [storedRun('pruned', tasks(12, 9)), storedRun('tuned', [choiceTask('piqa', outcomes(17))])]),
  )
  expect(text).toContain('pruned, average of 2 tasks: 65.00 % → 52.50 %; retention 82.5 % (mean of ratios), 80.8 % (ratio of means)')
  expect(text).not.toContain('tuned, average')
})

test('marks what is only cited', () => {
  const text = retentionTable(
    compareRuns(citedRun('original', { boolq: ['acc', 0.8309] }), [citedRun('pruned', { boolq: ['acc', 0.6177] })], { profile: PROFILES.card }),
  )
  expect(text).toMatch(/│ 61\.77 % cited │\s+−21\.3 │\s+74\.3 % │\s+−2 % │\s+– │\s+– │ ⚠️ Acceptable │/u)
})

test('is paragraphs if it does not fit', () => {
  const comparison = compareRuns(storedRun('original', [choiceTask('piqa', outcomes(16))]), [storedRun('pruned', [choiceTask('piqa', outcomes(12))])])
  expect(retentionTable(comparison, 200)).toContain('┌')
  const narrow = retentionTable(comparison, 80)
  expect(narrow).toMatch(
    /^piqa acc, 20 items: original 80\.00 %\n {2}pruned: 60\.00 % .*\n {4}retention 75\.0 % \[.*\], over chance 33 %\n {4}points −20\.0 \[−53\.0, \+7\.0\]\n {4}flips − \+ 4 0, p \(Holm\) 0\.125\nnote: intervals of fewer than 100 items are wide/u,
  )
})

test('an average names the tasks on which the variant guesses', () => {
  // Of 400 items with two choices.
  const share = (right: number) => Array.from({ length: 400 }, (_, item) => Number(item < right))
  const tasks = (piqa: number, copa: number) => [choiceTask('piqa', share(piqa)), choiceTask('copa', share(copa))]
  const text = retentionTable(compareRuns(storedRun('original', tasks(320, 300)), [storedRun('pruned', tasks(310, 190))]))
  expect(text).toContain('pruned, average of 2 tasks (near random: copa): 77.50 % → 62.50 %; ')
})
