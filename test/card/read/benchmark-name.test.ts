import { expect, test } from 'vitest'
import { isKnownBenchmark, isSameTask, shotsOf, taskOf, withoutShots } from '../../../src/card/read/benchmark-name.ts'
import { benchmarkName } from '../../../src/card/write/benchmark-title.ts'
import { BUILT_IN_TASKS } from '../../../src/task/built-in-tasks.ts'

test.each([
  ['MMLU (5-shot)', 'mmlu'],
  ['Hella Swag', 'hellaswag'],
  ['cais/mmlu', 'mmlu'],
  ['PIQA acc_norm', 'piqa'],
  ['BoolQ, 0 shots', 'boolq'],
  ['MMLU-Pro', 'mmlu-pro'],
  ['CMMLU', 'cmmlu'],
  ['ARC-Easy (25-shot)', 'arc_easy'],
  ['ARC challenge, acc_norm', 'arc_challenge'],
  ['TruthfulQA MC2', 'truthfulqa_mc2'],
  ['EleutherAI/lambada_openai', 'lambada_openai'],
  ['ARC', 'arc'],
])('%s is the task %s', (name, task) => expect(taskOf(name)).toBe(task))

test.each([...BUILT_IN_TASKS.keys()])('the name and the title of %s are this task, in bold and in any case', (task) => {
  const title = benchmarkName(task, null)
  const names = [task, title, benchmarkName(task, 5), `**${title}**`, title.toUpperCase(), title.toLowerCase()]
  expect(names.map(taskOf)).toEqual(names.map(() => task))
})

test.each([
  ['MMLU (5-shot)', 5],
  ['25 shots ARC', 25],
  ['MMLU', null],
])('%s has %s shots', (name, shots) => expect(shotsOf(name)).toBe(shots))

test('names of one benchmark are the same whatever they are followed by', () => {
  expect(isSameTask({ name: 'MMLU (5-shot)', task: 'mmlu' }, 'mmlu')).toBe(true)
  expect(isSameTask({ name: 'My `Bench`', task: 'my bench' }, 'my  bench')).toBe(true)
  expect(isSameTask({ name: 'MMLU', task: 'mmlu' }, 'MMLU-Pro')).toBe(false)
  expect(isSameTask({ name: 'WikiText-2 in windows', task: 'wikitext2_gptq' }, 'wikitext2_gptq')).toBe(true)
  expect(withoutShots('MMLU (5-shot)')).toBe('MMLU')
})

test('benchmarks with choices are known, texts are not', () => expect(['piqa', 'wikitext', 'constructor'].map(isKnownBenchmark)).toEqual([true, false, false]))
