/** Items that rules are about. */
import { describe, expect, test } from 'vitest'
import { baselineValues, populationOf, ruleMetric } from '../../../src/gate/sequential/population.ts'
import { choiceTask, storedRun } from '../../stored-runs.ts'

const subsets = [choiceTask('mmlu_a', [1, 1, 1, 0]), choiceTask('mmlu_b', [0])]
const group = { name: 'mmlu', version: '1', shotCount: 0, scores: [{ metric: 'acc', value: 0.6, standardError: null }], members: ['mmlu_a', 'mmlu_b'] }

test('a group has the items of all its subsets, in an order that the seed decides', () => {
  const baseline = storedRun('original', subsets, { groups: [group] })
  const names = (seed: number) => populationOf(baseline, 'mmlu', seed).drawn.map(({ part, item }) => `${part} ${item.docId}`)
  expect(names(0).toSorted()).toEqual(['mmlu_a 0', 'mmlu_a 1', 'mmlu_a 2', 'mmlu_a 3', 'mmlu_b 0'])
  expect(names(0)).toEqual(names(0))
  expect(new Set([0, 1, 2, 3].map((seed) => names(seed).join()))).not.toHaveProperty('size', 1)
  const population = populationOf(baseline, 'mmlu', 0)
  expect(ruleMetric({ task: 'mmlu', metric: undefined, kind: 'min_retention', limit: 0.9 }, population)).toBe('acc')
  expect(baselineValues(population, 'acc').reduce<number>((sum, value) => sum + (value as number), 0)).toBe(3)
})

describe('a score that items do not decide is refused', () => {
  test('a group that averages its subsets regardless of their sizes', () => {
    const problems = { acc: 'the score is 0.375, its items together give 0.6: they are not paired' }
    const population = populationOf(storedRun('original', subsets, { groups: [{ ...group, problems }] }), 'mmlu', 0)
    expect(() => baselineValues(population, 'acc')).toThrow(
      expect.objectContaining({ code: 'GATE', message: expect.stringContaining('mmlu: acc: the score is 0.375, its items together give 0.6') }),
    )
  })

  test('a value that is not a share', () => {
    const [first, ...others] = choiceTask('cola', [1, 0]).items!
    const items = [first!, ...others].map((item) => ({ ...item, values: { mcc: { gold: 1, predicted: 0 } } }))
    expect(() => baselineValues(populationOf(storedRun('original', [{ ...choiceTask('cola', [1, 0]), items }]), 'cola', 0), 'mcc')).toThrow(
      expect.objectContaining({ code: 'GATE', message: 'cola: mcc is not a mean over items, so a part of them says little about it' }),
    )
  })

  test('an item without a value', () => {
    const population = populationOf(storedRun('original', [choiceTask('piqa', [1, 0])]), 'piqa', 0)
    expect(() => baselineValues(population, 'acc_norm')).toThrow(
      expect.objectContaining({ code: 'COMPARE', message: expect.stringMatching(/has no acc_norm$/u) }),
    )
  })

  test('a task without samples, or that the baseline lacks', () => {
    expect(() => populationOf(storedRun('original', [{ ...choiceTask('piqa', [1]), items: null }]), 'piqa', 0)).toThrow('original has no samples of piqa')
    expect(() => populationOf(storedRun('original', []), 'piqa', 0)).toThrow('original has no scores of piqa')
  })
})
