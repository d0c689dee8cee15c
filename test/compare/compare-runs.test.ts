/** Comparisons in closed cases, and what is refused. */
import { describe, expect, test } from 'vitest'
import { compareRuns, type CompareOptions } from '../../src/compare/compare-runs.ts'
import type { AccuracyCell } from '../../src/compare/comparison.ts'
import { PROFILES } from '../../src/compare/status.ts'
import { CompareError } from '../../src/errors.ts'
import type { StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../stored-runs.ts'

const MIXED = [1, 1, 0, 1, 0, 1, 1, 1, 0, 1]
const none = MIXED.map(() => 0)

function cellOf(original: readonly number[], variant: readonly number[], options: CompareOptions = {}): AccuracyCell {
  return compareRuns(storedRun('a', [choiceTask('piqa', original)]), [storedRun('b', [choiceTask('piqa', variant)])], options).accuracies[0]!.cells[0]!
}

describe('closed cases', () => {
  test('identical runs', () => {
    expect(cellOf(MIXED, MIXED)).toMatchObject({
      difference: 0,
      differenceInterval: [expect.closeTo(-0.3457, 4), expect.closeTo(0.3457, 4)],
      retention: 1,
      adjustedRetention: 1,
      flips: { lost: 0, gained: 0 },
      pValue: 1,
      adjustedPValue: 1,
    })
  })

  test('everything flipped', () => {
    const all = MIXED.map(() => 1)
    expect(cellOf(all, none)).toMatchObject({
      difference: -1,
      differenceInterval: [-1, expect.closeTo(-0.3085, 4)],
      retention: 0,
      flips: { lost: 10, gained: 0 },
      pValue: 2 / 1024,
      status: { name: 'Near random' },
    })
    expect(cellOf(none, all)).toMatchObject({
      difference: 1,
      retention: null,
      retentionInterval: null,
      adjustedRetention: null,
      flips: { lost: 0, gained: 10 },
    })
  })

  test('one item', () => expect(cellOf([1], [1])).toMatchObject({ difference: 0, retention: 1, pValue: 1 }))

  test('an original that scores nothing has no retention', () => {
    expect(cellOf(none, none)).toMatchObject({ difference: 0, retention: null, retentionInterval: null, adjustedRetention: null, pValue: 1 })
  })

  test('a variant that is better retains more than everything', () => {
    const cell = cellOf([1, 1, 1, 0, 1, 0, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0, 1, 1, 0, 1])
    expect(cell.retention).toBeCloseTo(8 / 6, 14)
    expect(cell.adjustedRetention).toBeCloseTo(3, 12)
    expect(cell.flips).toEqual({ lost: 0, gained: 2 })
  })

  test('a perplexity is a ratio, and nats a unit', () => {
    const texts = (scale: number) =>
      textTask(
        'wikitext',
        [200, 300, 500].map((weight) => ({ logProb: -weight * 3 * scale, weight })),
      )
    const { accuracies, averages, perplexities } = compareRuns(storedRun('a', [texts(1)]), [storedRun('b', [texts(1.1)])])
    expect([accuracies, averages]).toEqual([[], [null]])
    const cell = perplexities[0]!.cells[0]!
    expect(perplexities[0]!.original.value).toBeCloseTo(Math.exp(3), 10)
    expect(cell.ratio).toBeCloseTo(Math.exp(0.3), 12)
    expect(cell.nats).toBeCloseTo(0.3, 12)
    // Three texts are too few for an interval.
    expect([cell.ratioInterval, cell.natsInterval]).toEqual([null, null])
  })
})

test('averages are the mean of ratios and the ratio of means', () => {
  const tasks = (a: readonly number[], b: readonly number[]) => [choiceTask('piqa', a), choiceTask('boolq', b)]
  const { averages } = compareRuns(storedRun('a', tasks([1, 1, 1, 1], [1, 1, 0, 0])), [storedRun('b', tasks([1, 1, 0, 0], [1, 1, 0, 0]))])
  expect(averages).toEqual([{ lineCount: 2, original: 0.75, variant: 0.5, meanOfRatios: 0.75, ratioOfMeans: 0.5 / 0.75 }])
})

test('p-values are corrected over the tasks of each variant', () => {
  const tasks = (right: number) =>
    ['piqa', 'boolq'].map((name, index) =>
      choiceTask(
        name,
        Array.from({ length: 12 }, (_, item) => Number(item < (index === 0 ? right : 12))),
      ),
    )
  const { accuracies } = compareRuns(storedRun('a', tasks(12)), [storedRun('b', tasks(4)), storedRun('c', tasks(12))])
  expect(accuracies.map(({ cells }) => cells.map((cell) => [cell!.pValue, cell!.adjustedPValue].map((p) => Number(p!.toFixed(12)))))).toEqual([
    [
      [2 / 256, 4 / 256],
      [1, 1],
    ],
    [
      [1, 1],
      [1, 1],
    ],
  ])
})

describe('a group', () => {
  const members = ['mmlu_law', 'mmlu_logic']
  const run = (label: string, law: readonly number[], logic: readonly number[]) => {
    const tasks = [choiceTask('mmlu_law', law), choiceTask('mmlu_logic', logic)]
    const value = [...law, ...logic].reduce((sum, right) => sum + right, 0) / (law.length + logic.length)
    const group = { version: '1', shotCount: 5, scores: [{ metric: 'acc', value, standardError: 0.1 }] }
    return storedRun(label, tasks, {
      groups: [
        { ...group, name: 'mmlu', members },
        { ...group, name: 'mmlu_humanities', members: members.slice(0, 1) },
      ],
    })
  }
  const original = run('a', [1, 1, 1, 1], [1, 0])

  test('is one line over all of its items', () => {
    const { accuracies } = compareRuns(original, [run('b', [1, 1, 1, 1], [0, 1])])
    expect(accuracies.map(({ task, itemCount }) => [task, itemCount])).toEqual([['mmlu', 6]])
    const flat = compareRuns(storedRun('a', [choiceTask('piqa', [1, 1, 1, 1, 1, 0])]), [storedRun('b', [choiceTask('piqa', [1, 1, 1, 1, 0, 1])])])
    expect(accuracies[0]!.cells[0]!.retentionInterval).toEqual(flat.accuracies[0]!.cells[0]!.retentionInterval)
  })

  test('may be listed with its subsets', () => {
    const { accuracies } = compareRuns(original, [original], { subsets: true })
    expect(accuracies.map(({ task }) => task)).toEqual(['mmlu_law', 'mmlu_logic', 'mmlu', 'mmlu_humanities'])
  })

  test('of other subsets is refused', () => {
    const other = { ...original, tasks: original.tasks.slice(0, 1) }
    expect(() => compareRuns(original, [other])).toThrow('mmlu: a lacks 1 of its subsets, such as mmlu_logic')
  })
})

describe('chance', () => {
  test('is the majority class if answers are classes', () => {
    const task = choiceTask(
      'boolq',
      Array.from({ length: 24 }, (_, index) => Number(index % 6 !== 3)),
    )
    const items = task.items!.map((item, index) => ({
      ...item,
      target: index % 6 < 4 ? '1' : '0',
      requests: [' no', ' yes'].map((continuation) => ({ context: '', continuation, logProb: -1 })),
    }))
    const { accuracies } = compareRuns(storedRun('a', [{ ...task, items }]), [storedRun('b', [{ ...task, items }])])
    expect(accuracies[0]!.chance).toEqual({ uniform: 0.5, majority: 4 / 6, baseline: 4 / 6 })
  })

  test('of fewer than 20 items is the published split’s: one item has a majority of all', () => {
    const chanceOfTask = (name: string) =>
      compareRuns(storedRun('a', [choiceTask(name, [1])]), [storedRun('b', [choiceTask(name, [1])])]).accuracies[0]!.chance!.baseline
    expect([chanceOfTask('boolq'), chanceOfTask('other')]).toEqual([2033 / 3270, 0.5])
  })

  test('is uniform if choices are their items’ own', () => {
    expect(compareRuns(storedRun('a', [choiceTask('piqa', MIXED)]), [storedRun('b', [choiceTask('piqa', MIXED)])]).accuracies[0]!.chance).toEqual({
      uniform: 0.5,
      majority: null,
      baseline: 0.5,
    })
  })
})

describe('cited scores', () => {
  const original = citedRun('original', { piqa: ['acc_norm', 0.7954], boolq: ['acc', 0.8309], hellaswag: ['acc_norm', 0.7855], mmlu: ['acc', 0.7689] })
  const pruned = citedRun('pruned', { piqa: ['acc_norm', 0.6567], boolq: ['acc', 0.6177], hellaswag: ['acc_norm', 0.4852], mmlu: ['acc', 0.2512] })

  test('give the published retentions and statuses with the profile card', () => {
    const { accuracies } = compareRuns(original, [pruned], { profile: PROFILES.card })
    expect(accuracies.map(({ cells }) => [(cells[0]!.retention! * 100).toFixed(1), cells[0]!.status.name])).toEqual([
      ['82.6', 'Good'],
      ['74.3', 'Acceptable'],
      ['61.8', 'Degraded'],
      ['32.7', 'Near random'],
    ])
  })

  test('retain over chance 53, less than nothing, 44 and 0.2 %; BoolQ is not better than always yes', () => {
    const { accuracies } = compareRuns(original, [pruned])
    expect(accuracies.map(({ cells }) => (cells[0]!.adjustedRetention! * 100).toFixed(1))).toEqual(['53.0', '-1.9', '43.9', '0.2'])
    expect(accuracies.map(({ cells }) => cells[0]!.status.name)).toEqual(['Acceptable', 'Near random', 'Degraded', 'Near random'])
  })

  test('have no paired figures, and a note beside measured ones', () => {
    const { accuracies, notes } = compareRuns(original, [storedRun('mine', [choiceTask('boolq', MIXED)])])
    expect(accuracies[1]!.cells[0]).toMatchObject({ differenceInterval: null, retentionInterval: null, flips: null, pValue: null, adjustedPValue: null })
    expect(accuracies[0]!.cells).toEqual([null])
    expect(notes).toContain("original's scores are cited (model card), mine's were measured (evalharness 0.1.0): not like for like")
    expect(notes).toContain('mine has no piqa')
  })
})

describe('is refused, with the field that differs', () => {
  const base = choiceTask('piqa', MIXED)
  const other = (changes: Partial<StoredTask>) => () => compareRuns(storedRun('a', [base]), [storedRun('b', [{ ...base, ...changes }])])

  test.each<[string, Partial<StoredTask>, string]>([
    ['version', { version: '2' }, 'piqa: version 1 against 2 in b'],
    ['shots', { shotCount: 5 }, 'piqa: shots 0 against 5 in b'],
    ['split', { rowCount: 1838 }, 'piqa: rows of the split 10 against 1838 in b'],
    ['metric', { scores: [{ metric: 'f1', value: 1, standardError: null }] }, 'piqa: no metric in common: acc against f1 in b'],
    ['number of items', choiceTask('piqa', MIXED.slice(0, 8), { rowCount: 10 }), 'piqa: 2 items are only in a or only in b'],
    [
      'template',
      { items: base.items!.map((item) => ({ ...item, promptHash: `other ${item.docId}` })) },
      'row 0 of piqa has another prompt: the template or the shots differ',
    ],
    ['right answers', { items: base.items!.map((item) => ({ ...item, targetHash: 'other' })) }, 'row 0 of piqa has another right answer: the datasets differ'],
  ])('%s', (_, changes, message) => {
    expect(other(changes)).toThrow(CompareError)
    expect(other(changes)).toThrow(message)
  })

  test('another tokenizer, if a figure is per token and only then', () => {
    const run = (label: string, metric: string, tokenizerHash: string) => {
      const task = textTask('wikipedia', [{ logProb: -30, weight: 10 }])
      const own = {
        ...task,
        scores: [{ metric, value: Math.exp(3), standardError: null }],
        items: task.items!.map((item) => ({ ...item, values: { [metric]: { logProb: -30, weight: 10 } } })),
      }
      const made = storedRun(label, [own])
      return { ...made, model: { ...made.model, tokenizerHash } }
    }
    const compare = (metric: string) => () => compareRuns(run('a', metric, 'x'), [run('b', metric, 'y')])
    expect(compare('token_perplexity')).toThrow('wikipedia: token_perplexity is a figure per token, and b has another tokenizer')
    expect(compare('word_perplexity')).not.toThrow()
  })

  test('versions written as 1.0 and 1 are the same', () => expect(other({ version: '1.0' })).not.toThrow())

  test('a task that is not there, and runs without one in common', () => {
    expect(() => compareRuns(storedRun('a', [base]), [storedRun('b', [base])], { tasks: ['mmlu'] })).toThrow('a has no task "mmlu"')
    expect(() => compareRuns(storedRun('a', []), [storedRun('b', [base])])).toThrow(
      /^a and b have no task in common:\n {2}a has none\n {2}b has piqa \(acc\)$/u,
    )
  })
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

test('a prompt that a dataset asks twice is paired in the order of its rows', () => {
  const twice = (outcomes: readonly number[]) => {
    const task = choiceTask('piqa', outcomes)
    return { ...task, items: task.items!.map((item) => ({ ...item, promptHash: 'same', targetHash: 'same' })).toReversed() }
  }
  const { accuracies } = compareRuns(storedRun('a', [twice([1, 0, 1])]), [storedRun('b', [twice([1, 1, 1])])])
  expect(accuracies[0]!.cells[0]!.flips).toEqual({ lost: 0, gained: 1 })
})

describe('how texts became tokens', () => {
  const cut = { requestCount: 8, itemCount: 4, mostTokensLost: 1043 }

  test('a run with prompts cut to its window is noted, with its count', () => {
    const [a, b] = [storedRun('a', [choiceTask('piqa', MIXED)]), storedRun('b', [choiceTask('piqa', MIXED, { truncation: cut })])]
    const note = 'piqa: b had 4 of 10 items cut to its window of 128 tokens, by up to 1,043 tokens'
    expect(compareRuns(a, [b]).notes).toEqual([note])
    expect(compareRuns(b, [a]).notes).toEqual([note])
    const none = choiceTask('piqa', MIXED, { truncation: { requestCount: 0, itemCount: 0, mostTokensLost: 0 } })
    expect(compareRuns(a, [storedRun('b', [none])]).notes).toEqual([])
  })

  test('perplexities with bos once and twice are not compared; accuracies are', () => {
    const texts = [textTask('wikitext', [{ logProb: -30, weight: 10 }]), choiceTask('piqa', MIXED)]
    const once = storedRun('b', texts, { rollingBos: 'once' })
    expect(() => compareRuns(storedRun('a', texts), [once])).toThrow('wikitext: --rolling-bos lm-eval against once in b')
    expect(() => compareRuns(once, [storedRun('a', texts, { rollingBos: 'lm-eval' })])).toThrow('wikitext: --rolling-bos once against lm-eval in a')
    expect(compareRuns(storedRun('a', texts), [once], { tasks: ['piqa'] }).accuracies).toHaveLength(1)
    expect(compareRuns(once, [once]).perplexities).toHaveLength(1)
  })

  test('perplexities of different windows are noted; accuracies are not, for cut prompts are counted', () => {
    const texts = [textTask('wikitext', [{ logProb: -30, weight: 10 }]), choiceTask('piqa', MIXED)]
    const a = storedRun('a', texts)
    const of = (maxLength: number | null) => storedRun('b', texts, { model: { ...a.model, maxLength } })
    expect(compareRuns(a, [of(2048)]).notes).toEqual([
      'wikitext: a read it in windows of 128 tokens, b in windows of 2,048: texts longer than that have less context in the smaller one',
    ])
    expect(compareRuns(a, [of(128)]).notes).toEqual([])
    expect(compareRuns(a, [of(null)]).notes).toEqual([])
  })
})

test('a limited perplexity is of the texts that both have; without samples, another number of items is refused', () => {
  const texts = [
    { logProb: -10, weight: 10 },
    { logProb: -40, weight: 10 },
  ]
  const [whole, few] = [storedRun('a', [textTask('wikitext', texts)]), storedRun('b', [textTask('wikitext', texts.slice(0, 1))])]
  const { perplexities, notes } = compareRuns(whole, [few], { commonItems: 'subset' })
  expect(perplexities[0]!.cells[0]).toMatchObject({ ratio: 1, nats: 0 })
  expect(notes).toEqual(['wikitext: compared on the 1 items that all have; a has 2, b has 1'])
  expect(() => compareRuns(few, [whole], { commonItems: 'subset' })).toThrow('1 items are only in b or only in a')
  const withoutItems = (label: string, itemCount: number) => storedRun(label, [choiceTask('piqa', [1, 0], { items: null, itemCount, rowCount: 1000 })])
  expect(() => compareRuns(withoutItems('a', 1000), [withoutItems('b', 100)])).toThrow('piqa: items 1000 against 100 in b')
})
