import { expect, test } from 'vitest'
import { CHOICE_METRIC_NAMES, mainAccuracy, metricOf, ROLLING_METRIC_NAMES } from '../../src/metrics/registry.ts'

test.each([...CHOICE_METRIC_NAMES, ...ROLLING_METRIC_NAMES, 'exact_match', 'f1', 'perplexity'])('%s is found by its name', (name) => {
  expect(metricOf(name).name).toBe(name)
})

test.each([
  ['acc', 'accuracy', true],
  ['acc_all', 'accuracy', true],
  ['exact_match', 'accuracy', true],
  ['f1', 'accuracy', true],
  ['word_perplexity', 'perplexity', false],
  ['bits_per_byte', 'perplexity', false],
  ['perplexity', 'perplexity', false],
  ['bleu', null, null],
  ['__proto__', null, null],
  ['constructor', null, null],
])('%s is compared as %s', (name, comparedAs, higherIsBetter) => {
  expect(metricOf(name)).toMatchObject({ name, comparedAs, higherIsBetter })
})

test.each([
  [['acc', 'acc_norm'], 'acc_norm'],
  [['exact_match', 'acc'], 'acc'],
  [['bleu', 'f1', 'exact_match'], 'f1'],
  [['word_perplexity'], null],
])('a benchmark with %j is reported by %s', (names, main) => {
  expect(mainAccuracy(names)).toBe(main)
})
