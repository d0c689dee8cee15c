/** Several models in one graph give the numbers that each gives alone. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { jointModelInOnePass, jointModelInPasses, modelInOnePass, modelInPasses, type DeviceModel } from '../../src/engine/onnx/device-model.ts'
import { readScores } from '../../src/engine/onnx/read-scores.ts'
import { startSessionProcess } from '../../src/engine/onnx/session-process.ts'
import { headOutputNames } from '../../src/graph/blocks/head.ts'
import { planBatches } from '../../src/plan/batches.ts'
import { countLayers } from '../../src/plan/layer-trie.ts'
import type { Sequence, SequenceScore } from '../../src/plan/sequence.ts'
import { prune } from '../../src/prune/prune.ts'
import { deepModel } from '../deep-model.ts'
import { fixtureRequests } from '../fixture-requests.ts'
import { jointModels } from '../joint-models.ts'
import { temporaryFolder } from '../temporary-folder.ts'

// One process for all: starting one takes longer than a model.
const session = startSessionProcess()
afterAll(() => session.end())

const PASS_TOKENS = 16

test('original, merged and dropped layers of a deep model', { tags: ['slow'] }, async () => {
  const original = await deepModel({ layers: 8, dtype: 'BF16' })
  const [laco, drop] = [path.join(temporaryFolder(), 'laco'), path.join(temporaryFolder(), 'drop')]
  await prune({
    method: 'laco',
    model: original,
    out: laco,
    mergeLayers: 3,
    lowestLayer: 1,
    highestLayer: 7,
    interval: 2,
    threshold: -1,
    maxCompression: 0.4,
    threads: 2,
  })
  await prune({ method: 'drop', model: original, out: drop, layers: '5-6' })
  const { sequences } = fixtureRequests('qwen3')
  const { counts, alone, together } = await bothWays([original, laco, drop], sequences)
  expect(counts.distinct).toBeLessThan(counts.asked)
  expect(largestDifference(alone, together)).toBeLessThanOrEqual(1e-6)
})

test('a model with sliding windows, and the same without its last layer', { tags: ['slow'] }, async () => {
  const { folder, sequences } = fixtureRequests('gemma2')
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as { num_hidden_layers: number; layer_types?: unknown[] }
  const types = config.layer_types && { layer_types: config.layer_types.slice(0, -1) }
  const shorter = changedCopy(folder, { num_hidden_layers: config.num_hidden_layers - 1, ...types })
  const { counts, alone, together } = await bothWays([folder, shorter], sequences)
  expect(counts).toEqual({ asked: 5, distinct: 3 })
  expect(largestDifference(alone, together)).toBeLessThanOrEqual(1e-6)
})

test('the graph for GPUs, run on the CPU: models of different angles and windows give what each gives alone', { tags: ['slow'] }, async () => {
  const { folder, sequences } = fixtureRequests('gemma3')
  const slower = changedCopy(folder, { rope_theta: 20_000, rope_parameters: undefined })
  const { root, joint } = await jointModels([folder, slower])
  const form = { type: 'float', scoreBytes: 2 ** 13 } as const
  const together = await scoresOf(jointModelInOnePass(joint, form), root, 2, sequences)
  const alone: SequenceScore[][] = []
  for (const { config, weights } of joint.models) alone.push(...(await scoresOf(modelInOnePass(config, weights, form), root, 1, sequences)))
  expect(largestDifference(alone, together)).toBeLessThanOrEqual(1e-6)
  expect(largestDifference([together[0]!], [together[1]!])).toBeGreaterThan(1e-3)
})

/** A copy of a checkpoint with another config. */
function changedCopy(folder: string, changes: object): string {
  const copy = path.join(temporaryFolder(), 'changed')
  cpSync(folder, copy, { recursive: true })
  const file = path.join(copy, 'config.json')
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }))
  return copy
}

async function bothWays(folders: readonly string[], sequences: readonly Sequence[]) {
  const { root, joint } = await jointModels(folders)
  const together = await scoresOf(jointModelInPasses(joint), root, folders.length, sequences)
  const alone: SequenceScore[][] = []
  for (const { config, weights } of joint.models) alone.push(...(await scoresOf(modelInPasses(config, weights), root, 1, sequences)))
  return { counts: countLayers(joint.trie), alone, together }
}

async function scoresOf(model: DeviceModel, root: string, count: number, sequences: readonly Sequence[]): Promise<SequenceScore[][]> {
  const batches = planBatches(sequences, 1024).batches.map((batch) => ({ batch, laidOut: model.layOut(batch, PASS_TOKENS) }))
  const chunkCount = Math.max(...batches.map(({ laidOut }) => laidOut.chunksNeeded))
  await session.load(model.graphWith(chunkCount).graph, { root, threads: 2, isOptimized: true })
  const scores = Array.from({ length: count }, (): SequenceScore[] => [])
  for (const { batch, laidOut } of batches) {
    const outputs = await session.run(laidOut.feedsFor(chunkCount))
    scores.forEach((own, index) => {
      const names = headOutputNames(index)
      const found = { logProbs: outputs[names.logProbs] as Float32Array, best: outputs[names.best] as BigInt64Array }
      for (const score of readScores(batch, sequences, found, 'float32')) own[score.sequence] = score
    })
  }
  return scores
}

/** In nats, over all models and sequences; Infinity if a greedy token differs. */
function largestDifference(alone: readonly SequenceScore[][], together: readonly SequenceScore[][]): number {
  expect(together.length).toBe(alone.length)
  return Math.max(
    ...alone.flatMap((own, model) =>
      own.map((score, index) => {
        const other = together[model]![index]!
        return score.isGreedy === other.isGreedy ? Math.abs(score.logProb - other.logProb) : Infinity
      }),
    ),
  )
}
