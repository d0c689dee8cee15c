/**
 * Quantization at load, LoRA and LaCo on one checkpoint of each family, against transformers and PEFT in float64 (scripts/make-family-variant-goldens.py);
 * and the layer map of what LaCo made.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { layerRunner } from '../../../src/engine/onnx/layer-runner.ts'
import { startSessionProcess } from '../../../src/engine/onnx/session-process.ts'
import { readConfig, type ModelConfig } from '../../../src/model/config/config.ts'
import { layerTensorName, parseLayerTensor } from '../../../src/model/families/tensor-names.ts'
import { tensorReader } from '../../../src/model/weights/tensor-bytes.ts'
import { readWeights, type Weights } from '../../../src/model/weights/weights.ts'
import { writeSafetensors } from '../../../src/model/weights/write-safetensors.ts'
import { planTrees } from '../../../src/plan/batches.ts'
import type { Sequence } from '../../../src/plan/sequence.ts'
import { lastNodes } from '../../../src/plan/token-tree.ts'
import { compareWithOriginal } from '../../../src/prune/candidate-similarity.ts'
import { mergeLayers, originalLayers, type CollapsedLayer } from '../../../src/prune/collapsed-layer.ts'
import { mapLayers } from '../../../src/prune/map-layers.ts'
import { MERGE_RULES, type MergeRule } from '../../../src/prune/merge-rule.ts'
import { prunedConfigText } from '../../../src/prune/pruned-config.ts'
import { sourceBytes, sourceDtype, sourceShape } from '../../../src/prune/tensor-source.ts'
import { planTensors } from '../../../src/prune/write-checkpoint.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { scoreInPasses } from '../../engine/onnx/score-in-passes.ts'
import { scoreRunnable, type GoldenRequest } from '../runnable/score-runnable.ts'

const VARIANTS = path.join(import.meta.dirname, 'variants')
const CHECKPOINTS = path.join(import.meta.dirname, '../../checkpoints')

/** Nats per token. */
const TOLERANCE = 1e-5
const MERGE = { rule: 'telescope', qkNorm: 'keep', emulateBf16: false } as const

/** Families whose layers have no norms: their origin follows from projections alone. */
const WITHOUT_NORMS = new Set(['olmo'])

interface Golden {
  readonly nf4: readonly number[]
  readonly lora: readonly number[]
  readonly merged: readonly number[]
  readonly mean: readonly number[]
  readonly first: readonly number[]
  readonly similarity: number
}

/** Writes the checkpoint that a rule makes; returns its folder. */
async function writeMerged({
  folder,
  config,
  weights,
  candidate,
  rule,
}: {
  readonly folder: string
  readonly config: ModelConfig
  readonly weights: Weights
  readonly candidate: readonly CollapsedLayer[]
  readonly rule: MergeRule
}): Promise<string> {
  const merged = temporaryFolder()
  await using reader = tensorReader(weights.root)
  const tensors = planTensors(candidate, { tensorNames: config.tensorNames, tensors: weights.tensors }, { ...MERGE, rule })
  await writeSafetensors(
    path.join(merged, 'model.safetensors'),
    tensors.map(({ name, source }) => ({ name, dtype: sourceDtype(source), shape: sourceShape(source), bytes: () => sourceBytes(source, reader) })),
  )
  writeFileSync(path.join(merged, 'config.json'), prunedConfigText(readFileSync(path.join(folder, 'config.json'), 'utf8'), candidate, config))
  return merged
}

function json(...parts: readonly string[]): unknown {
  return JSON.parse(readFileSync(path.join(...parts), 'utf8'))
}

function differenceOf({ continuation }: GoldenRequest, { logProb }: { readonly logProb: number }, expected: number): number {
  return Math.abs(logProb - expected) / continuation.length
}

function sequenceOf({ context, continuation }: GoldenRequest): Sequence {
  return { input: Int32Array.from([...context, ...continuation].slice(0, -1)), targets: Int32Array.from(continuation) }
}

const session = startSessionProcess()
afterAll(() => session.end())

describe.each(readdirSync(VARIANTS).sort())('%s', (name) => {
  const folder = path.join(CHECKPOINTS, name)
  const golden = json(VARIANTS, name, 'golden.json') as Golden
  const requests = (json(folder, 'golden.json') as { requests: GoldenRequest[] }).requests.slice(0, golden.nf4.length)
  const largestDifference = async (model: string, settings: Parameters<typeof scoreRunnable>[1], expected: readonly number[]) => {
    const { scores } = await scoreRunnable(model, settings, requests)
    return Math.max(...scores.map((score, index) => differenceOf(requests[index]!, score, expected[index]!)))
  }

  test('in NF4 it gives what transformers gives for the rounded weights', async () => {
    expect(await largestDifference(folder, { quantize: { scheme: 'nf4', block: 32 } }, golden.nf4)).toBeLessThanOrEqual(TOLERANCE)
  })

  test('with an adapter it gives what PEFT gives', async () => {
    expect(await largestDifference(folder, { adapter: path.join(VARIANTS, name) }, golden.lora)).toBeLessThanOrEqual(TOLERANCE)
  })

  test('LaCo merges projections, keeps the norms of the base, and compares hidden states as transformers has them', async () => {
    const config = await readConfig(folder)
    const weights = await readWeights(folder, config)
    const candidate = mergeLayers(originalLayers(config.layerCount), 0, config.layerCount - 1)
    const input = Int32Array.from(requests[6]!.context)
    const { trees } = planTrees([{ input }], 2048)
    const { tree } = trees[0]!
    const sentences = [{ tree: 0, rows: lastNodes(tree, tree.ends[0]!, input.length) }]
    const calibration = { sentenceCount: 1, tokenCount: input.length, trees, sentences }
    await using runner = layerRunner(config, 1)
    const work = {
      config,
      weights,
      calibration,
      kind: 'flatten',
      merge: MERGE,
      pointerRange: [0, 0],
      runner,
      workFolder: temporaryFolder(),
      onLayer() {},
    } as const
    const [similarity] = await (await compareWithOriginal(work))(candidate, 0)
    expect(Math.abs(similarity! - golden.similarity)).toBeLessThan(1e-5)

    const merged = await writeMerged({ folder, config, weights, candidate, rule: 'telescope' })
    expect(await largestDifference(merged, {}, golden.merged)).toBeLessThanOrEqual(TOLERANCE)

    const { layers, verdict } = await mapLayers(folder, merged, { onStart() {}, onStep() {} })
    const last = config.layerCount - 1
    expect(layers).toMatchObject([{ norms: WITHOUT_NORMS.has(config.family) ? last : 0, sum: [{ layer: last, coefficient: 1 }], isExact: true }])
    expect(verdict.method).toBe(WITHOUT_NORMS.has(config.family) ? 'drop' : 'telescope')
  })

  test('each rule of LaCo makes what its formula says of the layers first, last, first', async () => {
    const config = await readConfig(folder)
    const weights = await readWeights(folder, config)
    const layers = [0, config.layerCount - 1, 0]
    const tensors = new Map(
      [...weights.tensors].flatMap(([name, tensor]) => {
        const place = parseLayerTensor(config.tensorNames, name)
        if (!place) return [[name, tensor] as const]
        return layers.flatMap((layer, index) => (layer === place.layer ? [[layerTensorName(config.tensorNames, index, place.name), tensor] as const] : []))
      }),
    )
    const candidate = mergeLayers(originalLayers(layers.length), 0, layers.length - 1)
    const expected = { telescope: golden.first, paper: golden.merged, mean: golden.mean }
    for (const rule of MERGE_RULES) {
      const merged = await writeMerged({ folder, config, weights: { ...weights, tensors }, candidate, rule })
      const mergedConfig = await readConfig(merged)
      const scores = await scoreInPasses(session, { config: mergedConfig, weights: await readWeights(merged, mergedConfig) }, requests.map(sequenceOf))
      expect(Math.max(...scores.map((score, index) => differenceOf(requests[index]!, score, expected[rule][index]!))), rule).toBeLessThanOrEqual(TOLERANCE)
    }
  })
})
