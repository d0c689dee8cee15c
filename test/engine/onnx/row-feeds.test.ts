/** Angles that graphs for GPUs are fed. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { rowFeeds } from '../../../src/engine/onnx/row-feeds.ts'
import { parseConfig } from '../../../src/model/config/config.ts'
import { planBatches } from '../../../src/plan/batches.ts'
import { layOutRows } from '../../../src/plan/row-layout.ts'

const LLAMA = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../checkpoints/llama2/config.json'), 'utf8')) as object
const LONGROPE = { type: 'longrope', short_factor: [1, 2, 1, 1], long_factor: [4, 5, 1, 1], original_max_position_embeddings: 3, attention_factor: 1 }
const CONFIG = parseConfig({ ...LLAMA, rope_theta: 10_000, rope_scaling: LONGROPE }, 'config.json')

/** The first two cosines of the second token of an input. */
function cosinesOf(length: number): number[] {
  const input = Int32Array.from({ length }, (_, index) => index + 1)
  const [batch] = planBatches([{ input, targets: Int32Array.of(9) }], 100).batches
  const { cosines } = rowFeeds([CONFIG])(batch!, layOutRows(batch!.tree, Infinity), 1)
  return [...(cosines!.values as Float32Array)].slice(4, 6)
}

test.each([
  [3, 1, 2],
  [4, 4, 5],
])('longrope in an input of %d tokens divides the frequencies 1 and 0.1 by %d and %d', (length, first, second) => {
  const cosines = cosinesOf(length)
  expect(cosines[0]).toBeCloseTo(Math.cos(1 / first), 6)
  expect(cosines[1]).toBeCloseTo(Math.cos(0.1 / second), 6)
})
