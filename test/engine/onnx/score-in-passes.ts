/** Scores sequences with the graph for the CPU in a session that tests share: starting a process takes longer than a small model. */
import { frequencySwitch } from '../../../src/graph/blocks/rope.ts'
import { modelInPasses } from '../../../src/engine/onnx/device-model.ts'
import { readScores } from '../../../src/engine/onnx/read-scores.ts'
import type { SessionProcess } from '../../../src/engine/onnx/session-process.ts'
import type { ModelConfig } from '../../../src/model/config/config.ts'
import type { RunnableWeights } from '../../../src/model/runnable/runnable-weights.ts'
import { planBatches } from '../../../src/plan/batches.ts'
import type { Sequence, SequenceScore } from '../../../src/plan/sequence.ts'

const PASS_TOKENS = 16

/** In the order of the sequences. */
export async function scoreInPasses(
  session: SessionProcess,
  { config, weights }: { readonly config: ModelConfig; readonly weights: RunnableWeights },
  sequences: readonly Sequence[],
): Promise<SequenceScore[]> {
  const model = modelInPasses(config, weights)
  await session.load(model.graphWith(1).graph, { root: weights.root, threads: 2, isOptimized: true })
  const scores: SequenceScore[] = []
  for (const batch of planBatches(sequences, 1024, 1024, frequencySwitch(config.rope)).batches) {
    const outputs = await session.run(model.layOut(batch, PASS_TOKENS).feedsFor(1))
    const found = { logProbs: outputs['log_probs'] as Float32Array, best: outputs['best'] as BigInt64Array }
    for (const score of readScores(batch, sequences, found, 'float32')) scores[score.sequence] = score
  }
  return scores
}
