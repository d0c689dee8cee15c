/** Runs the graph for graphics processors on the CPU. */
import { readConfig, type ModelConfig } from '../../src/model/config/config.ts'
import { readWeights, type Weights } from '../../src/model/weights/weights.ts'
import { rowFeeds } from '../../src/engine/onnx/row-feeds.ts'
import type { SessionProcess } from '../../src/engine/onnx/session-process.ts'
import { frequencySwitch } from '../../src/graph/blocks/rope.ts'
import { deviceDecoderGraph } from '../../src/graph/decoder.ts'
import type { FloatType } from '../../src/graph/onnx-model.ts'
import { planBatches } from '../../src/plan/batches.ts'
import { layOutRows } from '../../src/plan/row-layout.ts'
import { fixtureRequests, type FixtureRequests } from '../fixture-requests.ts'

/** A model, and what another tool gives for sequences. */
interface Scored extends Pick<FixtureRequests, 'sequences'> {
  readonly config: ModelConfig
  readonly weights: Weights
  readonly expected: readonly { readonly logProb: number }[]
}

/** Differences to transformers of all requests, in nats per token, in ascending order. The CPU provider computes f16 in f32 and rounds each result if it has no kernel. */
export async function differencesOf(session: SessionProcess, family: string, type: FloatType, mostPairs: number): Promise<number[]> {
  const { folder, sequences, expected } = fixtureRequests(family)
  const config = await readConfig(folder)
  return differencesOfModel(session, { config, weights: await readWeights(folder, config), sequences, expected }, type, mostPairs)
}

/** The same of any model. */
export async function differencesOfModel(
  session: SessionProcess,
  { config, weights, sequences, expected }: Scored,
  type: FloatType,
  mostPairs: number,
): Promise<number[]> {
  const { batches } = planBatches(sequences, 4096, 4096, frequencySwitch(config.rope))
  const layouts = batches.map(({ tree }) => layOutRows(tree, mostPairs))
  // One chunk more than the batch has rows for.
  const chunkCount = Math.max(...layouts.map(({ chunks }) => chunks.length)) + 1
  await session.load(deviceDecoderGraph(config, weights, type, { chunkCount }), { root: weights.root, isOptimized: true })
  const differences: number[] = []
  for (const [index, batch] of batches.entries()) {
    const { log_probs: logProbs } = await session.run(rowFeeds([config])(batch, layouts[index]!, chunkCount))
    for (const { sequence, slots } of batch.members) {
      const total = slots.reduce((sum, slot) => sum + Number(logProbs![slot]), 0)
      differences.push(Math.abs(total - expected[sequence]!.logProb) / slots.length)
    }
  }
  return differences.toSorted((a, b) => a - b)
}
