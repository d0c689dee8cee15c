/** Scoring on WebGPU against transformers, lm-eval and the CPU: every family, trees, shared prefixes, long windows, the tasks' own rows. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import type { Device, DeviceChoice } from '../../../src/engine/devices/device.ts'
import { batchFeeds } from '../../../src/engine/onnx/feeds.ts'
import { onnxEngine, type OnnxOptions } from '../../../src/engine/onnx/onnx-engine.ts'
import { operatorsOnCpu, type PlacedNode } from '../../../src/engine/devices/placement.ts'
import { rowFeeds } from '../../../src/engine/onnx/row-feeds.ts'
import { startSessionProcess } from '../../../src/engine/onnx/session-process.ts'
import type { SessionTensor } from '../../../src/engine/onnx/session-messages.ts'
import { evaluateModel } from '../../../src/run/evaluate-model.ts'
import type { EvaluateOptions } from '../../../src/run/evaluate-options.ts'
import { decoderGraph, deviceDecoderGraph } from '../../../src/graph/decoder.ts'
import type { Graph } from '../../../src/graph/onnx-model.ts'
import { planBatches } from '../../../src/plan/batches.ts'
import { layOutRows } from '../../../src/plan/row-layout.ts'
import type { Sequence, SequenceScore } from '../../../src/plan/sequence.ts'
import { loadTask } from '../../../src/run/load-task.ts'
import { loadTasks } from '../../../src/task/registry.ts'
import { selectTasks } from '../../../src/task/select-tasks.ts'
import { FAMILIES, fixtureRequests, hasExperts, ONE_OF_EACH_FAMILY } from '../../fixture-requests.ts'
import { realCheckpoint } from '../../reference.ts'
import { softwareGpu } from '../../software-gpu.ts'
import { STEERING_OPERATORS } from '../../../src/engine/devices/providers/provider.ts'

/** Checkpoints whose graph has numbers in bfloat16 whatever its type is. */
const NEED_BFLOAT16 = ['falcon-rw']
/** Nats per token. */
const TOLERANCE = 1e-4

const webgpu = { provider: 'webgpu', index: 0 } as const
const cpu = { provider: 'cpu', index: 0 } as const
const gpu = softwareGpu()
const skipped = gpu.missing === undefined ? '' : ` (skipped: ${gpu.missing})`

describe.skipIf(gpu.missing !== undefined)(`on WebGPU${skipped}`, () => {
  // Copies to the CPU make experts slow on a processor that plays a GPU.
  test.each(FAMILIES.filter((family) => !NEED_BFLOAT16.includes(family) && (!hasExperts(family) || ONE_OF_EACH_FAMILY.includes(family))))(
    '%s gives the log-likelihoods of transformers, of many requests at once and in windows',
    async (family) => {
      const { folder, sequences, expected, windows, windowsLogProb } = fixtureRequests(family)
      const { scores } = await score(folder, [...sequences, ...windows], [webgpu])
      expected.forEach(({ logProb, isGreedy }, index) => {
        expect(Math.abs(scores[index]!.logProb - logProb) / sequences[index]!.targets.length).toBeLessThan(TOLERANCE)
        expect(scores[index]!.isGreedy).toBe(isGreedy)
      })
      const total = scores.slice(sequences.length).reduce((sum, { logProb }) => sum + logProb, 0)
      const tokenCount = windows.reduce((sum, { targets }) => sum + targets.length, 0)
      expect(Math.abs(total - windowsLogProb) / tokenCount).toBeLessThan(TOLERANCE)
    },
  )

  test.each(NEED_BFLOAT16)('%s is refused: its linear biases are rounded to bfloat16, which WebGPU does not have', async (family) => {
    const { folder, sequences } = fixtureRequests(family)
    await expect(score(folder, sequences, [webgpu])).rejects.toThrow('webgpu has no kernel for Cast')
  })

  test('attention too large for one product runs in chunks of rows, with the numbers of the CPU', async () => {
    const { folder, sequences, windows } = fixtureRequests('mistral-window')
    const all = [...sequences, ...windows]
    const [onCpu, inChunks] = [await score(folder, all, [cpu]), await score(folder, all, [webgpu], { scoreBytes: 2 ** 15 })]
    expectAlike(all, inChunks.scores, onCpu.scores)
  })

  test('two sessions give what one gives', async () => {
    const { folder, sequences } = fixtureRequests('smollm2')
    const [one, two] = [await score(folder, sequences, [webgpu], { batchTokens: 100 }), await score(folder, sequences, [webgpu, webgpu], { batchTokens: 100 })]
    expect(two.scores).toEqual(one.scores)
    expect(two.info).toMatchObject({ provider: 'webgpu', devices: ['webgpu', 'webgpu'], dtype: 'float32' })
  })

  test('no node that computes is placed on the CPU, and nothing is copied within the graph', async () => {
    const { folder, sequences } = fixtureRequests('qwen2-window')
    const config = await readConfig(folder)
    const weights = await readWeights(folder, config)
    const [batch] = planBatches(sequences.slice(0, 2), 4096).batches
    const feeds = rowFeeds([config])(batch!, layOutRows(batch!.tree, Infinity), 1)
    const nodes = await placed(deviceDecoderGraph(config, weights, 'float'), weights.root, feeds)
    expect(operatorsOnCpu(nodes, { operators: STEERING_OPERATORS })).toEqual([])
    const onGpu = nodes.filter(({ provider }) => provider === 'WebGpuExecutionProvider').map(({ operator }) => operator)
    expect([...new Set(onGpu)].toSorted((a, b) => (a < b ? -1 : 1)).join(' ')).toBe(
      'Add And ArgMax Exp Gather GatherElements Gemm Less LessOrEqual Log MatMul Mul QuickGelu RMSNormalization ' +
        'ReduceSum Reshape RotaryEmbedding Shape Softmax Sub Transpose Unsqueeze Where',
    )
  })

  test('the graph for the CPU would run partly there, and the check names the operators', async () => {
    const { folder, sequences } = fixtureRequests('qwen3')
    const config = await readConfig(folder)
    const weights = await readWeights(folder, config)
    const [batch] = planBatches(sequences, 4096).batches
    const nodes = await placed(decoderGraph(config, weights), weights.root, batchFeeds(batch!, 1024, { skipsLinearPasses: false }))
    expect(operatorsOnCpu(nodes, { operators: STEERING_OPERATORS })).toEqual(expect.arrayContaining(['Attention', 'Cos', 'LogSoftmax', 'Sin']))
  })

  test('SwiftShader has no f16: that is refused before work starts, with the reason', async () => {
    const { folder, sequences } = fixtureRequests('qwen3')
    await expect(score(folder, sequences, [webgpu], { dtype: 'float16' })).rejects.toThrow(
      expect.objectContaining({
        code: 'ENGINE',
        message: expect.stringContaining('requires f16 but the device does not support it'),
        hint: 'Give --dtype f32.',
      }),
    )
  })

  test('its peak GEMM rate is measured beside the model', async () => {
    const { folder, sequences } = fixtureRequests('qwen3')
    const config = await readConfig(folder)
    await using engine = await onnxEngine(config, await readWeights(folder, config), { devices: [webgpu] })
    expect(await engine.peakGemmRate!()).toBeGreaterThan(1e6)
    for await (const { scores } of engine.score(sequences.slice(0, 2))) expect(scores).toHaveLength(2)
  })

  test('the first row of each form of task through the whole program, on the built-in model, is that of the CPU', async () => {
    const known = await loadTasks()
    const forms = ['piqa', 'boolq', 'hellaswag', 'mmlu_people', 'wikitext']
    const loadedTasks = await Promise.all(forms.map((form) => loadTask(selectTasks(known, [`valley_${form}`])[0]!, { limit: 1 })))
    const run = (device: Device) => evaluateModel(modelIn(path.resolve('demo/model')), loadedTasks, { openEngine: unmeasured(device) })
    const [onCpu, onGpu] = [await run(cpu), await run(webgpu)]
    expect(onGpu.engine).toMatchObject({ provider: 'webgpu', dtype: 'float32' })
    const logLikelihoodsOf = ({ tasks }: typeof onCpu) => tasks.flatMap(({ items }) => items.flatMap(({ logLikelihoods }) => logLikelihoods))
    const [expected, found] = [logLikelihoodsOf(onCpu), logLikelihoodsOf(onGpu)]
    // Two choices of PIQA, two of BoolQ, four of HellaSwag, four letters of MMLU behind five examples, one text longer than the window.
    expect(expected).toHaveLength(2 + 2 + 4 + 4 + 1)
    expected.forEach(({ logProb, isGreedy, tokenCount }, index) => {
      expect(Math.abs(found[index]!.logProb - logProb) / tokenCount).toBeLessThan(TOLERANCE)
      expect(found[index]!.isGreedy).toBe(isGreedy)
    })
  })

  const shared = path.resolve(process.env['EVALHARNESS_SHARED'] ?? '../shared')
  const real = existsSync(path.join(shared, 'golden')) ? realCheckpoint() : { missing: `no ${shared}/golden` }

  test.skipIf(real.missing !== undefined)(
    `the first rows of PIQA on SmolLM2-135M are those of lm-eval${real.missing === undefined ? '' : ` (skipped: ${real.missing})`}`,
    async () => {
      const known = await loadTasks()
      const rows = { piqa: 2 }
      const loadedTasks = await Promise.all(
        Object.entries(rows).map(([task, limit]) => loadTask(selectTasks(known, [task])[0]!, { limit, dataDir: path.join(shared, 'data') })),
      )
      const { tasks } = await evaluateModel(modelIn(real.value!), loadedTasks, { openEngine: unmeasured(webgpu) })
      for (const { name, items } of tasks) {
        const golden = readFileSync(path.join(shared, 'golden', `${name}.jsonl`), 'utf8')
          .split('\n')
          .slice(0, items.length)
        expect(items).toHaveLength(rows[name as keyof typeof rows])
        golden.forEach((line, index) => {
          const { resps } = JSON.parse(line) as { resps: readonly (readonly [number, boolean])[] }
          resps.forEach(([logProb, isGreedy], choice) => {
            const found = items[index]!.logLikelihoods[choice]!
            expect(Math.abs(found.logProb - logProb) / found.tokenCount).toBeLessThan(TOLERANCE)
            expect(found.isGreedy).toBe(isGreedy)
          })
        })
      }
    },
  )
})

/** An engine without a peak GEMM rate: here measuring it takes longer than the rows. */
function unmeasured(device: Device): NonNullable<EvaluateOptions['openEngine']> {
  return async ({ config, weights }) => ({ ...(await onnxEngine(config, weights, { devices: [device] })), peakGemmRate: async () => undefined })
}

function modelIn(folder: string) {
  return { label: 'model', source: folder, folder, revision: null }
}

async function score(folder: string, sequences: readonly Sequence[], devices: DeviceChoice, options: OnnxOptions = {}) {
  const config = await readConfig(folder)
  await using engine = await onnxEngine(config, await readWeights(folder, config), { ...options, devices })
  const scores: SequenceScore[] = []
  for await (const batch of engine.score(sequences)) for (const one of batch.scores) scores[one.sequence] = one
  return { scores, info: engine.info }
}

function expectAlike(sequences: readonly Sequence[], found: readonly SequenceScore[], expected: readonly SequenceScore[]): void {
  sequences.forEach(({ targets }, index) => {
    expect(Math.abs(found[index]!.logProb - expected[index]!.logProb) / targets.length).toBeLessThan(TOLERANCE)
    expect(found[index]!.isGreedy).toBe(expected[index]!.isGreedy)
  })
}

/** Where onnxruntime puts the nodes of a graph that it is asked to run on WebGPU. */
async function placed(graph: Graph, root: string, probe: Record<string, SessionTensor>): Promise<readonly PlacedNode[]> {
  const session = startSessionProcess()
  try {
    return (await session.load(graph, { root, isOptimized: true, provider: 'webgpu', probe })).nodes
  } finally {
    session.end()
  }
}
