/** Scores golden requests on a folder as its settings say, through the engine that people get. */
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { onnxEngine } from '../../../src/engine/onnx/onnx-engine.ts'
import type { SequenceScore } from '../../../src/plan/sequence.ts'
import { openRunnableWeights, type WeightsRecord } from '../../../src/model/runnable/open-runnable.ts'
import type { WeightSettings } from '../../../src/model/runnable/weight-settings.ts'

/** A request and the response of another tool. */
export interface GoldenRequest {
  readonly context: readonly number[]
  readonly continuation: readonly number[]
  readonly log_prob: number
  readonly is_greedy: boolean
}

/** Responses in the order of the requests. */
export async function scoreRunnable(
  folder: string,
  settings: WeightSettings,
  requests: readonly Pick<GoldenRequest, 'context' | 'continuation'>[],
): Promise<{ readonly scores: SequenceScore[]; readonly runnable: WeightsRecord | null }> {
  const config = await readConfig(folder)
  const weights = await readWeights(folder, config, { mayBeQuantized: true })
  await using runnable = await openRunnableWeights({ config, weights }, settings)
  await using engine = await onnxEngine(runnable.config, runnable.weights, { batchTokens: 512 })
  const sequences = requests.map(({ context, continuation }) => ({
    input: Int32Array.from([...context, ...continuation].slice(0, -1)),
    targets: Int32Array.from(continuation),
  }))
  const scores: SequenceScore[] = []
  for await (const batch of engine.score(sequences)) for (const one of batch.scores) scores[one.sequence] = one
  return { scores, runnable: runnable.record }
}
