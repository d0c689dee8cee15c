import path from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { openRunnableWeights } from '../../../src/model/runnable/open-runnable.ts'
import { weightSettings } from '../../../src/model/runnable/weight-settings.ts'
import { expectedWeightMemory, weightMemory } from '../../../src/model/runnable/weight-memory.ts'

test.each([
  ['../../checkpoints/qwen3', { quantize: 'nf4' }, 4.5 / 8],
  ['../../checkpoints/qwen3', { quantize: 'int8', block: '32' }, 1 + 4 / 32],
  ['../../checkpoints/qwen3', { quantize: 'int4', block: '16' }, 0.5 + 4 / 16],
  ['goldens/checkpoints/nf4', {}, 4.5 / 8],
  ['goldens/checkpoints/gptq-symmetric', {}, 0.5 + 4 / 32],
])('%s with %j takes what was expected of it: %d bytes a value', async (name, entry, bytes) => {
  const folder = path.join(import.meta.dirname, name)
  const config = await readConfig(folder)
  const settings = weightSettings(entry)
  expect(expectedWeightMemory(config, settings)).toEqual({ projectionBytes: bytes })
  await using runnable = await openRunnableWeights({ config, weights: await readWeights(folder, config, { mayBeQuantized: true }) }, settings)
  expect(weightMemory(runnable.weights)).toEqual({ projectionBytes: bytes })
})

test('plain weights have no entry, because four bytes are the default; an adapter adds four bytes a value', async () => {
  const folder = path.join(import.meta.dirname, '../../checkpoints/qwen3')
  const config = await readConfig(folder)
  expect(expectedWeightMemory(config, {})).toEqual({})
  const weights = await readWeights(folder, config)
  expect(weightMemory(weights)).toEqual({})
  await using runnable = await openRunnableWeights(
    { config, weights },
    { adapter: path.join(import.meta.dirname, 'goldens/adapters/tied-embeddings-and-head') },
  )
  // Rank 3 on embeddings and on the head, of 160 tokens and 32 values.
  expect(weightMemory(runnable.weights)).toEqual({ adapterBytes: 2 * 4 * 3 * (160 + 32) })
})
