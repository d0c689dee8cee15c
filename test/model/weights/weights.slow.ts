/** Weights in other forms give the log-likelihoods that transformers gives for the plain ones: F64, without the base prefix, and inside of a larger model. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { onnxEngine } from '../../../src/engine/onnx/onnx-engine.ts'
import { readConfig } from '../../../src/model/config/config.ts'
import { decodeValues, encodeValues } from '../../../src/model/weights/element-type.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { tensorReader } from '../../../src/model/weights/tensor-bytes.ts'
import { writeSafetensors } from '../../../src/model/weights/write-safetensors.ts'
import { fixtureRequests } from '../../fixture-requests.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

/** Nats per token. */
const TOLERANCE = 1e-5

/** A copy of a fixture in one file, its tensors in F64 and renamed, its config changed. */
async function copyOf(fixture: string, rename: (name: string) => string, change: (config: object) => object): Promise<string> {
  const source = fixtureRequests(fixture).folder
  const folder = path.join(temporaryFolder(), 'model')
  cpSync(source, folder, { recursive: true, filter: (file) => !/\.safetensors|config\.json/u.test(file) })
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(change(JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8')) as object)))
  const { root, tensors } = await readWeights(source, await readConfig(source))
  await using reader = tensorReader(root)
  const wide = [...tensors].map(([name, tensor]) => ({
    name: rename(name),
    dtype: 'F64' as const,
    shape: tensor.shape,
    async *bytes() {
      yield encodeValues(decodeValues(await reader.read(tensor, 0, tensor.byteLength), tensor.dtype), 'F64')
    },
  }))
  await writeSafetensors(path.join(folder, 'model.safetensors'), wide)
  return folder
}

const same = <T>(value: T) => value

test.each([
  ['F64', 'llama2', same, same],
  ['without prefix', 'qwen3', (name: string) => name.replace(/^model\./u, ''), same],
  [
    'in a larger model by its older names',
    'gemma3',
    (name: string) => `language_model.${name}`,
    (config: object) => ({ model_type: 'gemma3', text_config: config, vision_config: {} }),
  ],
  [
    'in a larger model by its newer names',
    'gemma3',
    (name: string) => name.replace(/^model\./u, 'model.language_model.'),
    (config: object) => ({ model_type: 'gemma3', text_config: config, vision_config: {} }),
  ],
  ['in a larger model', 'mistral', (name: string) => `language_model.${name}`, (config: object) => ({ model_type: 'mistral3', text_config: config })],
] as const)('%s', async (_, fixture, rename, change) => {
  const folder = await copyOf(fixture, rename, change)
  const { sequences, expected } = fixtureRequests(fixture)
  const config = await readConfig(folder)
  await using engine = await onnxEngine(config, await readWeights(folder, config), { batchTokens: 1024 })
  const misses: unknown[] = []
  for await (const batch of engine.score(sequences))
    for (const { sequence, logProb } of batch.scores) {
      const difference = Math.abs(logProb - expected[sequence]!.logProb) / sequences[sequence]!.targets.length
      if (!(difference <= TOLERANCE)) misses.push({ sequence, difference })
    }
  expect(misses).toEqual([])
})
