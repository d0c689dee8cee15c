/**
 * How near scoring comes to the machine's bare matrix products, measured in one run.
 *
 *     npm run bench -- --model FOLDER --data-dir FOLDER [--tasks piqa=200,boolq=100,hellaswag=200] [--rounds 3] [--threads N] [--batch-tokens N]
 *
 * The bare rate is that of the model's own projections, [2048, in] × [out, in], in f32, run by the same runtime with as many threads. The
 * scoring rate counts the same products for the tokens that were computed, attention between each token and its ancestors, and the head
 * for the positions that were scored. Bare and scoring rounds alternate; medians are compared, for a neighbour can slow the machine for seconds.
 * Token efficiency is distinct tokens ÷ tokens computed.
 */
import { parseArgs } from 'node:util'
import * as ort from 'onnxruntime-node'
import { openCheckpoint } from '../src/checkpoint/checkpoint.ts'
import { batchBudget } from '../src/engine/batch-budget.ts'
import { onnxEngine } from '../src/engine/onnx.ts'
import { encoderOf, requestsOf } from '../src/evaluate.ts'
import { graphBuilder } from '../src/graph/builder.ts'
import { encodeModel } from '../src/graph/onnx-model.ts'
import { planBatches } from '../src/plan/batches.ts'
import { encodeRequests } from '../src/plan/encode.ts'
import type { Sequence } from '../src/plan/sequence.ts'
import { loadSuite } from '../src/suite.ts'
import { loadTasks, selectTasks } from '../src/task/registry.ts'

const ROWS = 2048
const BARE_LAYERS = 8
const BARE_PASSES = 5

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    'data-dir': { type: 'string' },
    tasks: { type: 'string', default: 'piqa=200,boolq=100,hellaswag=200' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string' },
    'batch-tokens': { type: 'string' },
  },
})
if (!values.model || !values['data-dir']) throw new Error('usage: npm run bench -- --model FOLDER --data-dir FOLDER')
const engineOptions = {
  ...(values.threads !== undefined && { threads: Number(values.threads) }),
  ...(values['batch-tokens'] !== undefined && { batchTokens: Number(values['batch-tokens']) }),
}
const checkpoint = await openCheckpoint(values.model)
const budget = batchBudget(checkpoint.config, engineOptions.batchTokens)
const sequences = await readSequences(values.tasks, values['data-dir'])
const work = floatingPointWork(sequences)
const gemms = await gemmSession()
await using engine = await onnxEngine(checkpoint.config, checkpoint.weights, engineOptions)
await scoringSeconds(sequences.slice(0, 50))

const bare: number[] = []
const scoring: number[] = []
for (let round = 0; round < Number(values.rounds); round++) {
  bare.push(await bareRate())
  const seconds = await scoringSeconds(sequences)
  bare.push(await bareRate())
  scoring.push(work.operations / seconds)
  console.log(
    `round ${round + 1}: bare ${giga(bare.at(-2)!)} and ${giga(bare.at(-1)!)}, scoring ${giga(scoring.at(-1)!)} GFLOP/s, ${Math.round(work.tokensComputed / seconds)} tokens/s`,
  )
}
console.log(
  `tokens: ${work.tokensAsked} asked, ${work.tokensDistinct} distinct, ${work.tokensComputed} computed: efficiency ${(work.tokensDistinct / work.tokensComputed).toFixed(3)}`,
)
console.log(
  `share of the bare Gemm rate: ${(median(scoring) / median(bare)).toFixed(3)} (medians: scoring ${giga(median(scoring))}, bare ${giga(median(bare))} GFLOP/s)`,
)

async function readSequences(spec: string, dataDir: string): Promise<Sequence[]> {
  const tasks = await loadTasks()
  const encoder = encoderOf(checkpoint)
  const all: Sequence[] = []
  for (const part of spec.split(',')) {
    const [name, limit] = part.split('=') as [string, string]
    const suite = await loadSuite(selectTasks(tasks, [name])[0]!, { limit: Number(limit), dataDir })
    all.push(...encodeRequests(requestsOf(suite), encoder).sequences)
  }
  return all
}

/** Values of one layer's projections. */
function layerSize(): number {
  const { hiddenSize, intermediateSize, headSize, headCount, keyValueHeadCount } = checkpoint.config
  return 2 * hiddenSize * headSize * (headCount + keyValueHeadCount) + 3 * hiddenSize * intermediateSize
}

/** Two operations a multiply-add. */
function floatingPointWork(asked: readonly Sequence[]) {
  const { config } = checkpoint
  const plan = planBatches(asked, budget.usual, budget.most)
  const body = 2 * config.layerCount * layerSize()
  let operations = body * plan.tokensComputed
  for (const { tree, scored } of plan.batches) {
    for (const depth of tree.depths) operations += 4 * config.layerCount * config.headCount * config.headSize * (depth + 1)
    operations += 2 * scored.length * config.vocabularySize * config.hiddenSize
  }
  const tokensAsked = asked.reduce((sum, { input }) => sum + input.length, 0)
  return { operations, tokensAsked, tokensDistinct: plan.tokensDistinct, tokensComputed: plan.tokensComputed }
}

async function scoringSeconds(asked: readonly Sequence[]): Promise<number> {
  const startedAt = performance.now()
  let answered = 0
  for await (const { scores } of engine.score(asked).batches) answered += scores.length
  if (answered !== asked.length) throw new Error(`${answered} answers to ${asked.length} sequences`)
  return (performance.now() - startedAt) / 1000
}

/** The projections of some layers, each on the result of one before it, and nothing else; weights are constants, as in the model, so that the runtime may lay them out as it likes. */
async function gemmSession(): Promise<ort.InferenceSession> {
  const { hiddenSize, intermediateSize, headSize, headCount, keyValueHeadCount } = checkpoint.config
  const g = graphBuilder()
  const project = (input: string, from: number, to: number) => {
    const weight = g.floats(
      Float32Array.from({ length: to * from }, () => (Math.random() - 0.5) / Math.sqrt(from)),
      [to, from],
    )
    return g.node('Gemm', [input, weight], { transB: 1 })
  }
  const firstRow = (value: string) => g.node('Gather', [value, g.integers(0)])
  let hidden = 'x'
  const ends: string[] = []
  for (let layer = 0; layer < BARE_LAYERS; layer++) {
    ends.push(firstRow(project(hidden, hiddenSize, keyValueHeadCount * headSize)), firstRow(project(hidden, hiddenSize, keyValueHeadCount * headSize)))
    const attended = project(project(hidden, hiddenSize, headCount * headSize), headCount * headSize, hiddenSize)
    ends.push(firstRow(project(attended, hiddenSize, intermediateSize)))
    hidden = project(project(attended, hiddenSize, intermediateSize), intermediateSize, hiddenSize)
  }
  // One row of each result leaves the graph, so that no product is dropped and nothing large is copied.
  g.output(g.node('Concat', [...ends, firstRow(hidden)], { axis: 0 }), 'y')
  const graph = g.finish('gemm', [{ name: 'x', type: 'float', shape: [ROWS, hiddenSize] }], [{ name: 'y', type: 'float' }])
  return ort.InferenceSession.create(encodeModel(graph), values.threads ? { intraOpNumThreads: Number(values.threads) } : {})
}

/** Operations a second over some passes. */
async function bareRate(): Promise<number> {
  const { hiddenSize } = checkpoint.config
  const x = new ort.Tensor('float32', new Float32Array(ROWS * hiddenSize).fill(0.5), [ROWS, hiddenSize])
  await gemms.run({ x })
  const startedAt = performance.now()
  for (let pass = 0; pass < BARE_PASSES; pass++) await gemms.run({ x })
  const operations = 2 * ROWS * BARE_PASSES * BARE_LAYERS * layerSize()
  return operations / ((performance.now() - startedAt) / 1000)
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}

function giga(rate: number): string {
  return (rate / 1e9).toFixed(0)
}
