import { expect, test } from 'vitest'
import { didYouMean, nearestName, nearNames } from '../../src/text/nearest-name.ts'

test.each([
  ['acc_nrom', 'acc_norm'],
  ['PIQA', 'piqa'],
  ['count', 'defaultCount'],
  ['hellaswga', 'hellaswag'],
  ['xyzzyxyzzy', undefined],
  ['def', undefined],
])('%s is meant to be %s', (name, expected) => {
  expect(nearestName(name, ['acc_norm', 'piqa', 'hellaswag', 'defaultCount'])).toBe(expected)
})

test.each([
  ['runn', ['run', 'report'], 'run'],
  ['cdua', ['cpu', 'cuda'], 'cuda'],
  ['rnu', ['run', 'report'], 'run'],
  ['sl', ['ls', 'prune'], 'ls'],
  ['ACC-norm', ['acc', 'acc_norm'], 'acc_norm'],
  ['out', ['common-items', 'output'], 'output'],
  ['fewshot', ['num-fewshot', 'limit'], 'num-fewshot'],
])('%s is nearest to one of %j', (name, known, nearest) => expect(nearestName(name, known)).toBe(nearest))

test.each([
  ['rm', ['ls', 'prune']],
  ['fp8', ['f32', 'bf16']],
  ['x', ['xml']],
  ['zebra', ['run', 'report']],
])('%s is near to none of %j', (name, known) => expect(nearestName(name, known)).toBeUndefined())

test('a hint begins with the name, or has nothing to say', () => {
  expect(didYouMean('acc_nrom', ['acc_norm'])).toBe('Did you mean acc_norm? ')
  expect(didYouMean('acc', [])).toBe('')
})

test.each([
  ['arc_esy', ['arc_easy']],
  ['arc', ['arc_challenge', 'arc_easy']],
  ['biology', ['mmlu_college_biology', 'mmlu_high_school_biology']],
  ['xyz', []],
])('%s may mean %j', (name, near) => {
  const known = ['piqa', 'arc_challenge', 'arc_easy', 'mmlu_college_biology', 'mmlu_high_school_biology']
  expect(nearNames(name, known, 3)).toEqual(near)
  expect(nearNames(name, known, 1)).toEqual(near.slice(0, 1))
})
