/**
 * Quantization at load, LoRA and LaCo on one checkpoint of each family, against transformers and PEFT in float64 (scripts/make-family-variant-goldens.py);
 * and the layer map of what LaCo made.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { layerRunner } from '../../../src/engine/onnx/layer-runner.ts'
import { readConfig } from '../../../src/model/config/config.ts'
import { tensorReader } from '../../../src/model/weights/tensor-bytes.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { writeSafetensors } from '../../../src/model/weights/write-safetensors.ts'
import { planTrees } from '../../../src/plan/batches.ts'
import { lastNodes } from '../../../src/plan/token-tree.ts'
import { compareWithOriginal } from '../../../src/prune/candidate-similarity.ts'
import { mergeLayers, originalLayers } from '../../../src/prune/collapsed-layer.ts'
import { mapLayers } from '../../../src/prune/map-layers.ts'
import { prunedConfigText } from '../../../src/prune/pruned-config.ts'
import { sourceBytes, sourceDtype, sourceShape } from '../../../src/prune/tensor-source.ts'
import { planTensors } from '../../../src/prune/write-checkpoint.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
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
  readonly similarity: number
}

function json(...parts: readonly string[]): unknown {
  return JSON.parse(readFileSync(path.join(...parts), 'utf8'))
}

describe.each(readdirSync(VARIANTS).sort())('%s', (name) => {
  const folder = path.join(CHECKPOINTS, name)
  const golden = json(VARIANTS, name, 'golden.json') as Golden
  const requests = (json(folder, 'golden.json') as { requests: GoldenRequest[] }).requests.slice(0, golden.nf4.length)
  const largestDifference = async (model: string, settings: Parameters<typeof scoreRunnable>[1], expected: readonly number[]) => {
    const { scores } = await scoreRunnable(model, settings, requests)
    return Math.max(...scores.map(({ logProb }, index) => Math.abs(logProb - expected[index]!) / requests[index]!.continuation.length))
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

    const merged = path.join(temporaryFolder(), 'merged')
    mkdirSync(merged)
    await using reader = tensorReader(weights.root)
    const tensors = planTensors(candidate, { tensorNames: config.tensorNames, tensors: weights.tensors }, MERGE)
    await writeSafetensors(
      path.join(merged, 'model.safetensors'),
      tensors.map(({ name, source }) => ({ name, dtype: sourceDtype(source), shape: sourceShape(source), bytes: () => sourceBytes(source, reader) })),
    )
    writeFileSync(path.join(merged, 'config.json'), prunedConfigText(readFileSync(path.join(folder, 'config.json'), 'utf8'), candidate, config))
    expect(await largestDifference(merged, {}, golden.merged)).toBeLessThanOrEqual(TOLERANCE)

    const { layers, verdict } = await mapLayers(folder, merged, { onStart() {}, onStep() {} })
    const last = config.layerCount - 1
    expect(layers).toMatchObject([{ norms: WITHOUT_NORMS.has(config.family) ? last : 0, sum: [{ layer: last, coefficient: 1 }], isExact: true }])
    expect(verdict.method).toBe(WITHOUT_NORMS.has(config.family) ? 'drop' : 'telescope')
  })
})
