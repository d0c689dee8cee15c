import { expect, test } from 'vitest'
import { compareWithPeer, findPeer } from '../../src/benchmark/transformers-peer.ts'

const result = {
  versions: { torch: 'x', transformers: 'y' },
  device: 'cpu',
  load_seconds: 1,
  seconds: 6,
  tokens: 9,
  scored: [0, 2],
  best: [7, 8],
  log_prob: [-1, -2],
}
const inputs = [Int32Array.of(1, 2), Int32Array.of(3), Int32Array.of(4, 5, 6)]

test('the engine is asked for the tokens that transformers chose, after the sequences that it scored', async () => {
  const asked: unknown[] = []
  const engine = {
    async *score(sequences: readonly { readonly input: Int32Array; readonly targets: Int32Array }[]) {
      asked.push(...sequences.map(({ input, targets }) => [[...input], [...targets]]))
      yield {
        tokensComputed: 5,
        scores: [
          { sequence: 0, logProb: -1.1, isGreedy: true },
          { sequence: 1, logProb: -2.3, isGreedy: false },
        ],
      }
    },
  }
  const found = await compareWithPeer(engine, inputs, result)
  expect(asked).toEqual([
    [[1, 2], [7]],
    [[4, 5, 6], [8]],
  ])
  expect(found).toMatchObject({ sequences: 2, argmaxEqual: 0.5, transformersSeconds: 6 })
  expect(found.meanDifference).toBeCloseTo(0.2, 10)
  expect(found.ratio).toBeCloseTo(6 / found.seconds, 6)
})

test('a Python that was named must have what is needed', async () => {
  await expect(findPeer('/nowhere/python')).rejects.toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('--python /nowhere/python does not import torch and transformers') }),
  )
})
