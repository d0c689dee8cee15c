import { expect, test } from 'vitest'
import { entriesOf } from '../../src/compare/entries.ts'
import { kindNotes, nothingInCommon, problemNotes, sampleNotes } from '../../src/compare/uncompared.ts'
import { choiceTask, citedRun, storedRun } from '../stored-runs.ts'

const entry = (changes: object) => entriesOf(storedRun('a', [choiceTask('piqa', [1], changes)]))[0]!

test('an entry with neither accuracy nor perplexity is noted', () => {
  const bleu = entry({ scores: [{ metric: 'bleu', value: 3, standardError: null }] })
  expect(kindNotes(bleu, [])).toEqual(['piqa is left out: bleu is neither accuracy nor perplexity'])
  expect(kindNotes(bleu, ['bleu'])).toEqual([])
})

test('problems are noted of metrics that are shown, or would be', () => {
  const problems = { acc: 'not paired', acc_norm: 'N/A', bleu: 'N/A' }
  expect(problemNotes(entry({ problems }), ['acc'], 'a')).toEqual(['a, piqa acc: not paired', 'a, piqa acc_norm: N/A'])
})

test('missing samples are noted of measured runs only', () => {
  const run = storedRun('a', [choiceTask('piqa', [1], { items: null })])
  expect(sampleNotes(entriesOf(run), run)).toEqual(['a has no samples of piqa: items are not paired'])
  const cited = citedRun('card', { piqa: ['acc', 0.5] })
  expect(sampleNotes(entriesOf(cited), cited)).toEqual([])
})

test('runs of the same task without a common figure list their figures', () => {
  const [a, b] = [citedRun('a', { piqa: ['acc', 0.5] }), citedRun('b', { piqa: ['bleu', 3] })]
  expect(nothingInCommon(a, b, { entriesOf, parts: ['piqa'] })).toMatchObject({
    code: 'COMPARE',
    message: 'a and b have no figure in common:\n  a has piqa (acc)\n  b has piqa (bleu)',
    hint: expect.stringMatching(/^Accuracies, /u),
  })
  const c = citedRun('c', { boolq: ['acc', 0.5] })
  expect(nothingInCommon(a, c, { entriesOf, parts: [] }).hint).toBe('Give runs of the same tasks.')
  expect(nothingInCommon(a, c, { entriesOf, parts: ['mmlu_stem'] }).hint).toBe('Both have mmlu_stem: give --subsets, or --tasks with one of these.')
})
