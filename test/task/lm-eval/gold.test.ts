import { expect, test } from 'vitest'
import { answerText, rightChoices } from '../../../src/task/lm-eval/gold.ts'
import { TemplateError } from '../../../src/task/lm-eval/template/template-error.ts'
import { Tuple, type Value } from '../../../src/task/lm-eval/template/values.ts'

const CHOICES = ['no', 'yes']

test.each<[string, Value, number | readonly number[], string]>([
  ['an index', 1n, 1, 'yes'],
  ['a truth value', true, 1, 'yes'],
  ['a text', 'no', 0, 'no'],
  ['a list', [1n, 0n], [1, 0], 'yes'],
  ['a tuple', new Tuple(['yes']), [1], 'yes'],
])('%s as the target', (_, target, right, answer) => {
  expect(rightChoices(target, CHOICES)).toEqual(right)
  expect(answerText(target, CHOICES)).toBe(answer)
})

test.each<[string, Value]>([
  ['an index that is too large', 2n],
  ['a negative index', -1n],
  ['another text', 'maybe'],
  ['nothing', null],
  ['a fraction', 0.5],
])('%s is not a choice', (_, target) => expect(() => rightChoices(target, CHOICES)).toThrow(TemplateError))

test('an answer is any text if there are no choices, but not a number', () => {
  expect(answerText('Paris', undefined)).toBe('Paris')
  expect(() => answerText(0n, undefined)).toThrow('the target 0 is not an answer')
  expect(() => answerText([], CHOICES)).toThrow(TemplateError)
})
