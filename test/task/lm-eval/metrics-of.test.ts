import { expect, test } from 'vitest'
import { metricsOf } from '../../../src/task/lm-eval/metrics-of.ts'
import { TaskRefused } from '../../../src/task/lm-eval/task-refused.ts'

test.each([
  ['multiple_choice', undefined, ['acc', 'acc_norm']],
  ['multiple_choice', null, ['acc', 'acc_norm']],
  ['multiple_choice', [{ metric: 'acc', aggregation: 'mean' }, { metric: 'mcc' }], ['acc', 'mcc']],
  ['loglikelihood', undefined, ['perplexity', 'acc']],
  ['loglikelihood_rolling', undefined, ['word_perplexity', 'byte_perplexity', 'bits_per_byte']],
] as const)('%s with metric_list %j', (type, given, metrics) => expect(metricsOf(type, given)).toEqual(metrics))

test.each([
  ['multiple_choice', [], 'is not a list of metrics'],
  ['multiple_choice', 'acc', 'is not a list of metrics'],
  ['multiple_choice', [{ metric: 'bleu' }], 'the metric bleu is not computed for multiple_choice'],
  ['multiple_choice', [{ metric: 'mc2' }], 'the metric mc2 is not computed for multiple_choice'],
  ['loglikelihood', [{ metric: 'acc_norm' }], 'the metric acc_norm is not computed for loglikelihood'],
  ['multiple_choice', [{ metric: 'acc', aggregation: 'median' }], 'acc: the aggregation median is not supported'],
  ['multiple_choice', ['acc'], 'the metric of a function is not computed'],
] as const)('%s with metric_list %j is refused', (type, given, message) => {
  expect(() => metricsOf(type, given)).toThrow(TaskRefused)
  expect(() => metricsOf(type, given)).toThrow(message)
})
