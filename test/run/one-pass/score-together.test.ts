/** Models that share layers in one run: the scores, caches and partial results of separate runs. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { runModels, type RunModelsOptions, type RunResult } from '../../../src/run/run-models.ts'
import type { RunEvent } from '../../../src/run/run-events.ts'
import { prune } from '../../../src/prune/prune.ts'
import { deepModel } from '../../deep-model.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { piqaRows, writeRows } from '../../tiny-model.ts'

const original = await deepModel({ layers: 4 })
const drop = path.join(temporaryFolder(), 'drop')
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(30))
const optionsOf = (more: RunModelsOptions = {}): RunModelsOptions => ({
  model: [`original=${original}`, `drop=${drop}`],
  tasks: ['piqa'],
  data: [`piqa=${rows}`],
  output: path.join(temporaryFolder(), 'results'),
  cache: false,
  device: 'cpu',
  threads: 1,
  batchTokens: 40,
  ...more,
})

await prune({ method: 'drop', model: original, out: drop, layers: '2' })
/** Made by the first test that needs it. */
let made: Promise<RunResult> | undefined
const apart = () => (made ??= runModels(optionsOf({ sharedLayers: false })))

const scoresOf = ({ runs }: RunResult) => runs.map(({ record }) => record.tasks.map(({ items }) => items.map(({ logLikelihoods }) => logLikelihoods)))

test('scores are those of separate runs, for fewer layer passes', async () => {
  const notices: string[] = []
  const onEvent = (event: RunEvent) => event.kind === 'notice' && notices.push(event.message)
  const together = await runModels(optionsOf({ onEvent }))
  expect(notices).toContain('original, drop share layers and are computed together: 5 layers instead of 7')
  expect(together.runs.map(({ record }) => record.model.label)).toEqual(['original', 'drop'])
  expect(scoresOf(together)).toEqual(scoresOf(await apart()))
  expect(together.runs.map(({ record }) => record.tasks)).toEqual((await apart()).runs.map(({ record }) => record.tasks))
  const [first, second] = together.runs.map(({ record }) => record.work)
  const tokens = first!.tokensDistinct!
  expect(second).toMatchObject({ tokensComputed: first!.tokensComputed, layerPassesAsked: second!.tokensAsked! * 3, layerPassesDistinct: tokens })
  expect(first!.layerPassesComputed! + second!.layerPassesComputed!).toBe(5 * first!.tokensComputed)
})

test('a model whose responses are cached is not computed again, and the other computes the shared layers', { tags: ['slow'] }, async () => {
  const cache = temporaryFolder()
  await runModels(optionsOf({ cache, model: [`original=${original}`] }))
  const together = await runModels(optionsOf({ cache }))
  const [first, second] = together.runs.map(({ record }) => record.work)
  expect(first).toMatchObject({ tokensComputed: 0, layerPassesComputed: 0 })
  expect(second!.layerPassesComputed).toBe(3 * second!.tokensComputed)
  expect(scoresOf(together)).toEqual(scoresOf(await apart()))
  const again = await runModels(optionsOf({ cache }))
  expect(again.runs.map(({ record }) => record.work.tokensComputed)).toEqual([0, 0])
})

test('a signal leaves partial results of each, and resuming ends in the same digits', { tags: ['slow'] }, async () => {
  const abort = new AbortController()
  const options = optionsOf({ cache: temporaryFolder() })
  const onEvent = (event: RunEvent) => event.kind === 'batch-scored' && event.doneShare > 0.4 && abort.abort()
  const cut = await runModels({ ...options, onEvent, signal: abort.signal })
  expect(cut).toMatchObject({ isComplete: false, runs: [{ record: { isComplete: false } }, { record: { isComplete: false } }] })
  const resumed = await runModels({ resume: options.output! })
  expect(resumed.runs.every(({ record }) => record.work.cachedCount > 0)).toBe(true)
  expect(scoresOf(resumed)).toEqual(scoresOf(await apart()))
})
