/** Which models of a run are computed together. */
import { expect, test } from 'vitest'
import { expectedMemory } from '../../../src/engine/onnx/batch-budget.ts'
import { readConfig } from '../../../src/model/config/config.ts'
import type { EvaluateOptions } from '../../../src/run/evaluate-options.ts'
import { passSummary, planPasses } from '../../../src/run/one-pass/plan-passes.ts'
import type { ModelSettings } from '../../../src/model/model-settings.ts'
import { deepModel } from '../../deep-model.ts'
import { tinyModel } from '../../tiny-model.ts'

const original = await deepModel({ layers: 4 })
const source = (label: string, folder: string, settings?: ModelSettings) => ({ label, source: folder, folder, revision: null, ...(settings && { settings }) })

async function planned(models: readonly ReturnType<typeof source>[], options: EvaluateOptions = {}) {
  const notices: string[] = []
  const passes = await planPasses(models, options, { onNotice: (notice) => notices.push(notice) })
  return { passes, labels: passes.map((pass) => pass.models.map(({ label }) => label)), notices }
}

test('models that begin alike are one pass, in the place of the first; others are by themselves', async () => {
  const models = [
    source('a', original),
    source('b', await deepModel({ layers: 4, seed: 7 })),
    source('c', await deepModel({ layers: 3 })),
    source('d', tinyModel('gpt2')),
  ]
  const { labels, passes, notices } = await planned(models)
  expect(labels).toEqual([['a', 'c'], ['b'], ['d']])
  expect(passSummary(passes[0]!)).toBe('a, c share layers and are computed together: 4 layers instead of 7')
  expect(notices).toEqual([])
})

test('quantized layers are shared with the same quantization only', async () => {
  const nf4 = { quantize: 'nf4' }
  const { labels } = await planned([source('a', original), source('b', original, nf4), source('c', original, nf4)])
  expect(labels).toEqual([['a'], ['b', 'c']])
})

test('models with other windows read other tokens, which is said', async () => {
  const shorter = await deepModel({ layers: 4, config: { max_position_embeddings: 100 } })
  const { labels, notices } = await planned([source('a', original), source('b', shorter)])
  expect(labels).toEqual([['a'], ['b']])
  expect(notices).toEqual(['a, b share layers but not tokens (tokenizer or window differ): not computed together'])
  expect((await planned([source('a', original), source('b', shorter)], { maxLength: 50 })).labels).toEqual([['a', 'b']])
})

test('models that do not fit together are computed one after another, which is said', async () => {
  const memoryBytes = expectedMemory(await readConfig(original)).least + 1000
  const { labels, notices } = await planned([source('a', original), source('b', await deepModel({ layers: 3 }))], { memoryBytes })
  expect(labels).toEqual([['a'], ['b']])
  expect(notices.join()).toMatch(
    /^a, b share layers, but together they take more memory than is allowed \([\d.]+ MiB and batches\): computed one after another$/u,
  )
})

test('a model that cannot be opened is by itself', async () => {
  const models = [source('a', original), source('b', '/nowhere'), source('c', original)]
  expect((await planned(models)).labels).toEqual([['a', 'c'], ['b']])
})

test('models are together on a GPU and on several devices, unless the GPU cannot do what is asked', async () => {
  const models = [source('a', original), source('b', original), source('c', original, { quantize: 'nf4' }), source('d', original, { quantize: 'nf4' })]
  const devices = [
    { provider: 'webgpu', index: 0 },
    { provider: 'webgpu', index: 0 },
  ] as const
  const { labels, passes } = await planned(models, { devices })
  expect(labels).toEqual([['a', 'b'], ['c'], ['d']])
  expect(passes[0]!.placement).toMatchObject({ devices, dtype: 'float32' })
  expect((await planned(models, { devices, memoryBytes: 2 ** 34 })).labels).toEqual([['a'], ['b'], ['c'], ['d']])
})
