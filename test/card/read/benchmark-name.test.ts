import { expect, test } from 'vitest'
import { isKnownBenchmark, isSameTask, shotsOf, taskOf, withoutShots } from '../../../src/card/read/benchmark-name.ts'

test.each([
  ['MMLU (5-shot)', 'mmlu'],
  ['Hella Swag', 'hellaswag'],
  ['cais/mmlu', 'mmlu'],
  ['PIQA acc_norm', 'piqa'],
  ['BoolQ, 0 shots', 'boolq'],
  ['MMLU-Pro', 'mmlu-pro'],
  ['CMMLU', 'cmmlu'],
])('%s is the task %s', (name, task) => expect(taskOf(name)).toBe(task))

test.each([
  ['MMLU (5-shot)', 5],
  ['25 shots ARC', 25],
  ['MMLU', null],
])('%s has %s shots', (name, shots) => expect(shotsOf(name)).toBe(shots))

test('names of one benchmark are the same whatever they are followed by', () => {
  expect(isSameTask({ name: 'MMLU (5-shot)', task: 'mmlu' }, 'mmlu')).toBe(true)
  expect(isSameTask({ name: 'My `Bench`', task: 'my bench' }, 'my  bench')).toBe(true)
  expect(isSameTask({ name: 'MMLU', task: 'mmlu' }, 'MMLU-Pro')).toBe(false)
  expect(withoutShots('MMLU (5-shot)')).toBe('MMLU')
})

test('benchmarks with choices are known, texts are not', () => expect(['piqa', 'wikitext', 'constructor'].map(isKnownBenchmark)).toEqual([true, false, false]))
