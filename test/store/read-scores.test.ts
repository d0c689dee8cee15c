import { expect, test } from 'vitest'
import { figuresOf, readScores } from '../../src/store/read-scores.ts'
import type { ResultsFile } from '../../src/store/results-file.ts'

const file = (figures: object, fields: object = {}) => ({ results: { t: figures }, ...fields }) as unknown as ResultsFile

test('keys are metric and filter; the first of several filters is taken, with its standard error', () => {
  const { scores } = readScores('t', file({ 'acc,strict': 0.5, 'acc_stderr,strict': 0.1, 'acc,flexible': 0.7, alias: 't' }))
  expect(scores).toEqual([{ metric: 'acc', value: 0.5, standardError: 0.1, filter: 'strict', aggregation: undefined }])
})

test('"N/A" is not a standard error', () => expect(readScores('t', file({ 'acc,none': 0.5, 'acc_stderr,none': 'N/A' })).scores[0]!.standardError).toBeNull())

test.each<[string, object, object, string]>([
  ['a text', { 'acc,none': 'N/A' }, {}, '"N/A" in the results file is not a number'],
  ['an accuracy beyond 1', { 'acc,none': 64 }, {}, '64 is not a share from 0 to 1'],
  ['an error rate', { 'acc,none': 0.5 }, { higher_is_better: { t: { acc: false } } }, 'it is an error rate here (higher_is_better: false), not an accuracy'],
  [
    'a perplexity of which more is better',
    { 'perplexity,none': 3 },
    { higher_is_better: { t: { perplexity: true } } },
    'more is better here (higher_is_better: true), so it is not a perplexity',
  ],
])('%s is left out, with the reason', (_, figures, fields, problem) => {
  const { scores, problems } = readScores('t', file(figures, fields))
  expect({ scores, problems: Object.values(problems) }).toEqual({ scores: [], problems: [problem] })
})

test('a task’s version is text, and its aggregation that of its configuration', () => {
  const fields = { versions: { t: 1 }, 'n-shot': { t: 5 }, configs: { t: { metric_list: [{ metric: 'f1', aggregation: 'f1' }] } } }
  expect(figuresOf('t', file({ 'f1,none': 0.5 }, fields))).toMatchObject({ version: '1', shotCount: 5, scores: [{ aggregation: 'f1' }] })
})
