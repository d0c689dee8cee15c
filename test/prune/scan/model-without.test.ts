/** A model without a layer, over the weights of the whole one. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { onnxEngine } from '../../../src/engine/onnx/onnx-engine.ts'
import { openCheckpoint } from '../../../src/model/checkpoint.ts'
import { tensorReader } from '../../../src/model/weights/tensor-bytes.ts'
import type { Weights } from '../../../src/model/weights/weights.ts'
import { modelWithout, openScanned } from '../../../src/prune/scan/model-without.ts'
import { prune } from '../../../src/prune/prune.ts'
import { fixtureRequests } from '../../fixture-requests.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { tinyModel } from '../../tiny-model.ts'

const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'layers.golden.json'), 'utf8')) as {
  cases: Record<string, { without: number[][] }>
}

const opened = (folder: string) => openScanned({ label: 'tiny', source: folder, folder, revision: null }, () => {})

async function bytesOf({ root, tensors }: Weights): Promise<Map<string, string>> {
  await using reader = tensorReader(root)
  const bytes = new Map<string, string>()
  for (const [name, tensor] of tensors) bytes.set(name, Buffer.from(await reader.read(tensor, 0, tensor.byteLength)).toString('hex'))
  return bytes
}

describe.each(['qwen3', 'gemma2', 'qwen2-window', 'qwen3-moe-dense', 'smollm3', 'gemma3'])('%s without a layer', (family) => {
  test('has the config and the tensors that `prune drop` writes', async () => {
    const [folder, out] = [tinyModel(family), path.join(temporaryFolder(), 'pruned')]
    await prune({ method: 'drop', model: folder, out, layers: [1] })
    const [virtual, written] = [modelWithout(await opened(folder), new Set([1]), 'without 1').checkpoint!, await openCheckpoint(out)]
    expect(virtual.config).toEqual(written.config)
    expect(virtual.parameterCount).toBe(written.parameterCount)
    expect(await bytesOf(virtual.weights)).toEqual(await bytesOf(written.weights))
  })
})

const [first, ...others] = Object.keys(cases)

async function checkLogProbs(family: string) {
  const { sequences } = fixtureRequests(family)
  const scanned = await opened(tinyModel(family))
  for (const [layer, expected] of cases[family]!.without.entries()) {
    const { config, weights } = modelWithout(scanned, new Set([layer]), 'without').checkpoint!
    await using engine = await onnxEngine(config, weights, {})
    for await (const { scores } of engine.score(sequences))
      for (const { sequence, logProb } of scores)
        expect(Math.abs(logProb - expected[sequence]!) / sequences[sequence]!.targets.length, `layer ${layer}, sequence ${sequence}`).toBeLessThan(1e-5)
  }
}

test(`${first} without each layer gives the log-probabilities of transformers without it`, () => checkLogProbs(first!))
test.each(others)('so does %s', { tags: ['slow'] }, checkLogProbs)

test('its responses are cached apart from those of the whole model and of others', async () => {
  const scanned = await opened(tinyModel())
  const hashes = await Promise.all(
    [scanned.fingerprint, ...[0, 1].map((layer) => modelWithout(scanned, new Set([layer]), '').fingerprint!)].map(({ content }) => content),
  )
  expect(new Set(hashes).size).toBe(3)
})
