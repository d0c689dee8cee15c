/** Small random checkpoints of each family against transformers; the goldens say which version made them (scripts/make-family-goldens.py). */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/checkpoint/config.ts'
import { readWeights } from '../../src/checkpoint/weights.ts'
import { onnxEngine } from '../../src/engine/onnx.ts'
import { rollingWindows } from '../../src/plan/rolling-windows.ts'
import type { Sequence, SequenceScore } from '../../src/plan/sequence.ts'

const FIXTURES = path.join(import.meta.dirname, '../graph/fixtures')
/** Nats per token, against transformers and between any two ways of batching. */
const TOLERANCE = 1e-5

interface Golden {
  readonly made_by: { readonly transformers: string }
  readonly requests: readonly { readonly context: number[]; readonly continuation: number[]; readonly log_prob: number; readonly is_greedy: boolean }[]
  readonly rolling: { readonly tokens: number[]; readonly prefix_token: number; readonly max_length: number; readonly log_prob: number }
}

describe.each(readdirSync(FIXTURES).sort())('%s', (family) => {
  const folder = path.join(FIXTURES, family)
  const golden = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8')) as Golden
  const sequences: Sequence[] = golden.requests.map(({ context, continuation }) => ({
    input: Int32Array.from([...context, ...continuation].slice(0, -1)),
    targets: Int32Array.from(continuation),
  }))

  test.each([
    { batchTokens: 16, threads: 2, isReversed: false },
    { batchTokens: 256, threads: 1, isReversed: false },
    { batchTokens: 1024, threads: 2, isReversed: true },
    { batchTokens: 8192, threads: 2, isReversed: false },
  ])('gives the log-likelihoods of transformers with %o', async ({ batchTokens, threads, isReversed }) => {
    const order = sequences.map((_, index) => index)
    if (isReversed) order.reverse()
    const scores = await score(
      folder,
      order.map((index) => sequences[index]!),
      { batchTokens, threads },
    )
    const misses = order.flatMap((index, position) => {
      const { log_prob: expected, is_greedy: isGreedy, continuation } = golden.requests[index]!
      const found = scores[position]!
      const difference = Math.abs(found.logProb - expected) / continuation.length
      return difference <= TOLERANCE && found.isGreedy === isGreedy ? [] : [{ request: index, expected, isGreedy, found, difference }]
    })
    expect(misses).toEqual([])
  })

  test('gives the rolling log-likelihood of transformers', async () => {
    const { tokens, prefix_token: prefix, max_length: maxLength, log_prob: expected } = golden.rolling
    const windows = rollingWindows(tokens, prefix, maxLength).map(({ input, targets }) => ({
      input: Int32Array.from(input),
      targets: Int32Array.from(targets),
    }))
    const scores = await score(folder, windows, { batchTokens: 4096 })
    const total = scores.reduce((sum, { logProb }) => sum + logProb, 0)
    expect(Math.abs(total - expected) / tokens.length).toBeLessThanOrEqual(TOLERANCE)
  })
})

async function score(folder: string, sequences: readonly Sequence[], options: { batchTokens: number; threads?: number }): Promise<SequenceScore[]> {
  const config = await readConfig(folder)
  await using engine = await onnxEngine(config, await readWeights(folder, config), options)
  const scores: SequenceScore[] = []
  for await (const batch of engine.score(sequences)) for (const one of batch.scores) scores[one.sequence] = one
  return scores
}
