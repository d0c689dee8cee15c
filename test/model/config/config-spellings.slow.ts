/** The log-probabilities of transformers 5.24 for each config.json of config-spellings.golden.json. */
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { onnxEngine } from '../../../src/engine/onnx/onnx-engine.ts'
import { cases, folderOf, isRefused, scored, tokens } from './config-spellings.ts'

/** In nats, of one token of a model of random weights, whose logits are far apart: f32 here, f64 there. A wrong rule moves them by 0.01 and more. */
const TOLERANCE = 2e-4

test.each(cases.filter((one) => one.log_probs && !isRefused(one)))('$name', async ({ log_probs: expected, ...one }) => {
  const folder = folderOf(one)
  const config = await readConfig(folder)
  const weights = await readWeights(folder, config)
  await using engine = await onnxEngine(config, weights, { batchTokens: 4096, threads: 1 })
  const sequences = Array.from({ length: scored }, (_, index) => {
    const end = tokens.length - scored + index
    return { input: Int32Array.from(tokens.slice(0, end)), targets: Int32Array.of(tokens[end]!) }
  })
  const misses: unknown[] = []
  for await (const batch of engine.score(sequences))
    for (const { sequence, logProb } of batch.scores)
      if (!(Math.abs(logProb - expected![sequence]!) <= TOLERANCE)) misses.push({ sequence, logProb, expected: expected![sequence] })
  expect(misses).toEqual([])
})
