/** Models computed together on WebGPU, one session and two: the numbers of the CPU and of each by itself, and what happens if a GPU cannot load them. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { prune } from '../../../src/prune/prune.ts'
import { runModels, type RunModelsOptions, type RunResult } from '../../../src/run/run-models.ts'
import { deepModel } from '../../deep-model.ts'
import { softwareGpu } from '../../software-gpu.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../../tiny-model.ts'

/** Nats per token. */
const TOLERANCE = 1e-4

const gpu = softwareGpu()
const skipped = gpu.missing === undefined ? '' : ` (skipped: ${gpu.missing})`

describe.skipIf(gpu.missing !== undefined)(`together on WebGPU${skipped}`, () => {
  const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(6))
  const pair = (async () => {
    const original = await deepModel({ layers: 3 })
    const drop = path.join(temporaryFolder(), 'drop')
    await prune({ method: 'drop', model: original, out: drop, layers: '1' })
    return [`original=${original}`, `drop=${drop}`]
  })()

  async function run(more: Partial<RunModelsOptions>) {
    const notices: string[] = []
    const result = await runModels({
      model: await pair,
      tasks: ['piqa'],
      data: [`piqa=${rows}`],
      output: path.join(temporaryFolder(), 'results'),
      cache: false,
      device: 'webgpu',
      batchTokens: 100,
      onEvent: (event) => event.kind === 'notice' && notices.push(event.message),
      ...more,
    })
    return { result, notices }
  }

  test('scores and divergences are those of the CPU, and a model diverges from itself by exactly 0', async () => {
    const models = [...(await pair), `same=${(await pair)[0]!.slice('original='.length)}`]
    const onGpu = await run({ model: models, divergence: true })
    expect(onGpu.notices).toContain('original, drop, same are computed together, where their distributions are compared: 4 layers instead of 8')
    expect(onGpu.result.runs.map(({ record }) => record.engine.provider)).toEqual(['webgpu', 'webgpu', 'webgpu'])
    const onCpu = await run({ model: models, divergence: true, device: 'cpu' })
    expect(largestDifference(onGpu.result, onCpu.result)).toBeLessThan(TOLERANCE)
    const [found, expected] = [klOf(onGpu.result), klOf(onCpu.result)]
    expect(found[1]!.length).toBeGreaterThan(6)
    expect(Math.max(...found[2]!)).toBe(0)
    found.forEach((own, model) => own.forEach((kl, index) => expect(Math.abs(kl - expected[model]![index]!)).toBeLessThan(TOLERANCE)))
  })

  test('on two sessions, scores are those of each model by itself, and shared layers are computed once', async () => {
    const two = await run({ device: 'webgpu,webgpu' })
    expect(two.notices).toContain('original, drop share layers and are computed together: 4 layers instead of 5')
    expect(two.result.runs[1]!.record.engine.devices).toEqual(['webgpu', 'webgpu'])
    const work = two.result.runs.map(({ record }) => record.work)
    expect(work[0]!.layerPassesComputed! + work[1]!.layerPassesComputed!).toBe(4 * work[0]!.tokensComputed)
    const alone = await run({ model: (await pair).slice(1) })
    expect(largestDifference({ ...two.result, runs: two.result.runs.slice(1) }, alone.result)).toBeLessThanOrEqual(1e-6)
  })

  test('models that the GPU cannot load together are computed one after another, which is said; each then has its own failure', async () => {
    const folder = tinyModel('falcon-rw')
    const notices: string[] = []
    const failing = run({ model: [`a=${folder}`, `b=${folder}`], onEvent: (event) => event.kind === 'notice' && notices.push(event.message) })
    await expect(failing).rejects.toThrow('webgpu has no kernel for Cast')
    expect(notices).toContainEqual(
      expect.stringMatching(/^a, b cannot be computed together \(.*webgpu has no kernel for Cast.*\): going on with one after another/u),
    )
  })
})

/** In nats a token; Infinity if a greedy token differs. */
function largestDifference(found: RunResult, expected: RunResult): number {
  const responses = ({ runs }: RunResult) => runs.flatMap(({ record }) => record.tasks.flatMap(({ items }) => items.flatMap((item) => item.logLikelihoods)))
  const [all, others] = [responses(found), responses(expected)]
  expect(all).toHaveLength(others.length)
  return Math.max(
    ...all.map((one, index) => (one.isGreedy === others[index]!.isGreedy ? Math.abs(one.logProb - others[index]!.logProb) / one.tokenCount : Infinity)),
  )
}

function klOf({ runs }: RunResult): number[][] {
  return runs.map(({ record }) => record.tasks.flatMap(({ items }) => items.flatMap(({ divergence }) => divergence?.kl ?? [])))
}
