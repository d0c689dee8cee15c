/** Few-shot examples never show an item its own answer, wherever the rows come from. */
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseDataFiles } from '../../src/run/parse-data-files.ts'
import { DatasetError, UsageError } from '../../src/errors.ts'
import { loadTask } from '../../src/run/load-task.ts'
import type { LoadedTask, LoadTaskOptions } from '../../src/run/loaded-task.ts'
import { defineTask } from '../../src/task/define-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { selectTasks } from '../../src/task/select-tasks.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { writeRows } from '../tiny-model.ts'

const known = await loadTasks()

/** Rows of MMLU's form; a different question for each number. */
const mmluRows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ question: `Question ${from + index}?`, choices: ['w', 'x', 'y', 'z'], answer: (from + index) % 4 }))

const mine = defineTask({
  name: 'mine',
  version: 1,
  dataset: { repo: 'me/mine', split: 'test' },
  row: z.object({ q: z.string(), a: z.array(z.string()), label: z.number() }),
  prompt: ({ q }) => `Q: ${q}\nA:`,
  choices: ({ a }) => a,
  gold: ({ label }) => label,
  metrics: ['acc'],
  shots: { split: 'dev', defaultCount: 2, sampler: 'first_n' },
})
/** lm-eval with `fewshot_split: test_split`. */
const leaveOut = { ...mine, shots: { split: 'test', defaultCount: 2, sampler: 'first_n' } } as const
const row = (q: string, label = 0) => ({ q, a: ['yes', 'no'], label })
const letters = (text: string) => text.split('').map((q) => row(q))

/** The loaded tasks of `names` with the entries of `--data`, as the command makes it. */
async function load(names: readonly string[], data: readonly string[], options: LoadTaskOptions = {}): Promise<LoadedTask> {
  const selected = selectTasks(known, names)
  return loadTask(selected[0]!, { ...options, dataFiles: await parseDataFiles(data, known, selected) })
}

/** For each item the questions before its own. */
function examplesOf({ parts }: LoadedTask): string[] {
  return parts.flatMap(({ items }) =>
    items.map((item) => {
      const [request] = item.requests
      const context = request.kind === 'continuation' ? request.context : ''
      return [...context.matchAll(/Q: (.*)\n/gu)]
        .map(([, question]) => question)
        .slice(0, -1)
        .join('')
    }),
  )
}

const contexts = ({ parts }: LoadedTask) => parts.flatMap(({ items }) => items.map((item) => (item.requests[0] as { context: string }).context))

describe('--data TASK=FILE holds the scored rows', () => {
  const folder = temporaryFolder()
  const rows = writeRows(folder, 'rows.jsonl', mmluRows(0, 8))
  const dev = writeRows(folder, 'dev.jsonl', mmluRows(100, 6))

  test('few-shot examples from them are refused, with the option that gives others', async () => {
    const error = await load(['mmlu_anatomy'], [`mmlu_anatomy=${rows}`]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UsageError)
    expect(error).toMatchObject({
      message: `--data mmlu_anatomy=${rows} holds the scored rows of mmlu_anatomy: few-shot examples from them would show items their own answers`,
      hint: `Give the examples too: --data mmlu_anatomy:dev=FILE --data mmlu_anatomy:test=${rows}. Or score without: --num-fewshot 0.`,
    })
  })

  test('without examples they are scored as they are', async () => {
    const { parts } = await load(['mmlu_anatomy'], [`mmlu_anatomy=${rows}`], { shots: 0 })
    expect(parts.map(({ name, items }) => [name, items.length])).toEqual([['mmlu_anatomy', 8]])
  })

  test.each([
    ['of the task', ['mmlu:dev=DEV', 'mmlu:test=ROWS']],
    ['of the subset', ['mmlu_anatomy:dev=DEV', 'mmlu_anatomy:test=ROWS']],
    ['of the subset, the scored ones without a split', ['mmlu_anatomy=ROWS', 'mmlu_anatomy:dev=DEV']],
    ['of both, the subset’s own first', ['mmlu:test=DEV', 'mmlu:dev=DEV', 'mmlu_anatomy=ROWS']],
  ])('splits are named one by one: %s', async (_, data) => {
    const loaded = await load(
      ['mmlu_anatomy'],
      data.map((entry) => entry.replace('DEV', dev).replace('ROWS', rows)),
    )
    expect(loaded.parts[0]).toMatchObject({ origin: { path: rows }, shotsOrigin: { path: dev } })
    expect(contexts(loaded)[0]).toMatch(/^The following[^]*Question 100\?[^]*Question 104\?[^]*Question 0\?[^]*Answer:$/u)
    expect(loaded.notices).toEqual([])
  })

  test('a folder of datasets may give the examples', async () => {
    mkdirSync(path.join(folder, 'all/mmlu/dev'), { recursive: true })
    copyFileSync(dev, path.join(folder, 'all/mmlu/dev/anatomy.jsonl'))
    const { parts } = await load(['mmlu_anatomy'], [`mmlu_anatomy=${rows}`], { dataDir: path.join(folder, 'all') })
    expect(parts[0]).toMatchObject({ origin: { path: rows }, shotsOrigin: { path: path.join(folder, 'all/mmlu/dev/anatomy.jsonl') } })
  })

  test('a group takes a folder, which a file of one of its subsets precedes', async () => {
    const stem = path.join(folder, 'stem')
    for (const subset of ['anatomy', 'astronomy']) {
      mkdirSync(path.join(stem, 'test'), { recursive: true })
      copyFileSync(rows, path.join(stem, 'test', `${subset}.jsonl`))
    }
    const { parts } = await load(['mmlu_anatomy', 'mmlu_astronomy'], [`mmlu_anatomy=${rows}`, `mmlu_stem=${stem}`], { shots: 0 })
    expect(parts.map(({ origin }) => origin)).toMatchObject([{ path: rows }, { path: path.join(stem, 'test/astronomy.jsonl') }])
  })

  test('one file is not scored as each of 57 subjects', async () => {
    await expect(load(['mmlu'], [`mmlu=${rows}`], { shots: 0 })).rejects.toThrow(
      `--data mmlu=${rows}: one file would be read for each of the 57 subsets of mmlu`,
    )
    await expect(load(['mmlu'], [`mmlu:dev=${dev}`, `mmlu:test=${rows}`])).rejects.toThrow('one file would be read for each of the 57 subsets')
  })

  test.each([
    [['mmlu_anatomie=ROWS'], 'unknown task "mmlu_anatomie"', 'Did you mean mmlu_anatomy or cmmlu_anatomy? '],
    [['mmlu_stem=nothing'], '--data mmlu_stem=nothing: there is no such folder', 'or name a subset: --data mmlu_abstract_algebra=FILE.'],
    [['mmlu_stem=package.json'], 'a group of subsets needs a folder, not a file', 'Give a folder with'],
    [['mmlu_humanities=src'], '--data mmlu_humanities=src has no effect: mmlu_humanities is not among --tasks', 'Leave it out'],
    [['mmlu_anatomy:dve=ROWS'], '--data mmlu_anatomy:dve=ROWS: task mmlu has no split "dve"', 'It has: test, dev.'],
    [['mmlu_anatomy:=ROWS'], 'task mmlu has no split ""', 'It has: test, dev.'],
    [['piqa=ROWS'], '--data piqa=ROWS has no effect: piqa is not among --tasks', 'Leave it out'],
    [['mmlu_virology=ROWS'], 'mmlu_virology is not among --tasks', 'Leave it out'],
    [['mmlu=a', 'mmlu=b'], '--data mmlu=b: --data mmlu=a names the same rows', 'Give one of the two.'],
    [['mmlu=a', 'mmlu:test=b'], '--data mmlu:test=b: --data mmlu=a names the same rows', 'Give one of the two.'],
    [['mmlu'], '--data mmlu is not TASK=FILE', 'Give for example --data piqa=rows.jsonl'],
  ])('%j is refused', async (data, message, hint) => {
    const error = await (async () => load(['mmlu_anatomy'], data))().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as UsageError).message).toContain(message)
    expect((error as UsageError).hint).toContain(hint)
  })

  test('a file that is not there is named', async () => {
    await expect(load(['mmlu_anatomy'], ['mmlu_anatomy=nothing.jsonl'], { shots: 0 })).rejects.toThrow(
      '--data mmlu_anatomy=nothing.jsonl: there is no such file or folder',
    )
  })
})

describe('two splits with the same rows', () => {
  test.each([
    ['one file', (test_: string, dev: string) => symlinkSync(test_, dev)],
    ['a copy', copyFileSync],
  ])('of a folder are refused: %s', async (_, duplicate) => {
    const dataDir = temporaryFolder()
    for (const split of ['dev', 'test']) mkdirSync(path.join(dataDir, 'mmlu', split), { recursive: true })
    const scored = writeRows(path.join(dataDir, 'mmlu/test'), 'anatomy.jsonl', mmluRows(0, 8))
    duplicate(scored, path.join(dataDir, 'mmlu/dev/anatomy.jsonl'))
    const error = await load(['mmlu_anatomy'], [], { dataDir }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DatasetError)
    expect((error as DatasetError).message).toContain('task mmlu_anatomy: the few-shot split dev and the scored split test have the same contents')
    expect((await load(['mmlu_anatomy'], [], { dataDir, shots: 0 })).parts[0]!.items).toHaveLength(8)
  })

  test('named by the user as one file are refused', async () => {
    const rows = writeRows(temporaryFolder(), 'rows.jsonl', mmluRows(0, 8))
    await expect(load(['mmlu_anatomy'], [`mmlu:dev=${rows}`, `mmlu:test=${rows}`])).rejects.toThrow(`the scored split test are both ${rows}`)
  })
})

describe('an item whose text is among the examples', () => {
  const loadMine = (test_: readonly object[], dev: readonly object[], options: LoadTaskOptions = {}, task = mine) => {
    const folder = temporaryFolder()
    return loadTask(task, {
      dataFiles: { 'mine:test': writeRows(folder, 'test.jsonl', test_), 'mine:dev': writeRows(folder, 'dev.jsonl', dev) },
      ...options,
    })
  }

  test('gets the next rows instead, said once; other items keep the first rows', async () => {
    const loaded = await loadMine(letters('pbq'), letters('abcd'))
    expect(examplesOf(loaded)).toEqual(['ab', 'ac', 'ab'])
    expect(loaded.notices).toEqual([
      'mine: 1 scored item has the text of few-shot examples (split dev, row 1); such an item gets other rows of the split instead, so that it does not see its answer',
    ])
  })

  test.each([
    ['white space apart', { q: '  b ', a: ['yes', 'no'], label: 0 }],
    ['with another label', row('b', 1)],
    ['with its choices in another order', { q: 'b', a: ['no', 'yes'], label: 1 }],
    ['with columns of its own', { ...row('b'), id: 7 }],
  ])('also %s', async (_, example) => {
    expect(examplesOf(await loadMine(letters('b'), [row('a'), example, ...letters('cd')]))).toEqual(['ac'])
  })

  test('the same question with other answers is another row, as PIQA has them', async () => {
    const loaded = await loadMine(letters('b'), [row('a'), { q: 'b', a: ['up', 'down'], label: 0 }, row('c')])
    expect(examplesOf(loaded)).toEqual(['ab'])
    expect(loaded.notices).toEqual([])
  })

  test('examples that are twice in their split stay twice, as lm-eval has them: MMLU’s college physics', async () => {
    expect(examplesOf(await loadMine(letters('pq'), letters('aab')))).toEqual(['aa', 'aa'])
  })

  test('without enough others the row is named', async () => {
    await expect(loadMine(letters('pb'), letters('ab'))).rejects.toThrow(
      'row 1 of mine needs 2 few-shot examples, but the few-shot split dev has only 1 besides the item itself',
    )
  })

  test('examples are checked like items', async () => {
    await expect(loadMine(letters('pq'), [row('a'), row('b', 2)])).rejects.toThrow(
      /dev\.jsonl, row 1 \(counted from 0\): label 2 is out of range, there are 2 choices/u,
    )
  })
})

describe('a task that takes its examples from the scored split', () => {
  const loadRows = (rows: readonly object[], options: LoadTaskOptions = {}) =>
    loadTask(leaveOut, { dataFiles: { mine: writeRows(temporaryFolder(), 'rows.jsonl', rows) }, ...options })

  test('never draws the item’s own row: the first others, as lm-eval’s first_n sampler', async () => {
    const loaded = await loadRows(letters('abcd'))
    expect(examplesOf(loaded)).toEqual(['bc', 'ac', 'ab', 'ab'])
    expect(loaded.notices).toEqual([])
  })

  test('nor a copy of it', async () => {
    const loaded = await loadRows(letters('abac'))
    expect(examplesOf(loaded)).toEqual(['bc', 'aa', 'bc', 'ab'])
    expect(loaded.notices).toEqual([expect.stringContaining('2 scored items have the text of few-shot examples (split test, rows 0, 2)')])
  })

  test('counts rows as the file does, whatever is asked of it', async () => {
    expect(examplesOf(await loadRows(letters('abcd'), { samples: { mine: [2, 0] } }))).toEqual(['ab', 'bc'])
    expect(examplesOf(await loadRows(letters('abcd'), { limit: 1 }))).toEqual(['bc'])
  })

  test('has one example less than rows', async () => {
    await expect(loadRows(letters('ab'))).rejects.toThrow(
      'row 0 of mine needs 2 few-shot examples, but the few-shot split test has only 1 besides the item itself',
    )
    await expect(loadRows(letters('a'))).rejects.toThrow('task mine has 1 few-shot examples, but 2 are needed')
  })
})

describe('examples drawn at random', () => {
  const loadRandom = (
    rows: string,
    dev: string,
    options: LoadTaskOptions = {},
    shots: { readonly split?: string; readonly sampler?: 'default' | 'first_n'; readonly leavesItemOut?: boolean } = {},
  ) => {
    const folder = temporaryFolder()
    return loadTask(
      { ...mine, shots: { split: 'dev', defaultCount: 3, ...shots } },
      { dataFiles: { 'mine:test': writeRows(folder, 'test.jsonl', letters(rows)), 'mine:dev': writeRows(folder, 'dev.jsonl', letters(dev)) }, ...options },
    )
  }

  // ContextSampler of lm-eval 0.4.13: sample(3) for one item after the other, from rows a to h.
  test('are those of lm-eval, item after item', async () => {
    expect(examplesOf(await loadRandom('12345678', 'abcdefgh'))).toEqual(['hag', 'bge', 'afg', 'bac', 'dag', 'acf', 'hed', 'cab'])
  })

  test('differ with the seed', async () => {
    expect(examplesOf(await loadRandom('123', 'abcdefgh', { fewshotSeed: 7 }))).toEqual(['fbd', 'ahe', 'bce'])
  })

  test('from the scored rows leave the item’s own row out, by one example more', async () => {
    const loaded = await loadRandom('abcdefgh', '', {}, { split: 'test' })
    expect(examplesOf(loaded)).toEqual(['hgf', 'afg', 'bgh', 'ahg', 'hdb', 'bha', 'aed', 'bfe'])
    expect(loaded.notices).toEqual([])
  })

  test('are drawn again where rows that equal the item’s leave too few', async () => {
    expect(examplesOf(await loadRandom('aaaabcde', '', {}, { split: 'test' }))).toEqual(['edc', 'cde', 'bed', 'ceb', 'eaa', 'ada', 'eaa', 'abd'])
  })

  test('of another split never show an item its answer: the first other rows replace them, with a notice', async () => {
    const loaded = await loadRandom('a234567b', 'abcdefgh')
    expect(examplesOf(loaded)).toEqual(['hgb', 'bge', 'afg', 'bac', 'dag', 'acf', 'hed', 'cad'])
    expect(loaded.notices).toEqual([expect.stringContaining('2 scored items have the text of few-shot examples (split dev, rows 0, 1)')])
  })
})

test('subsets of a task without a pattern for files have a file each', async () => {
  const dataDir = temporaryFolder()
  mkdirSync(path.join(dataDir, 'mine/test'), { recursive: true })
  for (const name of ['a', 'b']) writeFileSync(path.join(dataDir, `mine/test/${name}.jsonl`), `${JSON.stringify(row(name))}\n`)
  const { parts } = await loadTask({ ...mine, subsets: { names: ['a', 'b'], groups: {} } }, { dataDir, shots: 0 })
  expect(parts.map(({ name, items }) => [name, (items[0]!.doc as { q: string }).q])).toEqual([
    ['mine_a', 'a'],
    ['mine_b', 'b'],
  ])
})
