/** Divergences through stored hidden states and in one graph, of small random checkpoints, against transformers in float64 (scripts/make-divergence-goldens.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { SequenceDivergence } from '../../../src/engine/engine.ts'
import { openHiddenStates, type HiddenStates } from '../../../src/engine/hidden-states.ts'
import {
  jointModelInOnePass,
  jointModelInPasses,
  modelInOnePass,
  modelInPasses,
  withOriginalStates,
  type DeviceModel,
} from '../../../src/engine/onnx/device-model.ts'
import { withOneFolder, type HeadSource } from '../../../src/engine/onnx/engine-divergence.ts'
import { batchOutputs, readDivergences } from '../../../src/engine/onnx/read-scores.ts'
import { startSessionProcess } from '../../../src/engine/onnx/session-process.ts'
import type { DivergencePart } from '../../../src/graph/decoder.ts'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { planBatches, type Batch } from '../../../src/plan/batches.ts'
import type { Sequence } from '../../../src/plan/sequence.ts'
import { fixtureRequests } from '../../fixture-requests.ts'
import { jointModels } from '../../joint-models.ts'

interface Golden {
  readonly pairs: readonly {
    readonly original: string
    readonly variant: string
    readonly requests: readonly { readonly kl: number[]; readonly is_same_top: boolean[]; readonly original: number[]; readonly variant: number[] }[]
  }[]
}

const { pairs } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'divergence.golden.json'), 'utf8')) as Golden

/** Nats. */
const TOLERANCE = 1e-5
const PASS_TOKENS = 16

const session = startSessionProcess()
afterAll(() => session.end())

/** The graphs for the CPU, and those for GPUs on the CPU. */
const FORMS: Readonly<Record<string, (model: HeadSource, divergence: DivergencePart) => DeviceModel>> = {
  'in passes': ({ config, weights }, divergence) => modelInPasses(config, weights, divergence),
  'in one pass': ({ config, weights }, divergence) => modelInOnePass(config, weights, { type: 'float', divergence }),
}
const CASES = Object.keys(FORMS).flatMap((form) => pairs.map((pair) => ({ form, ...pair })))

test.each(CASES)('$original and $variant diverge as in transformers, $form', async ({ form, original, variant, requests }) => {
  const { sequences } = fixtureRequests(original)
  expectGolden(await divergencesOf(FORMS[form]!, original, variant, sequences), requests)
})

test.each(pairs)(
  '$original and $variant in one graph: as in transformers, and as through stored states',
  { tags: ['slow'] },
  async ({ original, variant, requests }) => {
    const { sequences } = fixtureRequests(original)
    const together = await divergencesTogether([original, variant], sequences)
    expectGolden(together, requests)
    const stored = await divergencesOf(FORMS['in passes']!, original, variant, sequences, 1024)
    together.forEach(({ isSameTop, ...values }, index) => {
      expect(isSameTop).toEqual(stored[index]!.isSameTop)
      for (const name of ['kl', 'original', 'variant'] as const)
        values[name].forEach((value, position) => expect(Math.abs(value - stored[index]![name][position]!)).toBeLessThanOrEqual(1e-6))
    })
  },
)

test.each(pairs)('$original and $variant in one graph for GPUs: as in transformers', { tags: ['slow'] }, async ({ original, variant, requests }) => {
  const { sequences } = fixtureRequests(original)
  expectGolden(await divergencesTogether([original, variant], sequences, (joint) => jointModelInOnePass(joint, { type: 'float' })), requests)
})

function expectGolden(found: readonly SequenceDivergence[], requests: Golden['pairs'][number]['requests']): void {
  requests.forEach(({ kl, is_same_top: isSameTop, ...logProbs }, index) => {
    const own = found[index]!
    expect(own.isSameTop).toEqual(isSameTop)
    kl.forEach((value, position) => expect(Math.abs(own.kl[position]! - value)).toBeLessThan(TOLERANCE))
    expect(perToken(own.original, logProbs.original)).toBeLessThan(TOLERANCE)
    expect(perToken(own.variant, logProbs.variant)).toBeLessThan(TOLERANCE)
  })
}

test('a model diverges from itself by exactly 0', async () => {
  const { sequences } = fixtureRequests('gemma2')
  const [stored, together] = [
    await divergencesOf(FORMS['in passes']!, 'gemma2', 'gemma2', sequences, 1024),
    await divergencesTogether(['gemma2', 'gemma2'], sequences),
  ]
  for (const { kl, isSameTop, original, variant } of [...stored, ...together]) {
    expect([...kl].every((value) => value === 0)).toBe(true)
    expect(isSameTop.every(Boolean)).toBe(true)
    expect(variant).toEqual(original)
  }
})

/** Difference of two sums of log-probabilities, in nats a token. */
function perToken(found: Iterable<number>, expected: readonly number[]): number {
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)
  return Math.abs(sum(found) - sum(expected)) / expected.length
}

/** Of each sequence. The original computes batches of 1024 tokens, the variant others. */
async function divergencesOf(
  form: (model: HeadSource, divergence: DivergencePart) => DeviceModel,
  originalName: string,
  variantName: string,
  sequences: readonly Sequence[],
  batchTokens = 40,
): Promise<SequenceDivergence[]> {
  const [original, variant] = [await openModel(originalName), await openModel(variantName)]
  await using states = await openHiddenStates({ rowCount: 1, width: original.config.hiddenSize })
  await eachBatch(form(original, { kind: 'original' }), original, sequences, 1024, async (batch, run) => {
    await states.add(batch, sequences, batchOutputs(await run()).hiddenStates!)
  })
  const { weights, divergence } = withOneFolder(variant.weights, { kind: 'variant', states, original })
  if (divergence?.kind !== 'variant') throw new TypeError('not a variant')
  const found: SequenceDivergence[] = []
  await eachBatch(form({ ...variant, weights }, divergence), { ...variant, weights }, sequences, batchTokens, async (batch, run) => {
    const outputs = batchOutputs(await run({ states, original }))
    const divergences = readDivergences(batch, sequences, outputs.divergence!)
    divergences.forEach((each, index) => (found[batch.members[index]!.sequence] = each))
  })
  return found
}

/** Of the last of several models from the first, in one graph. */
async function divergencesTogether(names: readonly string[], sequences: readonly Sequence[], form = jointModelInPasses): Promise<SequenceDivergence[]> {
  const { root, joint } = await jointModels(names.map((name) => fixtureRequests(name).folder))
  const model = form({ ...joint, divergence: { givesStates: false } })
  await session.load(model.graphWith(1).graph, { root, threads: 2, isOptimized: true })
  const found: SequenceDivergence[] = []
  for (const batch of planBatches(sequences, 1024).batches) {
    const outputs = batchOutputs(await session.run(model.layOut(batch, PASS_TOKENS).feedsFor(1)), names.length - 1)
    readDivergences(batch, sequences, outputs.divergence!).forEach((each, index) => (found[batch.members[index]!.sequence] = each))
  }
  return found
}

type Run = (from?: { readonly states: HiddenStates; readonly original: HeadSource }) => ReturnType<typeof session.run>

async function eachBatch(
  model: DeviceModel,
  { weights }: HeadSource,
  sequences: readonly Sequence[],
  batchTokens: number,
  take: (batch: Batch, run: Run) => Promise<void>,
): Promise<void> {
  const chunkCount = 2
  await session.load(model.graphWith(chunkCount).graph, { root: weights.root, threads: 2, isOptimized: true })
  for (const batch of planBatches(sequences, batchTokens).batches) {
    const feeds = model.layOut(batch, PASS_TOKENS).feedsFor(chunkCount)
    await take(batch, async (from) => session.run(from ? withOriginalStates(feeds, await from.states.read(batch, sequences), from.original.config) : feeds))
  }
}

async function openModel(name: string): Promise<HeadSource> {
  const { folder } = fixtureRequests(name)
  const config = await readConfig(folder)
  return { config, weights: await readWeights(folder, config) }
}
