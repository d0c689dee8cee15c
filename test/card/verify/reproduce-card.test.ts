/** Cards compared with runs. */
import { describe, expect, test } from 'vitest'
import { readCard } from '../../../src/card/read/read-card.ts'
import { reproduceCard } from '../../../src/card/verify/reproduce-card.ts'
import { cardContents } from '../../../src/card/write/card-contents.ts'
import { renderCard } from '../../../src/card/write/render-card.ts'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import type { Comparison } from '../../../src/compare/comparison.ts'
import type { StoredRun, StoredTask } from '../../../src/store/stored-run.ts'
import { divergenceLine } from '../../divergences.ts'
import { choiceTask, storedRun, textTask } from '../../stored-runs.ts'
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

describe('the interval of a perplexity', () => {
  const run = (label: string, value: number, standardError: number | null) => {
    const task = textTask('wikitext', [{ logProb: -20, weight: 10 }])
    return storedRun(label, [{ ...task, scores: [{ metric: 'word_perplexity', value, standardError }] }])
  }
  const cells = (standardError: number | null, printed: number) => {
    const written = card(renderCard(card('# Mine\n'), cardContents(run('a', printed, null), [run('b', printed, null)])))
    return reproduceCard(written, compareRuns(run('a', 1000, standardError), [run('b', 1000, standardError)])).filter(({ column }) => column === 'Perplexity')
  }

  test.each([
    // Python 3: [math.exp(math.log(1000) + side * 1.96 * se / 1000) for side in (-1, 1)]
    [2000, '1000.00 [19.84, 50400.44]', 20, 'within'],
    [2000, '1000.00 [19.84, 50400.44]', 19, 'different'],
    [50, '1000.00 [906.65, 1102.96]', 1102, 'within'],
    [50, '1000.00 [906.65, 1102.96]', 906, 'different'],
    [null, '1000.00', 999, 'different'],
  ] as const)('with the standard error %s is %s', (standardError, measured, printed, verdict) => {
    expect(cells(standardError, printed).map((cell) => [cell.measured, cell.verdict])).toEqual([
      [measured, verdict],
      [measured, verdict],
    ])
  })
})

describe('all that a card prints of a measurement is compared', () => {
  const LIMITED = { rowCount: 1838, limit: 60 }
  const run = (label: string, right: number, nats: number, { changes, count = 60 }: { changes: Partial<StoredTask>; count?: number }) =>
    storedRun(label, [
      choiceTask(
        'piqa',
        Array.from({ length: count }, (_, item) => Number(item < right)),
        changes,
      ),
      {
        ...textTask(
          'wikitext',
          Array.from({ length: 12 }, (_, text) => ({ logProb: -nats * (10 + text) - (label === 'cut' ? text % 3 : 0), weight: 10 + text })),
        ),
        rowCount: 62,
        limit: 12,
      },
    ])
  const compared = (changes: Partial<StoredTask> = LIMITED, count = 60): Comparison => ({
    ...compareRuns(run('base', 50, 2, { changes, count }), [run('cut', 40, 2.3, { changes, count })]),
    divergences: [divergenceLine('piqa')],
  })
  const written = (changes: Partial<StoredTask> = LIMITED) => {
    const contents = cardContents(run('base', 50, 2, { changes }), [run('cut', 40, 2.3, { changes })])
    const models = contents.models.map((model) => ({ ...model, comparison: { ...model.comparison, divergences: [divergenceLine('piqa')] } }))
    return renderCard(card('# Mine\n'), { ...contents, models })
  }
  const wrong = (text: string, comparison = compared()) =>
    reproduceCard(card(text), comparison)
      .filter(({ verdict }) => verdict !== 'equal')
      .map(({ row, column, verdict }) => `${row}, ${column}: ${verdict}`)

  test('a card is equal to its runs', () => {
    expect(wrong(written())).toEqual([])
  })

  test.each([
    ['the lower bound of a retention', '[60.1,', '[64.1,', 'PIQA, Retention'],
    ['the upper bound of a retention', '94.9]', '99.9]', 'PIQA, Retention'],
    ['a bound of a ratio', '[1.38, 1.50]', '[1.38, 1.60]', 'Pruned (cut), Ratio'],
    ['a bound of a divergence', '[0.0100,', '[0,', 'PIQA, Mean KL'],
    ['a bound of a share of top tokens', '[95.0, 99.0]', '[95.0, 98.0]', 'PIQA, Same top token'],
    ['the number of positions', '| 240 ', '| 230 ', 'PIQA, Positions'],
    ['a number of items', '60 of 1,838 (', '80 of 1,838 (', 'PIQA, Items'],
    ['the size of a split', '60 of 1,838 (', '60 of 1,848 (', 'PIQA, Items'],
    ['a limit', '(limit 60)', '(limit 80)', 'PIQA, Items'],
    ['chance', '50.00%', '25.00%', 'PIQA, Chance'],
  ])('%s that is another is different', (_, before, after, cell) => {
    expect(written()).toContain(before)
    expect(wrong(written().replace(before, after)).filter((text) => text.endsWith('different'))).toEqual([`${cell}: different`])
  })

  test('a bound that is hardly another, as a flipped item makes it, is within', () => {
    expect(wrong(written().replace('[60.1,', '[60.2,'))).toEqual(['PIQA, Retention: within'])
    expect(wrong(written().replace('94.9]', '95.9]'))).toEqual(['PIQA, Retention: within'])
  })

  test('of whole splits a number of items is another; a part that was scored does not decide it', () => {
    const whole = { rowCount: 60 }
    expect(wrong(written(whole), compared(whole))).toEqual([])
    expect(wrong(written(whole).replace('| 60 ', '| 600 '), compared(whole))[0]).toBe('PIQA, Items: different')
    const part = wrong(written(whole), compared({ rowCount: 60, limit: 58 }, 58))
    expect(part.slice(0, 2)).toEqual(['PIQA, Items: not reproducible', 'PIQA, Chance: not reproducible'])
    expect(part.filter((text) => text.endsWith('different'))).toEqual([])
  })

  test('an upper bound from 1000 is `> 999`', () => {
    const few = (label: string, right: number) =>
      storedRun(label, [
        choiceTask(
          'piqa',
          Array.from({ length: 30 }, (_, item) => Number(item < right)),
        ),
      ])
    const text = renderCard(card('# Mine\n'), cardContents(few('base', 1), [few('cut', 20)]))
    expect(text).toContain('> 999]')
    expect(wrong(text, compareRuns(few('base', 1), [few('cut', 20)]))).toEqual([])
  })
})

describe('a card of several models is compared with the run of one', () => {
  const run = (label: string, right: number, nats: number) =>
    storedRun(label, [
      choiceTask(
        'my_Task (a)',
        Array.from({ length: 40 }, (_, item) => Number(item < right)),
      ),
      textTask(
        'wikitext',
        Array.from({ length: 12 }, (_, text) => ({ logProb: -nats * (10 + text), weight: 10 + text })),
      ),
    ])
  const [base, nf4, int8] = [run('base', 36, 2), run('nf4', 20, 3), run('int8', 34, 2.1)]
  const written = (variants: readonly StoredRun[]) => {
    const contents = cardContents(base, variants)
    const models = contents.models.map((model) => ({ ...model, comparison: { ...model.comparison, divergences: [divergenceLine('my_Task (a)')] } }))
    return card(renderCard(card('# Mine\n'), { ...contents, models }))
  }
  const reproduced = (variants: readonly StoredRun[], variant: StoredRun) =>
    reproduceCard(written(variants), { ...compareRuns(base, [variant]), divergences: [divergenceLine('my_Task (a)')] })

  test.each([
    ['the first', nf4, 'the row is of int8, the run of nf4'],
    ['the second', int8, 'the row is of nf4, the run of int8'],
  ])('%s: its rows are equal, those of the other are not its', (_, variant, reason) => {
    const cells = reproduced([nf4, int8], variant)
    expect([...new Set(cells.map(({ verdict }) => verdict))].toSorted()).toEqual(['equal', 'not reproducible'])
    const others = cells.flatMap(({ measured, column }) => (measured === reason ? [column] : []))
    expect(others.join(', ')).toBe(
      'Items, Chance, Original, Score, Retention, Items, Perplexity, Ratio, Positions, Mean KL, Median KL, 99 % KL, Max KL, Same top token',
    )
    expect(cells.filter(({ verdict }) => verdict === 'equal')).toHaveLength(5 + 5 + 6)
  })

  test('a run of another name is of none of them, but of a card’s only model', () => {
    const renamed = { ...nf4, label: 'variant' }
    expect(reproduced([nf4, int8], renamed).filter(({ verdict }) => verdict !== 'not reproducible')).toEqual([])
    expect([...new Set(reproduced([nf4], renamed).map(({ verdict }) => verdict))]).toEqual(['equal'])
  })

  test('the only divergence of such a card names its model', () => {
    const contents = cardContents(base, [nf4, int8])
    const [first, second] = contents.models
    const models = [first!, { ...second!, comparison: { ...second!.comparison, divergences: [divergenceLine('wikitext')] } }]
    const alone = card(renderCard(card('# Mine\n'), { ...contents, models }))
    const verdicts = (variant: StoredRun) =>
      reproduceCard(alone, { ...compareRuns(base, [variant]), divergences: [divergenceLine('wikitext')] }).flatMap(({ table, verdict }) =>
        table === 'divergence' ? [verdict] : [],
      )
    expect([nf4, int8].map((variant) => [...new Set(verdicts(variant))])).toEqual([['not reproducible'], ['equal']])
  })

  test('a row of the original is measured with the models that were scored on its items', () => {
    const short = storedRun('short', [nf4.tasks[0]!, { ...textTask('wikitext', [{ logProb: -40, weight: 10 }]), rowCount: 12 }])
    const common = cardContents(base, [int8, short], { commonItems: true })
    const cells = reproduceCard(card(renderCard(card('# Mine\n'), common)), compareRuns(base, [int8]))
    expect(cells.filter(({ table, row }) => table === 'perplexity' && row.startsWith('Original')).map(({ verdict }) => verdict)).toEqual([
      ...Array<string>(2).fill('equal'),
      ...Array<string>(2).fill('not reproducible'),
    ])
  })
})
