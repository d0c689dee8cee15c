/** Which layers of checkpoints are the same computation. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { identifyLayers, type ModelOutline } from '../../../src/engine/joint/layer-identity.ts'
import { parseConfig, readConfig } from '../../../src/model/config/config.ts'
import { layerTensorName } from '../../../src/model/families/tensor-names.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const FIXTURES = path.join(import.meta.dirname, '../../checkpoints')

async function outline(folder: string): Promise<ModelOutline> {
  const config = await readConfig(folder)
  return { config, weights: await readWeights(folder, config) }
}

function copyOf(family: string): string {
  const folder = path.join(temporaryFolder(), family)
  cpSync(path.join(FIXTURES, family), folder, { recursive: true })
  return folder
}

/** Changes the last byte of a tensor in the folder's file. */
async function changeByte(folder: string, layer: number, name: string): Promise<void> {
  const { config, weights } = await outline(folder)
  const { location, byteOffset, byteLength } = weights.tensors.get(layerTensorName(config.tensorNames, layer, name))!
  const file = path.join(weights.root, location)
  const bytes = readFileSync(file)
  bytes[byteOffset + byteLength - 1]! ^= 1
  writeFileSync(file, bytes)
}

test('a copy in another folder is the same in all its parts', async () => {
  const [first, second] = await identifyLayers([await outline(path.join(FIXTURES, 'qwen3')), await outline(copyOf('qwen3'))])
  expect(second).toEqual(first)
  expect(new Set(first!.layers).size).toBe(2)
})

test('a byte that differs makes another layer, and only that', async () => {
  const folder = copyOf('qwen3')
  await changeByte(folder, 1, 'mlp.down_proj.weight')
  const [first, second] = await identifyLayers([await outline(path.join(FIXTURES, 'qwen3')), await outline(folder)])
  expect(second!.layers[0]).toBe(first!.layers[0])
  expect(second!.layers[1]).not.toBe(first!.layers[1])
  expect([second!.embeddings, second!.outside]).toEqual([first!.embeddings, first!.outside])
})

test('equal weights with another config are other layers', async () => {
  const folder = path.join(FIXTURES, 'qwen3')
  const content = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as Record<string, unknown>
  const plain = await outline(folder)
  const other = (changes: object) => ({ ...plain, config: parseConfig({ ...content, ...changes }, 'config.json') })
  const [first, theta, epsilon, longer] = await identifyLayers([
    plain,
    other({ rope_theta: 12_345, rope_parameters: undefined }),
    other({ rms_norm_eps: 1e-3 }),
    other({ max_position_embeddings: 4096 }),
  ])
  expect(theta!.layers[0]).not.toBe(first!.layers[0])
  expect(epsilon!.layers[0]).not.toBe(first!.layers[0])
  expect(longer!.layers).toEqual(first!.layers)
  expect(theta!.embeddings).toBe(first!.embeddings)
})

test('layers of one checkpoint differ by the windows that their positions give them', async () => {
  const { config, weights } = await outline(path.join(FIXTURES, 'gemma2'))
  const [first, moved] = await identifyLayers([
    { config, weights },
    { config: { ...config, windows: config.windows.map(() => Infinity) }, weights },
  ])
  expect(first!.layers.map((layer, index) => layer === moved!.layers[index])).toEqual(config.windows.map((window) => window === Infinity))
})

test('quantized layers are other layers; the same quantization of the same layers is the same', async () => {
  const plain = await outline(path.join(FIXTURES, 'smollm2'))
  const nf4 = { ...plain, quantize: { scheme: 'nf4', block: 64 } as const }
  const [first, second, third] = await identifyLayers([plain, nf4, nf4])
  expect(second!.layers[0]).not.toBe(first!.layers[0])
  expect(third).toEqual(second)
  expect([second!.embeddings, second!.outside]).toEqual([first!.embeddings, first!.outside])
})
