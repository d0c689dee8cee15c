/** Several runs in one folder: the newest of each task, named, and only if they belong together. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { sourceLines } from '../../src/store/source-lines.ts'
import { StoreError } from '../../src/errors.ts'
import { blessRun } from '../../src/gate/bless.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { temporaryFolder } from '../temporary-folder.ts'

interface Changes {
  readonly weights?: string
  readonly limit?: number | null
  readonly dtype?: string
  /** Absent in records from before the setting was there. */
  readonly rollingBos?: string
  readonly groups?: Readonly<Record<string, readonly string[]>>
  readonly partial?: boolean
}

let folder: string

beforeEach(() => {
  folder = path.join(temporaryFolder(), 'original')
  mkdirSync(folder)
})

const timeOf = (day: number, partial = false) => `2026-01-0${day}T00-00-00.000Z${partial ? '.partial' : ''}`
const fileOf = (day: number) => path.join(folder, `results_${timeOf(day)}.json`)

const shown = (day: number) => fileOf(day)

/** A run of that day, whose scores are the day in tenths. */
function stored(
  day: number,
  tasks: readonly string[],
  { weights = 'aa', limit = null, dtype = 'f32', rollingBos, groups = {}, partial = false }: Changes = {},
): void {
  const names = [...Object.keys(groups), ...tasks]
  const time = timeOf(day, partial)
  writeFileSync(
    path.join(folder, `results_${time}.json`),
    JSON.stringify({
      results: Object.fromEntries(names.map((name) => [name, { 'acc,none': day / 10 }])),
      group_subtasks: groups,
      config: { limit },
      evalharness: {
        version: '0.1.0',
        is_complete: !partial,
        model: {
          label: 'original',
          source: 'model',
          revision: null,
          architecture: null,
          parameterCount: null,
          weightsHash: weights,
          weights: null,
          tokenizerHash: 'bb',
          maxLength: 128,
        },
        engine: { dtype },
        settings: { limit, ...(rollingBos !== undefined && { rollingBos }) },
      },
    }),
  )
  for (const task of tasks) {
    const rows = Array.from({ length: 10 }, (_, docId) => ({
      doc_id: docId,
      target: '0',
      prompt_hash: `p${docId}`,
      target_hash: 't',
      arguments: {},
      filtered_resps: [],
      acc: docId < day ? 1 : 0,
    }))
    writeFileSync(path.join(folder, `samples_${task}_${time}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  }
}

/** Each task with the day that its score tells. */
const daysOf = ({ tasks, groups }: Awaited<ReturnType<typeof readStoredRun>>) =>
  Object.fromEntries([...tasks, ...groups].map(({ name, scores }) => [name, scores[0]!.value * 10]))

test('runs of different tasks are one run, and each file is named', async () => {
  stored(1, ['piqa', 'boolq'])
  stored(2, ['piqa'])
  stored(3, ['mmlu_law'])
  const run = await readStoredRun(folder)
  expect(daysOf(run)).toEqual({ mmlu_law: 3, piqa: 2, boolq: 1 })
  expect(run).toMatchObject({ label: 'original', file: fileOf(3), isComplete: true })
  expect(sourceLines(run)).toEqual([
    `original: mmlu_law from ${shown(3)}`,
    `original: piqa from ${shown(2)}, the newest of 2 runs`,
    `original: boolq from ${shown(1)}`,
  ])
})

test('a run that a newer one covers is not read, whatever its settings and samples', async () => {
  stored(1, ['piqa'], { weights: 'other', limit: 10 })
  writeFileSync(path.join(folder, `samples_piqa_${timeOf(1)}.jsonl`), 'damaged')
  stored(2, ['piqa', 'boolq'])
  const run = await readStoredRun(folder)
  expect(daysOf(run)).toEqual({ piqa: 2, boolq: 2 })
  expect(sourceLines(run)).toEqual([`original: ${shown(2)}, the newest of 2 runs`])
  expect(run.sources).toEqual([{ file: fileOf(2), tasks: ['piqa', 'boolq'], newestOf: 2 }])
})

test('each task may have a limit of its own', async () => {
  stored(1, ['piqa'], { limit: 100 })
  stored(2, ['boolq'])
  const run = await readStoredRun(folder)
  expect(run.tasks.map(({ name, limit }) => [name, limit])).toEqual([
    ['boolq', undefined],
    ['piqa', 100],
  ])
})

test.each<[string, Changes, string]>([
  ['weights', { weights: 'cc' }, 'weights aa against cc'],
  ['rules of perplexity', { rollingBos: 'once' }, 'rolling_bos lm-eval against once'],
  ['numbers', { dtype: 'f16' }, 'dtype f32 against f16'],
])('runs of different tasks with other %s are refused', async (_, changes, difference) => {
  stored(1, ['piqa'], changes)
  stored(2, ['boolq'])
  await expect(readStoredRun(folder)).rejects.toThrow(StoreError)
  await expect(readStoredRun(folder)).rejects.toThrow(`results_${timeOf(2)}.json (boolq) and results_${timeOf(1)}.json (piqa) differ in ${difference}`)
  // Each alone can be given.
  expect(daysOf(await readStoredRun(`NAME=${fileOf(1)}`))).toEqual({ piqa: 1 })
  expect(sourceLines(await readStoredRun(fileOf(1)))).toEqual([])
})

test('of what was asked for, only the runs that hold it are read, whatever the settings and samples of the others', async () => {
  stored(1, ['piqa', 'boolq'], { limit: 20 })
  stored(2, ['mine'])
  stored(3, ['cola'], { dtype: 'f16' })
  writeFileSync(path.join(folder, `samples_mine_${timeOf(2)}.jsonl`), 'damaged')
  const run = await readStoredRun(folder, new Set(['piqa', 'elsewhere']))
  expect(daysOf(run)).toEqual({ piqa: 1, boolq: 1 })
  expect(run).toMatchObject({ tasks: [{ limit: 20 }, { limit: 20 }], unread: ['cola', 'mine'] })
  await expect(readStoredRun(folder, new Set(['piqa', 'cola']))).rejects.toThrow('differ in dtype f16 against f32')
  await expect(readStoredRun(folder, new Set(['elsewhere']))).rejects.toThrow('cannot be combined')
})

test('a group that was asked for brings the run of its tasks', async () => {
  stored(1, ['physics', 'maths'], { groups: { stem: ['physics', 'maths'] } })
  stored(2, ['piqa'], { limit: 20 })
  expect(daysOf(await readStoredRun(folder, new Set(['stem'])))).toEqual({ stem: 1, physics: 1, maths: 1 })
})

test('a group is of one run, with all of its tasks, and the groups in it', async () => {
  const groups = { mmlu: ['mmlu_stem', 'law'], mmlu_stem: ['physics', 'maths'] }
  stored(1, ['physics', 'maths', 'law'], { groups })
  stored(2, ['physics', 'maths'], { groups: { mmlu_stem: ['physics', 'maths'] } })
  stored(3, ['law', 'piqa'])
  expect(daysOf(await readStoredRun(folder))).toEqual({ mmlu: 1, mmlu_stem: 1, physics: 1, maths: 1, law: 1, piqa: 3 })
})

test('damaged files of earlier runs and later runs that were interrupted are left out with a note', async () => {
  stored(1, ['piqa'])
  writeFileSync(fileOf(1), '{')
  stored(2, ['piqa'])
  stored(3, ['piqa'], { partial: true })
  const { notes, tasks } = await readStoredRun(folder)
  expect(tasks).toHaveLength(1)
  expect(notes![0]).toMatch(/results_2026-01-03T00-00-00\.000Z\.partial\.json is newer, but was interrupted, so it is left out$/u)
  expect(notes![1]).toMatch(/results_2026-01-01T00-00-00\.000Z\.json, an earlier run, is left out: .*not JSON/u)
})

test('a blessed run has all of its files, and reads the same', async () => {
  stored(1, ['piqa'])
  stored(2, ['boolq'])
  const target = await blessRun(await readStoredRun(folder), 'main', { folder: temporaryFolder(), force: false })
  rmSync(folder, { recursive: true })
  expect(existsSync(folder)).toBe(false)
  expect(daysOf(await readStoredRun(target))).toEqual({ boolq: 2, piqa: 1 })
})

test('a record without --rolling-bos goes with one that has the default, and not with another', async () => {
  stored(1, ['piqa'])
  stored(2, ['wikitext'], { rollingBos: 'lm-eval' })
  expect(daysOf(await readStoredRun(folder))).toEqual({ piqa: 1, wikitext: 2 })
  stored(3, ['boolq'], { rollingBos: 'once' })
  await expect(readStoredRun(folder)).rejects.toThrow(/rolling_bos once against lm-eval/u)
})
