/** Models that share layers in one run: the scores, caches and partial results of separate runs. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { expectedMemory } from '../../../src/engine/onnx/batch-budget.ts'
import { readConfig } from '../../../src/model/config/config.ts'
import { evaluateModel } from '../../../src/run/evaluate-model.ts'
import { loadTask } from '../../../src/run/load-task.ts'
import { planPasses } from '../../../src/run/one-pass/plan-passes.ts'
import { scoreTogether } from '../../../src/run/one-pass/score-together.ts'
import { loadTasks } from '../../../src/task/registry.ts'
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

test('scores are those of separate runs, for fewer layer passes', { tags: ['slow'] }, async () => {
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

test('quantized models share quantized layers, with the scores of separate runs', { tags: ['slow'] }, async () => {
  const nf4 = { model: [`original=${original},quantize=nf4`, `drop=${drop},quantize=nf4`, `plain=${drop}`], limit: 5 }
  const [together, separate] = [await runModels(optionsOf(nf4)), await runModels(optionsOf({ ...nf4, sharedLayers: false }))]
  expect(scoresOf(together)).toEqual(scoresOf(separate))
  expect(together.runs.map(({ record }) => record.model.weights)).toEqual(separate.runs.map(({ record }) => record.model.weights))
  const work = together.runs.map(({ record }) => record.work)
  expect(work.map(({ layerPassesComputed, tokensComputed }) => layerPassesComputed! / tokensComputed)).toEqual([4, 1, 3])
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

test('models that turn out not to fit together are computed one after another', { tags: ['slow'] }, async () => {
  const least = expectedMemory(await readConfig(original)).least + 1000
  const models = [original, drop].map((folder, index) => ({ label: `model-${index}`, source: folder, folder, revision: null }))
  const [pass] = await planPasses(models, {}, { onNotice: () => {} })
  const piqa = await loadTask((await loadTasks()).get('piqa')!, { dataFiles: { piqa: rows }, limit: 3 })
  const encodings = new Map()
  const notices: string[] = []
  const joined: boolean[] = []
  const results = await scoreTogether(
    pass!,
    { memoryBytes: least },
    async (model, options) => {
      joined.push(options.joinPass !== undefined)
      return evaluateModel(model, [piqa], { ...options, memoryBytes: least, encodings })
    },
    (notice) => notices.push(notice),
  )
  expect(results.map(({ isComplete, model }) => [model.label, isComplete])).toEqual([
    ['model-0', true],
    ['model-1', true],
  ])
  expect(joined).toEqual([true, true, false, false])
  expect(notices).toEqual([expect.stringMatching(/^model-0, model-1 cannot be computed together \(--memory .*\): going on with one after another/u)])
})
