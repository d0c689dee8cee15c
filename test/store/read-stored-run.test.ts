/** Runs read back: evalharness' own, lm-eval's, and files that are not what they should be. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { choiceSample } from './lm-eval-sample.ts'

const TIME = '2026-01-02T03-04-05.000006'

/** As lm-eval 0.4.13 writes it, cut to what matters here. */
function lmEvalResults() {
  return {
    results: {
      mmlu: { 'acc,none': 0.75, 'acc_stderr,none': 0.2, alias: 'mmlu' },
      mmlu_law: { alias: ' - law', 'acc,none': 1, 'acc_stderr,none': 0 },
      mmlu_logic: { alias: ' - logic', 'acc,none': 0.5, 'acc_stderr,none': 0.5 },
      wikitext: { alias: 'wikitext', 'word_perplexity,none': Math.exp(3), 'word_perplexity_stderr,none': 'N/A' },
    },
    groups: { mmlu: { 'acc,none': 0.75 } },
    group_subtasks: { mmlu: ['mmlu_humanities'], mmlu_humanities: ['mmlu_law', 'mmlu_logic'], wikitext: [] },
    versions: { mmlu: 2, mmlu_law: 1.0, mmlu_logic: 1.0, wikitext: 2.0 },
    'n-shot': { mmlu_law: 5, mmlu_logic: 5, wikitext: 0 },
    'n-samples': { mmlu_law: { original: 10, effective: 2 }, mmlu_logic: { original: 10, effective: 2 }, wikitext: { original: 62, effective: 1 } },
    config: { model: 'hf', model_args: 'pretrained=some/model,dtype=float32', model_num_parameters: 134515008 },
    date: 1767323045.5,
    model_name: 'some/model',
    max_length: 2048,
    lm_eval_version: '0.4.13',
  }
}

const sample = (docId: number, right: number) => ({
  ...choiceSample(docId),
  doc: {},
  metrics: ['acc'],
  doc_hash: '',
  acc: right,
})
const text = { ...sample(0, 0), arguments: { gen_args_0: { arg_0: 'a page' } }, filtered_resps: [-30], word_perplexity: [-30, 10] }
const lines = (...rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

let folder: string
const file = (name: string) => path.join(folder, name)
const results = () => file(`results_${TIME}.json`)
const samples = (task: string) => file(`samples_${task}_${TIME}.jsonl`)

beforeEach(() => {
  folder = temporaryFolder()
  writeFileSync(results(), JSON.stringify(lmEvalResults()))
  writeFileSync(samples('mmlu_law'), lines(sample(0, 1), sample(1, 1)))
  writeFileSync(samples('mmlu_logic'), lines(sample(0, 1), sample(1, 0)))
  writeFileSync(samples('wikitext'), lines(text))
})

test("lm-eval's results and samples are a run", async () => {
  const run = await readStoredRun(results())
  expect(run).toMatchObject({
    kind: 'measured',
    label: 'model',
    tool: 'lm-eval 0.4.13',
    date: '2026-01-02T03:04:05.500Z',
    isComplete: true,
    model: { source: 'some/model', parameterCount: 134515008, maxLength: 2048, weightsHash: null },
  })
  expect(run.tasks.map(({ name, version, shotCount, itemCount, rowCount }) => [name, version, shotCount, itemCount, rowCount])).toEqual([
    ['mmlu_law', '1', 5, 2, 10],
    ['mmlu_logic', '1', 5, 2, 10],
    ['wikitext', '2', 0, 1, 62],
  ])
  expect(run.groups).toEqual([
    { name: 'mmlu', version: '2', shotCount: null, scores: [{ metric: 'acc', value: 0.75, standardError: 0.2 }], members: ['mmlu_law', 'mmlu_logic'] },
  ])
  expect(run.tasks[0]!.items![1]).toEqual({
    docId: 1,
    promptHash: 'p1',
    targetHash: 't',
    target: '1',
    values: { acc: 1 },
    requests: [
      { context: 'question 1', continuation: ' A', logProb: -1.5 },
      { context: 'question 1', continuation: ' B', logProb: -2.5 },
    ],
  })
  expect(run.tasks[2]!.items![0]!.values).toEqual({ word_perplexity: { logProb: -30, weight: 10 } })
  expect(run.tasks[2]!.scores).toEqual([{ metric: 'word_perplexity', value: Math.exp(3), standardError: null }])
})

describe('is found', () => {
  test('by its folder, the newest complete one, and by the folder above when there is one model', async () => {
    copyFileSync(results(), file('results_2026-01-01T00-00-00.json'))
    copyFileSync(results(), file('results_2026-01-09T00-00-00.partial.json'))
    expect((await readStoredRun(folder)).file).toBe(results())
    expect((await readStoredRun(path.join(folder, '..', path.basename(folder)))).file).toBe(results())
  })

  test('under a name of one’s own', async () => expect((await readStoredRun(`original=${folder}`)).label).toBe('original'))

  test('without samples, when they were not stored', async () => {
    const { groups, ...rest } = lmEvalResults()
    const alone = path.join(temporaryFolder(), 'results_x.json')
    writeFileSync(alone, JSON.stringify(rest))
    expect((await readStoredRun(alone)).tasks.map(({ items, itemCount }) => [items, itemCount])).toEqual([
      [null, 2],
      [null, 2],
      [null, 1],
    ])
    expect(groups).toBeDefined()
  })
})

describe('is refused with a message that says why', () => {
  const refused = async (message: string | RegExp, spec = results()) => {
    await expect(readStoredRun(spec)).rejects.toThrow(StoreError)
    await expect(readStoredRun(spec)).rejects.toThrow(message)
  }

  test('no such file or folder', () => refused('no such run: /no/such', '/no/such'))
  test('a folder without results', () => refused('has no results_*.json', temporaryFolder()))
  test('a record cut short', async () => {
    writeFileSync(results(), readFileSync(results(), 'utf8').slice(0, 200))
    await refused('is not JSON: it ends in the middle')
  })
  test('another file', async () => {
    writeFileSync(results(), '{"a": 1}')
    await refused('is not a results file')
  })
  test('samples cut short within a line', async () => {
    writeFileSync(samples('mmlu_law'), lines(sample(0, 1), sample(1, 1)).slice(0, -20))
    await refused(/samples_mmlu_law.*line 2: not JSON/u)
  })
  test('samples cut short between lines', async () => {
    writeFileSync(samples('mmlu_law'), lines(sample(0, 1)))
    await refused(/samples_mmlu_law.* has 1 items, .* counts 2/u)
  })
  test('an item that is listed twice', async () => {
    writeFileSync(samples('mmlu_law'), lines(sample(0, 1), sample(0, 1)))
    await refused('line 2: item 0 is listed twice')
  })
  test('samples of another run', async () => {
    writeFileSync(samples('mmlu_logic'), lines(sample(0, 1), sample(1, 1)))
    await refused('its items give acc 1, the results file says 0.5')
  })
  test('a date that is none', async () => {
    writeFileSync(results(), JSON.stringify({ ...lmEvalResults(), date: 1e300 }))
    await refused('is not a results file')
  })
  test.each(['mmlu\u001b[31m', 'a\n::error::b'])('a task called %j', async (name) => {
    const { results: scores } = lmEvalResults()
    writeFileSync(results(), JSON.stringify({ ...lmEvalResults(), results: { ...scores, [name]: scores.mmlu_law } }))
    await refused(/Invalid key in record/u)
  })
  test('a folder where samples should be', async () => {
    rmSync(samples('mmlu_law'))
    mkdirSync(samples('mmlu_law'))
    await refused('cannot read')
  })
  test('a record nested deeper than any', async () => {
    writeFileSync(results(), JSON.stringify(lmEvalResults()).replace('"config":{', `"config":{"x":${'['.repeat(5000)}${']'.repeat(5000)},`))
    await refused('is not JSON')
  })
})

test('responses that are neither numbers nor texts of numbers are NaN, and a target that is an object becomes its JSON', async () => {
  const strange = {
    ...sample(0, 1),
    filtered_resps: [
      [{ toString: 1 }, 'False'],
      [[[]], 'False'],
    ],
    target: { toString: 1, valueOf: 2 },
  }
  writeFileSync(samples('mmlu_law'), lines(strange, sample(1, 1)))
  const [first, second] = (await readStoredRun(results())).tasks[0]!.items!
  expect(first).toMatchObject({ target: '{"toString":1,"valueOf":2}', requests: [{ logProb: NaN }, { logProb: NaN }] })
  expect(second).toMatchObject({ target: '1', requests: [{ logProb: -1.5 }, { logProb: -2.5 }] })
})

test.each(['constructor', 'toString', 'hasOwnProperty'])('a task called %s has no figures but its own', async (name) => {
  const content = lmEvalResults()
  writeFileSync(results(), JSON.stringify({ ...content, results: { ...content.results, [name]: { 'acc,none': 0.5 } } }))
  const run = await readStoredRun(results())
  expect(run.tasks.find((task) => task.name === name)).toMatchObject({ version: null, shotCount: null, itemCount: null, items: null })
})

test('of several filters the first counts', async () => {
  writeFileSync(samples('mmlu_law'), lines(sample(0, 1), { ...sample(0, 0), filter: 'strict' }, sample(1, 1), { ...sample(1, 0), filter: 'strict' }))
  expect((await readStoredRun(results())).tasks[0]!.items).toHaveLength(2)
})

describe('the rows that were scored', () => {
  const withConfig = async (config: object, limit?: unknown) => {
    const content = lmEvalResults()
    writeFileSync(results(), JSON.stringify({ ...content, config: { ...content.config, limit }, configs: { mmlu_law: config } }))
    const run = await readStoredRun(results())
    return { limit: run.tasks[0]!.limit, dataset: run.tasks[0]!.dataset }
  }

  test("lm-eval's dataset, split and limit are read", async () => {
    const config = { dataset_path: 'cais/mmlu', dataset_name: 'law', test_split: 'test', validation_split: 'validation' }
    expect(await withConfig(config, 2)).toEqual({ limit: 2, dataset: { id: 'cais/mmlu', config: 'law', split: 'test', revision: null } })
  })
})
