/** Runs cut to their common items. */
import { describe, expect, test } from 'vitest'
import { commonItemsOf } from '../../src/compare/common-items.ts'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../stored-runs.ts'

const outcomes = (count: number, right: number) => Array.from({ length: count }, (_, index) => Number(index < right))

test('every figure of a row is of the same items, with several variants too', () => {
  const { accuracies, averages, notes } = compareRuns(
    storedRun('original', [choiceTask('piqa', [...outcomes(20, 10), ...outcomes(20, 20)])]),
    [storedRun('half', [choiceTask('piqa', outcomes(20, 8), { rowCount: 40 })]), storedRun('quarter', [choiceTask('piqa', outcomes(10, 5), { rowCount: 40 })])],
    { commonItems: true },
  )
  expect(accuracies).toHaveLength(1)
  const [{ itemCount, original, cells }] = accuracies as [(typeof accuracies)[0]]
  expect([itemCount, original.value, cells.map((cell) => cell!.score.value)]).toEqual([10, 1, [0.8, 0.5]])
  expect(cells.map((cell) => [cell!.difference.toFixed(3), cell!.retention, cell!.flips!.lost])).toEqual([
    ['-0.200', 0.8, 2],
    ['-0.500', 0.5, 5],
  ])
  expect(averages.map((average) => average!.original)).toEqual([1, 1])
  expect(notes).toContain('piqa: compared on the 10 items that all have; original has 40, half has 20, quarter has 10')
})

test('a perplexity is of the common texts', () => {
  const texts = (nats: readonly number[]) =>
    textTask(
      'wikitext',
      nats.map((each) => ({ logProb: -100 * each, weight: 100 })),
    )
  const { perplexities } = compareRuns(storedRun('a', [texts([3, 3, 9])]), [storedRun('b', [{ ...texts([4, 4]), rowCount: 3 }])], { commonItems: true })
  expect(perplexities[0]!.itemCount).toBe(2)
  expect(perplexities[0]!.original.value).toBeCloseTo(Math.exp(3), 9)
  expect(perplexities[0]!.cells[0]!.ratio).toBeCloseTo(Math.E, 9)
})

test('a group is pooled anew from its members', () => {
  const run = (label: string, law: readonly number[]) =>
    storedRun(label, [choiceTask('mmlu_law', law, { rowCount: 4 }), choiceTask('mmlu_logic', [1, 0])], {
      groups: [
        {
          name: 'mmlu',
          version: '1',
          shotCount: 0,
          scores: [{ metric: 'acc', value: (law.filter((right) => right === 1).length + 1) / (law.length + 2), standardError: 0.1 }],
          members: ['mmlu_law', 'mmlu_logic'],
        },
      ],
    })
  const [a] = commonItemsOf([run('a', [1, 1, 0, 0]), run('b', [1, 1])]).runs
  expect(a!.groups[0]!.scores).toEqual([{ metric: 'acc', value: 0.75, standardError: expect.closeTo(0.25, 9) as number }])
})

test('a group that weighs its tasks alike does so after the cut; of one that weighs them in another way no score is known', () => {
  const group = (value: number) => ({
    name: 'mean',
    version: '1',
    shotCount: 0,
    scores: [{ metric: 'acc', value, standardError: 0.1 }],
    members: ['law', 'logic'],
  })
  const a = storedRun('a', [choiceTask('law', [1, 1, 1, 0]), choiceTask('logic', [1, 0])], { groups: [group((3 / 4 + 1 / 2) / 2)] })
  const b = storedRun('b', [choiceTask('law', [1, 1, 0], { rowCount: 4 }), choiceTask('logic', [1, 0])], { groups: [group((2 / 3 + 1 / 2) / 2)] })
  const { runs } = commonItemsOf([a, b])
  expect(runs.map(({ groups }) => groups[0]!.scores.map(({ value }) => value))).toEqual([[(1 + 1 / 2) / 2], [(2 / 3 + 1 / 2) / 2]])
  const { runs: others } = commonItemsOf([{ ...a, groups: [group(0.123)] }, b])
  expect(others[0]!.groups[0]).toMatchObject({ scores: [], problems: { acc: expect.stringMatching(/^how the group weighs its tasks is not known/u) } })
})

describe('stays unchanged', () => {
  test('a task whose items all have', () => {
    const runs = [storedRun('a', [choiceTask('piqa', [1, 0])]), storedRun('b', [choiceTask('piqa', [1, 1])])]
    expect(commonItemsOf(runs)).toEqual({ runs, notes: [] })
  })

  test('a task beside cited scores', () => {
    const runs = [citedRun('card', { piqa: ['acc', 0.8] }), storedRun('b', [choiceTask('piqa', [1, 1])])]
    expect(commonItemsOf(runs)).toEqual({ runs, notes: [] })
  })
})

test('an item that a dataset asks twice counts as often as every run has it', () => {
  const twice = (values: readonly number[]) => {
    const task = choiceTask('piqa', values, { rowCount: 3 })
    return { ...task, items: task.items!.map((item) => ({ ...item, promptHash: 'same', targetHash: 'same' })) }
  }
  const { runs } = commonItemsOf([storedRun('a', [twice([1, 1, 0])]), storedRun('b', [twice([0, 1])])])
  expect(runs.map(({ tasks }) => tasks[0]!.items!.map(({ values }) => values['acc']))).toEqual([
    [1, 1],
    [0, 1],
  ])
})

test('common items can be compared, and the scores are those of the common items', () => {
  const { accuracies, notes } = compareRuns(
    storedRun('a', [choiceTask('piqa', [1, 0, 1, 1, 1])]),
    [storedRun('b', [choiceTask('piqa', [1, 0, 0, 1], { rowCount: 5 })])],
    { commonItems: true },
  )
  expect(accuracies[0]).toMatchObject({ itemCount: 4, cells: [{ score: { value: 0.5 }, difference: -0.25, flips: { lost: 1, gained: 0 } }] })
  expect(accuracies[0]!.original.value).toBe(0.75)
  expect(notes).toContain('piqa: compared on the 4 items that all have; a has 5, b has 4')
})

test('a limited perplexity is of the texts that both have; without samples, another number of items is refused', () => {
  const texts = [
    { logProb: -10, weight: 10 },
    { logProb: -40, weight: 10 },
  ]
  const [whole, few] = [storedRun('a', [textTask('wikitext', texts)]), storedRun('b', [textTask('wikitext', texts.slice(0, 1))])]
  const { perplexities, notes } = compareRuns(whole, [few], { commonItems: 'subset' })
  expect(perplexities[0]!.cells[0]).toMatchObject({ ratio: 1, nats: 0 })
  expect(notes).toEqual(['wikitext: compared on the 1 item that all have; a has 2, b has 1'])
  expect(() => compareRuns(few, [whole], { commonItems: 'subset' })).toThrow('1 items are only in b or only in a')
  const withoutItems = (label: string, itemCount: number) => storedRun(label, [choiceTask('piqa', [1, 0], { items: null, itemCount, rowCount: 1000 })])
  expect(() => compareRuns(withoutItems('a', 1000), [withoutItems('b', 100)])).toThrow('piqa: items 1000 against 100 in b')
})
