/** Cards compared with runs. */
import { describe, expect, test } from 'vitest'
import { readCard } from '../../../src/card/read/read-card.ts'
import { reproduceCard } from '../../../src/card/verify/reproduce-card.ts'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { choiceTask, storedRun } from '../../stored-runs.ts'
import { CARD } from '../card-fixture.ts'

const card = (text = CARD) => readCard(text, 'README.md')

describe('a card is compared with runs', () => {
  const outcomes = (count: number, right: number) => Array.from({ length: count }, (_, item) => Number(item < right))
  const run = (label: string, right: number) => {
    const task = choiceTask('piqa', outcomes(1838, right))
    return storedRun(label, [
      {
        ...task,
        scores: [{ ...task.scores[0]!, metric: 'acc_norm' }],
        items: task.items!.map((item) => ({ ...item, values: { acc_norm: item.values['acc']! } })),
      },
    ])
  }

  test('cell by cell', () => {
    const verdicts = reproduceCard(card(), compareRuns(run('a', 1462), [run('b', 1190)]))
    expect(verdicts.filter(({ row }) => row === 'PIQA').map(({ column, verdict }) => [column, verdict])).toEqual([
      ['Original', 'equal'],
      ['Pruned', 'within'],
      ['Retention', 'within'],
    ])
    expect(verdicts.filter(({ row }) => row === 'BoolQ').map(({ verdict }) => verdict)).toEqual(['not reproducible', 'not reproducible', 'not reproducible'])
    expect(verdicts.find(({ table }) => table === 'perplexity')).toMatchObject({ verdict: 'not reproducible' })
    expect(reproduceCard(card(), compareRuns(run('a', 1462), [run('b', 900)]))[1]!.verdict).toBe('different')
  })

  test('the interval of a score is exact, also where every item is right', () => {
    // scipy 1.17.1: binomtest(1838, 1838).proportion_ci(method='exact')
    const [original] = reproduceCard(card(), compareRuns(run('a', 1838), [run('b', 1190)]))
    expect(original!.measured).toBe('100.00 % [99.80, 100.00]')
  })
})
