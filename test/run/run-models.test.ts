/** A run as a program makes it. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { AbortError, UsageError } from '../../src/errors.ts'
import type { RunEvent } from '../../src/run/run-events.ts'
import { planRun } from '../../src/run/plan-run.ts'
import { runModels, type RunModelsOptions } from '../../src/run/run-models.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const model = tinyModel()
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(30))
const optionsOf = (more: RunModelsOptions = {}): RunModelsOptions => ({
  model: [`tiny=${model}`],
  tasks: ['piqa'],
  data: [`piqa=${rows}`],
  output: path.join(temporaryFolder(), 'results'),
  cache: temporaryFolder(),
  device: 'cpu',
  ...more,
})

test('it comes back with records and files, and tells what happens in order', { tags: ['slow'] }, async () => {
  const events: RunEvent[] = []
  const { runs, isComplete, canResume } = await runModels(optionsOf({ checkDeterminism: 5, onEvent: (event) => events.push(event) }))
  expect({ isComplete, canResume, count: runs.length }).toEqual({ isComplete: true, canResume: false, count: 1 })
  const [{ record, resultsFile, sampleFiles }] = runs as [(typeof runs)[number]]
  expect(record).toMatchObject({ model: { label: 'tiny' }, determinism: { itemCount: 5 }, tasks: [{ name: 'piqa', itemCount: 30 }] })
  expect(sampleFiles).toHaveLength(1)
  expect(await readStoredRun(resultsFile)).toMatchObject({ label: 'tiny', isComplete: true })
  const kinds = events.map((event) => ('isRepeat' in event && event.isRepeat ? `again ${event.kind}` : event.kind)).filter((kind) => !kind.endsWith('notice'))
  expect([...new Set(kinds)]).toEqual([
    'loading',
    'task-started',
    'batch-scored',
    'task-scored',
    'again loading',
    'again task-started',
    'again batch-scored',
    'again task-scored',
    'determinism-checked',
    'run-stored',
  ])
})

test('a signal cuts it short; resume continues it to the scores of a whole run', { tags: ['slow'] }, async () => {
  const whole = await runModels(optionsOf({ cache: false, batchTokens: 20 }))
  const options = optionsOf({ batchTokens: 20 })
  const abort = new AbortController()
  const onEvent = (event: RunEvent) => event.kind === 'batch-scored' && event.doneShare > 0.4 && abort.abort()
  const cut = await runModels({ ...options, onEvent, signal: abort.signal })
  expect(cut).toMatchObject({ isComplete: false, canResume: true, runs: [{ record: { isComplete: false } }] })
  const events: RunEvent[] = []
  const resumed = await runModels({ resume: options.output!, onEvent: (event) => events.push(event) })
  expect(events[0]).toMatchObject({ kind: 'resumed', models: options.model, tasks: ['piqa'], others: expect.arrayContaining(['--batch-tokens 20']) })
  expect(resumed.isComplete).toBe(true)
  expect(resumed.runs[0]!.record.tasks).toEqual(whole.runs[0]!.record.tasks)
  expect(resumed.runs[0]!.record.work.cachedCount).toBeGreaterThan(0)
  expect(readdirSync(options.output!)).toEqual(['tiny'])
})

test('an aborted signal fails it before the first score, and nothing is left', async () => {
  const options = optionsOf({ signal: AbortSignal.abort() })
  await expect(runModels(options)).rejects.toThrow(AbortError)
  expect(readdirSync(path.dirname(options.output!)).flatMap((name) => readdirSync(path.join(path.dirname(options.output!), name)))).toEqual([])
})

test.each([
  [{ model: [] }, 'no model given'],
  [{ tasks: [] }, 'no tasks given'],
  [{ model: [`a=${model}`, `a=${model}`] }, 'two models are called a'],
  [{ limit: -1 }, '--limit -1 is not a whole number of rows or a share below 1'],
  [{ batchTokens: 0.5 }, '--batch-tokens 0.5 is not'],
  [{ resume: 'results' }, '--resume repeats the options of the interrupted run'],
  [{ models: ['a'] } as RunModelsOptions, 'unknown option "models"'],
] as const)('%j is refused', async (given, message) => {
  await expect(runModels(optionsOf(given as RunModelsOptions))).rejects.toThrow(UsageError)
  await expect(runModels(optionsOf(given as RunModelsOptions))).rejects.toThrow(message)
})

test('a plan is plain data, and writes nothing', async () => {
  const options = optionsOf({ limit: 3 })
  const plan = await planRun(options)
  expect(plan).toMatchObject({
    prompts: [{ task: 'piqa', items: 3, requests: 6, shots: 0 }],
    models: [{ model: 'tiny', layers: 2 }],
    plans: [{ model: 'tiny', task: 'piqa', requests: 6, batches: 1 }],
  })
  expect(readdirSync(path.dirname(options.output!))).toEqual([])
})
