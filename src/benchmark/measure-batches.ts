/** Measures the speed of the model with batches of several sizes. */
import { measureSpeed } from './measure-speed.ts'
import type { OnRecord, SuspectJob } from './suspect-record.ts'
import { syntheticWorkload } from './workload.ts'

/** Least milliseconds for a size to be measured: the model is loaded anew. */
const LEAST_MS = 20_000
/** Tokens of a batch that are tried. */
const BATCH_TOKENS = [1024, 4096, 8192, 16_384]

/** Measures the sizes that suit the device. The model is loaded anew for each. */
export async function measureBatches({ size, budget, openModel, tokenCount }: SuspectJob, onRecord: OnRecord): Promise<void> {
  const sizes = BATCH_TOKENS.filter((tokens) => tokens <= tokenCount * 4)
  for (const [index, batchTokens] of sizes.entries()) {
    const workload = syntheticWorkload('hellaswag', 200, size.config.vocabularySize)
    const speed = await budget.step({ what: `batches of ${batchTokens} tokens`, leastMs: LEAST_MS }, async () => {
      await using model = await openModel(batchTokens)
      return await measureSpeed(model.engine, workload, performance.now() + budget.leftMs() / (sizes.length - index) / 2)
    })
    if (speed)
      onRecord({
        suspect: 'batch',
        on: workload.title,
        form: `${batchTokens} tokens`,
        milliseconds: null,
        tokensPerSecond: speed.tokensPerSecond,
        difference: null,
        onCpu: [],
        problem: null,
      })
  }
}
