import { expect, test } from 'vitest'
import { accuracyMetrics, itemCountOf, itemsOf, perplexityMetrics, selectEntries, splitCountOf } from '../../src/compare/entries.ts'
import { choiceTask, citedRun, storedRun } from '../stored-runs.ts'

const group = (name: string, members: readonly string[]) => ({ name, version: '1', shotCount: 5, scores: [], members })
const run = storedRun('a', [choiceTask('law', [1, 0]), choiceTask('logic', [1]), choiceTask('piqa', [1])], {
  groups: [group('mmlu', ['law', 'logic']), group('mmlu_humanities', ['law'])],
})
const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name)

test('each task is taken once: in its largest group', () => {
  expect(names(selectEntries(run, {}))).toEqual(['piqa', 'mmlu'])
  expect(names(selectEntries(run, { subsets: true }))).toEqual(['law', 'logic', 'piqa', 'mmlu', 'mmlu_humanities'])
})

test('named entries are taken as they are named; another name is refused', () => {
  expect(names(selectEntries(run, { tasks: ['logic'] }))).toEqual(['logic'])
  expect(names(selectEntries(run, { tasks: ['l*', 'pi?a', 'law'] }))).toEqual(['law', 'logic', 'piqa'])
  expect(names(selectEntries(run, { tasks: ['mmlu', 'law'], subsets: true }))).toEqual(['law', 'logic', 'mmlu_humanities', 'mmlu'])
  expect(names(selectEntries(run, { tasks: ['piqa', 'mmlu_humanities'], subsets: true }))).toEqual(['piqa', 'law', 'mmlu_humanities'])
  expect(() => selectEntries(run, { tasks: ['boolq'] })).toThrow(expect.objectContaining({ code: 'COMPARE', message: 'a has no task "boolq"' }))
  expect(() => selectEntries(run, { tasks: ['piqqa'] })).toThrow(expect.objectContaining({ hint: expect.stringMatching(/^Did you mean piqa\? It has: /u) }))
})

test('an error names what was left out when the run was read', () => {
  const damaged = { ...run, notes: ['results_2.json, an earlier run, is left out: not JSON'] }
  expect(() => selectEntries(damaged, { tasks: ['boolq'] })).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/ a: results_2\.json, an earlier run, is left out: not JSON\.$/u) }),
  )
})

test('a group has the items and the counts of its members', () => {
  const [mmlu] = selectEntries(run, { tasks: ['mmlu'] })
  expect([itemsOf(mmlu!)!.length, itemCountOf(mmlu!), splitCountOf(mmlu!)]).toEqual([3, 3, 3])
})

test('a cited score is of the published split, as far as it is known', () => {
  const entries = selectEntries(citedRun('card', { piqa: ['acc_norm', 0.8], mine: ['acc', 0.5] }), {})
  expect(entries.map((entry) => [itemCountOf(entry), itemsOf(entry)])).toEqual([
    [1838, null],
    [null, null],
  ])
})

test('the accuracy of a benchmark is its main metric, of another task the usual one', () => {
  const scores = ['acc', 'acc_norm', 'word_perplexity', 'bleu'].map((metric) => ({ metric, value: 0.5, standardError: null }))
  const entry = (name: string) => ({ name, version: null, shotCount: null, scores, strata: [] })
  expect([accuracyMetrics(entry('boolq'), false), accuracyMetrics(entry('mine'), false)]).toEqual([['acc'], ['acc_norm']])
  expect(accuracyMetrics(entry('boolq'), true)).toEqual(['acc', 'acc_norm'])
  expect(perplexityMetrics(entry('mine'))).toEqual(['word_perplexity'])
})
