import path from 'node:path'
import { expect, test } from 'vitest'
import { divideWork } from '../../../src/engine/joint/divide-work.ts'
import { batchOperations } from '../../../src/engine/roofline/operations.ts'
import { readConfig } from '../../../src/model/config/config.ts'
import { planBatches } from '../../../src/plan/batches.ts'
import { layerTrie } from '../../../src/plan/layer-trie.ts'

const config = await readConfig(path.join(import.meta.dirname, '../../checkpoints/qwen3'))
const model = { config, weights: { root: '', tensors: new Map() }, outside: new Map() }
const joint = {
  models: [model, model],
  trie: layerTrie([
    { embeddings: 'e', layers: ['a', 'b'] },
    { embeddings: 'e', layers: ['a', 'c'] },
  ]),
}
const [batch] = planBatches([{ input: Int32Array.of(1, 2, 3), targets: Int32Array.of(4) }], 32).batches

test('shared layers count for the first model, and the sums are those of the batch', () => {
  const [first, second] = divideWork(joint, batch!, [0, 1])
  expect([first!.layerPasses, second!.layerPasses]).toEqual([6, 3])
  expect(first!.operations).toBe(batchOperations(config, batch!))
  expect(second!.operations).toBeLessThan(first!.operations)
  expect(first!.share + second!.share).toBeCloseTo(1, 12)
})

test('if only one model gets scores, everything counts for it', () => {
  const [first, second] = divideWork(joint, batch!, [1])
  expect(first).toEqual({ layerPasses: 0, operations: 0, share: 0 })
  expect(second).toMatchObject({ layerPasses: 9, share: 1 })
})
