/** Every form of attention gives what two matrix products and a softmax give, on the CPU: for a tree in rows, for one as a whole, for a linear sequence. */
import { expect, test } from 'vitest'
import { ATTENTION_FORMS, attentionFeeds, attentionGraph, canHaveRows, wholeLayout, type AttentionFormName } from '../../src/benchmark/attention-forms.ts'
import { modelSize } from '../../src/benchmark/model-size.ts'
import { makeRandomModel, planRandomWeights } from '../../src/benchmark/random-model.ts'
import { int32 } from '../../src/engine/onnx/feeds.ts'
import { startSessionProcess } from '../../src/engine/onnx/session-process.ts'
import { planBatches, type Batch } from '../../src/plan/batches.ts'
import { layOutRows, type RowLayout } from '../../src/plan/row-layout.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const { config } = modelSize('1m')
const root = temporaryFolder()
const values = { location: 'random-values.bin', stored: 'BF16', firstByte: planRandomWeights(config, 'BF16').onesBytes } as const
await makeRandomModel(root, config, 'BF16')

const sequence = (...tokens: readonly number[]) => ({ input: Int32Array.from(tokens), targets: Int32Array.of(1) })
const context = Array.from({ length: 30 }, (_, index) => index)
const [tree] = planBatches([sequence(...context, 50, 51), sequence(...context, 60, 61, 62), sequence(7, 8, 9)], 1000).batches
const [linear] = planBatches([sequence(...context)], 1000).batches

test.each([
  { name: 'a tree in rows', batch: tree!, layout: layOutRows(tree!.tree, 500), forms: ATTENTION_FORMS.filter(canHaveRows) },
  { name: 'a tree as a whole', batch: tree!, layout: wholeLayout(tree!), forms: ATTENTION_FORMS.filter((form) => !form.endsWith('causal')) },
  { name: 'a linear sequence', batch: linear!, layout: wholeLayout(linear!), forms: ATTENTION_FORMS },
])('$name', { tags: ['slow'] }, async ({ batch, layout, forms }) => {
  const expected = await attended(batch, layOutRows(batch.tree, Infinity), ['products'])
  const found = await attended(batch, layout, forms)
  expect(Math.max(...expected[0]!)).toBeGreaterThan(0.01)
  found.forEach((states) => {
    expect(states).toHaveLength(batch.tree.tokenIds.length * config.headCount * config.headSize)
    states.forEach((value, index) => expect(Math.abs(value - expected[0]![index]!)).toBeLessThan(1e-6))
  })
})

async function attended(batch: Batch, layout: RowLayout, forms: readonly AttentionFormName[]): Promise<Float32Array[]> {
  const tokenCount = batch.tree.tokenIds.length
  const shown = int32(
    Int32Array.from({ length: tokenCount }, (_, token) => token),
    tokenCount,
  )
  const feeds = { ...attentionFeeds(config, batch, layout), shown, scale: { type: 'float32', values: Float32Array.of(1), shape: [1] } } as const
  const session = startSessionProcess()
  try {
    const found: Float32Array[] = []
    for (const form of forms) {
      await session.load(attentionGraph(form, { config, type: 'float', tokenCount, chunkCount: layout.chunks.length, values }), { root, isOptimized: true })
      found.push((await session.run(feeds))['states'] as Float32Array)
    }
    return found
  } finally {
    session.end()
  }
}
