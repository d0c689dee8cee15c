/** Samples files of lm-eval 0.4.13 as its metrics write them: numbers, pairs of two kinds, lists, texts, NaN. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { StoreError } from '../../src/errors.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { choiceSample } from './lm-eval-sample.ts'

const TIME = '2026-01-02T03-04-05.000006'

interface TaskFixture {
  readonly scores: Readonly<Record<string, unknown>>
  readonly samples: readonly Readonly<Record<string, unknown>>[]
  readonly aggregation?: Readonly<Record<string, string>>
  readonly higherIsBetter?: Readonly<Record<string, boolean>>
}

let folder: string

beforeEach(() => {
  folder = temporaryFolder()
})

/** Python's json: NaN and Infinity are written literally. */
const pythonJson = (value: unknown) => JSON.stringify(value).replaceAll(/"<(NaN|-?Infinity)>"/gu, '$1')

const sample = (docId: number, values: Readonly<Record<string, unknown>>, changes: Readonly<Record<string, unknown>> = {}) => ({
  ...choiceSample(docId),
  doc: { weight: docId === 1 ? '<NaN>' : 1, text: 'not NaN, "Infinity" \\' },
  ...values,
  ...changes,
})

/** A folder as lm-eval leaves it. Names of scores without a filter get `none`. */
function lmEval(
  name: string,
  tasks: Readonly<Record<string, TaskFixture>>,
  more: Readonly<Record<string, unknown>> = {},
  file = `results_${TIME}.json`,
): string {
  const place = path.join(folder, name)
  mkdirSync(place, { recursive: true })
  const each = (value: (task: TaskFixture) => unknown) => Object.fromEntries(Object.entries(tasks).map(([task, fixture]) => [task, value(fixture)]))
  const keyed = (scores: TaskFixture['scores']) =>
    Object.fromEntries(Object.entries(scores).map(([key, value]) => [key.includes(',') ? key : `${key},none`, value]))
  writeFileSync(
    path.join(place, file),
    pythonJson({
      results: { ...each(({ scores }) => ({ alias: '', sample_len: 2, ...keyed(scores) })), ...(more.groupResults as object) },
      group_subtasks: more.subtasks ?? {},
      configs: each(({ aggregation = {} }) => ({ metric_list: Object.entries(aggregation).map(([metric, by]) => ({ metric, aggregation: by })) })),
      versions: each(() => 1),
      'n-shot': each(() => 0),
      higher_is_better: each(({ higherIsBetter = {} }) => higherIsBetter),
      'n-samples': each(({ samples }) => ({ original: 10, effective: samples.length === 0 ? 2 : samples.filter(({ filter }) => filter !== 'second').length })),
      config: { model: 'hf', model_args: `pretrained=some/${name}` },
      date: 1767323045.5,
      model_name: `some/${name}`,
      lm_eval_version: '0.4.13',
    }),
  )
  for (const [task, { samples }] of Object.entries(tasks))
    if (samples.length > 0) writeFileSync(path.join(place, `samples_${task}_${TIME}.jsonl`), samples.map((row) => `${pythonJson(row)}\n`).join(''))
  return place
}

const compared = async (a: string, b: string, options = {}) => compareRuns(await readStoredRun(a), [await readStoredRun(b)], options)
const acc = { acc: { scores: { acc: 0.5 }, samples: [sample(0, { acc: 1 }), sample(1, { acc: 0 })] } }

describe('a value that is not a number leaves its metric of its task unpaired, and nothing else', () => {
  test.each<[string, unknown, string]>([
    ['null', null, 'null'],
    ['NaN', '<NaN>', '"NaN"'],
    ['Infinity', '<-Infinity>', '"-Infinity"'],
    ['a string', '0.5', '"0.5"'],
    ['a dictionary', { a: 1 }, '{"a":1}'],
    ['a list', [1, 2, 3], '[1,2,3]'],
    ['nothing', undefined, 'nothing'],
  ])('%s', async (_, value, shown) => {
    const odd = { scores: { acc: 0.5, acc_norm: 0.5 }, samples: [sample(0, { acc: 1, acc_norm: 0 }), sample(1, { acc: 0, acc_norm: value })] }
    const [a, b] = [lmEval('a', { odd, ...acc }), lmEval('b', { odd, ...acc })]
    const { accuracies, notes } = await compared(a, b, { allMetrics: true })
    expect(accuracies.map(({ task, metric, cells }) => [task, metric, cells[0]!.difference, cells[0]!.flips !== null])).toEqual([
      ['odd', 'acc', 0, true],
      ['odd', 'acc_norm', 0, false],
      ['acc', 'acc', 0, true],
    ])
    expect(notes).toEqual(
      ['a', 'b'].map((label) => `${label}, odd acc_norm: ${shown} (samples_odd_${TIME}.jsonl, line 2) is not a number: its items are not paired`),
    )
  })

  test('0.5 of an item, which is neither right nor wrong', async () => {
    const graded = { scores: { acc: 0.75 }, samples: [sample(0, { acc: 1 }), sample(1, { acc: 0.5 })] }
    const { accuracies, notes } = await compared(lmEval('a', { graded }), lmEval('b', { graded }))
    expect(accuracies[0]!.cells[0]).toMatchObject({ flips: null, retentionInterval: null })
    expect(notes[0]).toBe(`a, graded acc: 0.5 (samples_graded_${TIME}.jsonl, line 2) is neither 0 nor 1: its items are not paired`)
  })
})

test('[gold, prediction] of f1 and mcc are not log-probabilities; [log-likelihood, words] of a perplexity are', async () => {
  const cola = { scores: { f1: 0.4, mcc: -0.1 }, samples: [sample(0, { f1: [1, 0], mcc: [1, 0] }), sample(1, { f1: [1, 1], mcc: [1, 1] })] }
  const text = { scores: { word_perplexity: Math.exp(3) }, samples: [sample(0, { word_perplexity: [-30, 10] })] }
  const run = await readStoredRun(lmEval('a', { cola, text }))
  expect(run.tasks.map(({ items }) => items!.map(({ values }) => values))).toEqual([[{}, {}], [{ word_perplexity: { logProb: -30, weight: 10 } }]])
  const { accuracies, perplexities } = await compared(lmEval('b', { cola, text }), lmEval('c', { cola, text }))
  expect(accuracies.map(({ metric, cells }) => [metric, cells[0]!.retention, cells[0]!.flips])).toEqual([['f1', 1, null]])
  expect(perplexities.map(({ metric, cells }) => [metric, cells[0]!.ratio])).toEqual([['word_perplexity', 1]])
})

test('the perplexity of lambada is exp of minus the mean of its items, each asked once and nothing to guess', async () => {
  const once = { arguments: { gen_args_0: { arg_0: 'a', arg_1: ' b' } }, filtered_resps: [['-3', 'True']] }
  const lambada = {
    scores: { perplexity: Math.exp(4), acc: 0.5 },
    samples: Array.from({ length: 10 }, (_, index) => sample(index, { perplexity: index % 2 ? -3 : -5, acc: index % 2 }, once)),
  }
  const { accuracies, perplexities } = await compared(lmEval('a', { lambada }), lmEval('b', { lambada }))
  expect(perplexities[0]).toMatchObject({ metric: 'perplexity', cells: [{ ratio: 1, ratioInterval: [expect.closeTo(1, 3), expect.closeTo(1, 3)] }] })
  expect(accuracies[0]!.chance).toBeNull()
})

test('acc_mutual_info asks each choice again without the context: chance is one of two', async () => {
  const [first, second] = [' A', ' B'].map((arg_1) => ({ arg_0: '', arg_1 }))
  const again = (docId: number) => ({ ...sample(docId, {}).arguments, gen_args_2: first, gen_args_3: second })
  const mutual = {
    scores: { acc_mutual_info: 0.5 },
    samples: [1, 0].map((right, docId) => sample(docId, { acc_mutual_info: right }, { arguments: again(docId) })),
  }
  const { accuracies } = await compared(lmEval('a', { mutual }), lmEval('b', { mutual }))
  expect(accuracies[0]).toMatchObject({ metric: 'acc_mutual_info', chance: { uniform: 0.5 } })
})

describe('a score that is not what its name says is left out with a note', () => {
  test.each<[string, TaskFixture, string]>([
    ['NaN', { scores: { acc: '<NaN>' }, samples: [] }, 'a, odd acc: "NaN" in the results file is not a number'],
    ['an error rate', { scores: { acc: 0.5 }, samples: [], higherIsBetter: { acc: false } }, 'a, odd acc: it is an error rate here (higher_is_better: false)'],
    ['a percentage', { scores: { exact_match: 56.3 }, samples: [] }, 'a, odd exact_match: 56.3 is not a share from 0 to 1'],
  ])('%s', async (_, odd, note) => {
    const { accuracies, notes } = await compared(lmEval('a', { odd, ...acc }), lmEval('b', { odd, ...acc }))
    expect(accuracies.map(({ task }) => task)).toEqual(['acc'])
    expect(notes.find((text) => text.startsWith('a, odd'))).toContain(note)
  })

  test('bypass and a figure of no known kind', async () => {
    const odd = { scores: { bypass: 999, brier_score: 0.2 }, samples: [sample(0, { bypass: null, brier_score: [0, [0.4, 0.6]] })] }
    const { notes } = await compared(lmEval('a', { odd, ...acc }), lmEval('b', { odd, ...acc }))
    expect(notes).toEqual(['odd is left out: bypass, brier_score are neither accuracy nor perplexity'])
  })
})

describe('scores that are not the mean of their items', () => {
  const samples = [sample(0, { acc: 1 }), sample(1, { acc: 0 }), sample(2, { acc: 0 })]
  test('by the task’s own aggregation are not paired', async () => {
    const odd = { scores: { acc: 0 }, samples, aggregation: { acc: 'median' } }
    const { accuracies, notes } = await compared(lmEval('a', { odd }), lmEval('b', { odd }))
    expect(accuracies[0]!.cells[0]!.flips).toBeNull()
    expect(notes[0]).toMatch(/^a, odd acc: the score is 0, mean of its items' values 0\.3/u)
  })
  test('by the mean belong to another run', async () => {
    const place = lmEval('a', { odd: { scores: { acc: 0 }, samples, aggregation: { acc: 'mean' } } })
    await expect(readStoredRun(place)).rejects.toThrow(StoreError)
    await expect(readStoredRun(place)).rejects.toThrow('the results file says 0')
  })
  test('perplexities too', async () => {
    const place = lmEval('a', { text: { scores: { word_perplexity: 7 }, samples: [sample(0, { word_perplexity: [-30, 10] })] } })
    await expect(readStoredRun(place)).rejects.toThrow('its items give word_perplexity 20.08')
  })
})

test('of several filters the first is taken, for scores and items; another one in the other run is refused', async () => {
  const rows = [sample(0, { acc: 1 }, { filter: 'first' }), sample(0, { acc: 0 }, { filter: 'second' })]
  const filtered = (first: string) => ({
    scores: { [`acc,${first}`]: 1, 'acc,second': 0 },
    samples: rows.map((row) => ({ ...row, filter: row.filter === 'first' ? first : row.filter })),
  })
  const run = await readStoredRun(lmEval('a', { gsm: filtered('first') }))
  expect(run.tasks[0]).toMatchObject({ scores: [{ metric: 'acc', value: 1, filter: 'first' }], items: [{ values: { acc: 1 } }] })
  await expect(compared(lmEval('b', { gsm: filtered('first') }), lmEval('c', { gsm: filtered('strict') }))).rejects.toThrow(
    'gsm: filter of acc first against strict in c',
  )
})

describe('groups', () => {
  const other = { scores: { acc: 1 }, samples: [sample(0, { acc: 1 }), sample(1, { acc: 1 }), sample(2, { acc: 1 })] }
  test('without a figure are ignored: their tasks are compared', async () => {
    const more = { groupResults: { all: { alias: 'all' } }, subtasks: { all: ['acc', 'other'] } }
    const { accuracies } = await compared(lmEval('a', { ...acc, other }, more), lmEval('b', { ...acc, other }, more))
    expect(accuracies.map(({ task }) => task)).toEqual(['acc', 'other'])
  })
  test('whose score is the mean of the tasks’ scores are not paired by items', async () => {
    const more = { groupResults: { all: { 'acc,none': 0.75 }, inner: { 'acc,none': 0.5 } }, subtasks: { all: ['inner', 'other'], inner: ['acc'] } }
    const { accuracies, notes } = await compared(lmEval('a', { ...acc, other }, more), lmEval('b', { ...acc, other }, more))
    expect(accuracies.map(({ task, cells }) => [task, cells[0]!.retention, cells[0]!.retentionInterval])).toEqual([['all', 1, null]])
    expect(notes[0]).toBe('a, all acc: the score is 0.75, its items together give 0.8: they are not paired')
  })
})

test('--output_path NAME.json is found with its samples, and a task whose samples are missing is noted', async () => {
  const place = lmEval('a', acc, {}, `NAME_${TIME}.json`)
  expect((await readStoredRun(place)).tasks[0]!.items).toHaveLength(2)
  const withoutSamples = { ...acc.acc, samples: [] }
  const { notes } = await compared(place, lmEval('b', { acc: withoutSamples }))
  expect(notes).toContain('b has no samples of acc: items are not paired')
})

test('runs without a task in common say what each has', async () => {
  const [a, b] = [lmEval('a', acc), lmEval('b', { mmlu: { scores: { acc_norm: 0.5, mcc: 0 }, samples: [] } })]
  await expect(compared(a, b)).rejects.toThrow(/^a and b have no task in common:\n {2}a has acc \(acc\)\n {2}b has mmlu \(acc_norm, mcc\)$/u)
  const mcc = { cola: { scores: { mcc: 0.5 }, samples: [] } }
  await expect(compared(lmEval('c', mcc), lmEval('d', mcc))).rejects.toThrow('c and d have no figure in common:\n  c has cola (mcc)')
})
