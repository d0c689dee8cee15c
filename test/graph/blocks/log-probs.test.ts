/** The log-softmax in parts: which parts, and that a long sum loses nothing, against the same sum in double precision. */
import { afterAll, expect, test } from 'vitest'
import { startSessionProcess } from '../../../src/engine/onnx/session-process.ts'
import { exactSumParts, logProbsFor, SUM_INPUT } from '../../../src/graph/blocks/log-probs.ts'
import { graphBuilder } from '../../../src/graph/builder.ts'

const session = startSessionProcess()
afterAll(() => session.end())

test.each([
  { name: 'SmolLM2', width: 49_152, parts: 128 },
  { name: 'Qwen 3', width: 151_936, parts: 128 },
  { name: 'Llama 3', width: 128_256, parts: 128 },
  { name: 'GPT-2', width: 50_257, parts: 29 },
  { name: 'bytes', width: 512, parts: 2 },
  { name: 'a small vocabulary', width: 320, parts: 1 },
  { name: 'a prime', width: 50_261, parts: 1 },
])('$name: $width values, parts: $parts', ({ width, parts }) => expect(exactSumParts(width)).toBe(parts))

/** One likely token, and many unlikely ones: the case in which sums in f32 lose most. */
function peakedRow(width: number): Float32Array {
  return Float32Array.from({ length: width }, (_, index) => (index === 0 ? 20 : 2.5 * Math.sin(index)))
}

test.each([
  { width: 49_152, sumsExactly: true, isExact: true },
  { width: 50_257, sumsExactly: true, isExact: true },
  { width: 49_152, sumsExactly: false, isExact: false },
])(
  '$width tokens, most of the probability on one, exactly: $sumsExactly; within 2e-6 of double precision: $isExact',
  async ({ width, sumsExactly, isExact }) => {
    const logits = peakedRow(width)
    const targets = [0, 1, width - 1]
    const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0))
    const found = await logProbsOf(logits, targets, sumsExactly)
    expect(found.best).toBe(0)
    const largest = Math.max(...targets.map((target, index) => Math.abs(found.wanted[index]! - (logits[target]! - total))))
    expect(largest < 2e-6).toBe(isExact)
  },
)

async function logProbsOf(
  logits: Float32Array,
  targets: readonly number[],
  sumsExactly: boolean,
): Promise<{ readonly wanted: Float32Array; readonly best: number }> {
  const g = graphBuilder()
  const { wanted, best } = logProbsFor({ vocabularySize: logits.length }, 1)(g, 'logits', 'targets')
  g.output(wanted, 'wanted')
  g.output(best, 'best')
  const graph = g.finish(
    'log_probs',
    [{ name: 'logits', type: 'float', shape: [1, logits.length] }, { name: 'targets', type: 'int32', shape: [1, targets.length] }, SUM_INPUT],
    [
      { name: 'wanted', type: 'float', shape: [1, targets.length] },
      { name: 'best', type: 'int64', shape: [1] },
    ],
  )
  await session.load(graph, { root: import.meta.dirname, threads: 1, isOptimized: true })
  const outputs = await session.run({
    logits: { type: 'float32', values: logits, shape: [1, logits.length] },
    targets: { type: 'int32', values: Int32Array.from(targets), shape: [1, targets.length] },
    sums_exactly: { type: 'bool', values: Uint8Array.of(Number(sumsExactly)), shape: [1] },
  })
  return { wanted: outputs['wanted'] as Float32Array, best: Number(outputs['best']![0]) }
}
