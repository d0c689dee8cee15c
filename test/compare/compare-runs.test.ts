/** Comparisons in closed cases. */
import { describe, expect, test } from 'vitest'
import { compareRuns, type CompareOptions } from '../../src/compare/compare-runs.ts'
import type { AccuracyCell } from '../../src/compare/comparison.ts'
import { PROFILES } from '../../src/compare/status.ts'
import type { StoredRun, StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, citedRun, storedRun, textTask, withNormalized } from '../stored-runs.ts'

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
  expect(averages).toEqual([{ tasks: ['piqa', 'boolq'], nearRandom: [], original: 0.75, variant: 0.5, meanOfRatios: 0.75, ratioOfMeans: 0.5 / 0.75 }])
})

test('an average has each task once: by its main metric, in its largest group, whatever else is shown', () => {
  const both = (right: readonly number[], normalized: readonly number[]) => withNormalized(choiceTask('piqa', right), normalized)
  const run = (label: string, piqa: StoredTask, law: readonly number[], logic: readonly number[]) => {
    const scores = [{ metric: 'acc', value: [...law, ...logic].filter((right) => right === 1).length / (law.length + logic.length), standardError: null }]
    const group = (name: string, members: readonly string[]) => ({ name, version: '1', shotCount: 0, scores, members })
    return storedRun(label, [piqa, choiceTask('law', law), choiceTask('logic', logic)], {
      groups: [group('exams', ['law', 'logic']), group('exams_all', ['law', 'logic'])],
    })
  }
  const [original, variant] = [run('a', both([1, 1, 0, 0], [1, 1, 1, 0]), [1, 1, 1], [1]), run('b', both([0, 0, 0, 0], [1, 1, 0, 0]), [1, 0, 1], [1])]
  const averageOf = (options: CompareOptions) => compareRuns(original, [variant], options).averages[0]!
  const average = { original: 0.875, variant: 0.625, meanOfRatios: (2 / 3 + 3 / 4) / 2 }
  expect(averageOf({ allMetrics: true, subsets: true })).toMatchObject({ ...average, tasks: ['piqa', 'exams_all'] })
  expect(averageOf({ tasks: ['piqa', 'exams*', 'law'] })).toMatchObject({ ...average, tasks: ['piqa', 'exams_all'] })
  expect(averageOf({ tasks: ['l*', 'piqa'], allMetrics: true })).toMatchObject({ tasks: ['law', 'logic', 'piqa'] })
})

test('an average names the tasks on which a variant guesses, by the profile’s own word', () => {
  const tasks = (right: number) => [
    choiceTask(
      'piqa',
      Array.from({ length: 100 }, (_, index) => Number(index < right)),
    ),
    choiceTask('boolq', MIXED),
  ]
  const profile = { ...PROFILES.default, nearChance: { name: 'Guessed', sign: '', chance: 'baseline' } as const }
  const { averages } = compareRuns(storedRun('a', tasks(95)), [storedRun('b', tasks(50)), storedRun('c', tasks(94))], { profile })
  expect(averages.map((average) => average!.nearRandom)).toEqual([['piqa'], []])
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

  test('beside a limited run: its items are counted, not those of the published split', () => {
    const limited = (right: number, count: number) =>
      storedRun('mine', [
        choiceTask(
          'boolq',
          Array.from({ length: count }, (_, index) => Number(index < right)),
        ),
      ])
    const [few, more] = [limited(20, 30), limited(250, 1000)]
    const { accuracies } = compareRuns(original, [few, more], { tasks: ['boolq'] })
    expect(accuracies[0]).toMatchObject({ itemCount: 30, splitCount: 3270 })
    expect(accuracies[0]!.cells.map((cell) => cell!.status.name)).toEqual(['Too few items', 'Near random'])
    expect(compareRuns(few, [citedRun('pruned', { boolq: ['acc', 0.6177] })]).accuracies[0]!.itemCount).toBe(30)
  })

  test('of a group are compared with the group, both ways', () => {
    const group = {
      name: 'mmlu',
      version: '1',
      shotCount: 5,
      scores: [{ metric: 'acc', value: 0.5, standardError: null }],
      members: ['mmlu_law', 'mmlu_logic'],
    }
    const mine = storedRun('mine', [choiceTask('mmlu_law', [1, 0]), choiceTask('mmlu_logic', [1, 0])], { groups: [group] })
    const cellsOf = (a: StoredRun, b: StoredRun) => compareRuns(a, [b], { tasks: ['mmlu'] }).accuracies.map(({ cells }) => cells[0]!.difference)
    expect(cellsOf(original, mine)).toEqual([expect.closeTo(0.5 - 0.7689, 12)])
    expect(cellsOf(mine, original)).toEqual([expect.closeTo(0.7689 - 0.5, 12)])
  })
})

test('settings of texts matter to perplexities only, cut prompts to accuracies', () => {
  const texts = [textTask('wikitext', [{ logProb: -30, weight: 10 }]), choiceTask('piqa', MIXED)]
  const a = storedRun('a', texts)
  const once = storedRun('b', texts, { rollingBos: 'once' })
  expect(() => compareRuns(a, [once])).toThrow('wikitext: --rolling-bos lm-eval against once in b')
  expect(compareRuns(a, [once], { tasks: ['piqa'] }).accuracies).toHaveLength(1)
  expect(compareRuns(once, [once]).perplexities).toHaveLength(1)
  expect(compareRuns(a, [storedRun('b', texts, { model: { ...a.model, maxLength: 2048 } })]).notes).toHaveLength(1)
  const cut = choiceTask('piqa', MIXED, { truncation: { requestCount: 8, itemCount: 4, mostTokensLost: 1043 } })
  const note = 'piqa: b had 4 of 10 items cut to its window of 128 tokens, by up to 1,043 tokens'
  const [plain, other] = [storedRun('a', [choiceTask('piqa', MIXED)]), storedRun('b', [cut])]
  expect([compareRuns(plain, [other]).notes, compareRuns(other, [plain]).notes]).toEqual([[note], [note]])
})
