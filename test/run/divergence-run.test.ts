/** `--divergence` from options to records; its numbers are checked in test/graph/blocks/divergence.test.ts. The suite fails if a temporary file stays. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { planRun } from '../../src/run/plan-run.ts'
import { runModels, type RunModelsOptions, type RunResult } from '../../src/run/run-models.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const original = tinyModel()
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(12))
const optionsOf = (model: readonly string[], more: Partial<RunModelsOptions> = {}): RunModelsOptions => ({
  model: [...model],
  tasks: ['piqa'],
  data: [`piqa=${rows}`],
  output: path.join(temporaryFolder(), 'results'),
  cache: temporaryFolder(),
  device: 'cpu',
  divergence: true,
  ...more,
})

test('a variant has divergences, with the original’s log-probabilities beside its own', async () => {
  const { runs } = await runModels(optionsOf([`original=${original}`, `other=${tinyModel('llama3')}`], { batchTokens: 50 }))
  const [first, other] = runs.map(({ record }) => record)
  expect(first!.divergence).toBeUndefined()
  expect(other!.divergence!.original).toEqual({ label: 'original', source: original, weightsHash: first!.model.weightsHash })
  const figures = other!.tasks[0]!.divergence!
  expect(figures).toMatchObject({ itemCount: 12, positionCount: other!.divergence!.all!.positionCount })
  expect(figures.kl.value).toBeGreaterThan(0.1)
  first!.tasks[0]!.items.forEach(({ item, logLikelihoods }, index) => {
    if (item.kind !== 'choice') throw new TypeError('PIQA has choices')
    const { divergence, ...variant } = other!.tasks[0]!.items[index]!
    const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
    expect(sumOf(divergence!.original)).toBeCloseTo(logLikelihoods[item.gold[0]!]!.logProb, 3)
    expect(sumOf(divergence!.variant)).toBeCloseTo(variant.logLikelihoods[item.gold[0]!]!.logProb, 3)
  })
})

test('models are computed together if they fit, otherwise through stored hidden states, with the same figures', { tags: ['slow'] }, async () => {
  const models = [`original=${original}`, `other=${tinyModel('llama3')}`, `same=${original}`]
  const batchTokens = 64
  const together = await runWithNotices(optionsOf(models, { batchTokens }))
  expect(together.notices).toContain('original, other, same are computed together, where their distributions are compared: 4 layers instead of 6')
  // Enough for each of them with both heads, and for passes of 256 tokens through two with the same weights.
  const memory = Math.max(...(await planRun(optionsOf(models))).models.map(({ memory: { least } }) => least)) + 2 ** 20
  const limited = await runWithNotices(optionsOf(models, { batchTokens, memory }))
  expect(limited.notices).toContainEqual(
    expect.stringMatching(
      /^other: not computed together with original, which takes more memory than is allowed \([\d.]+ MiB and batches\): compared with its/u,
    ),
  )
  expect(largestDifference(positionsOf(limited.result), positionsOf(together.result))).toBeLessThanOrEqual(1e-6)
  expect(together.result.runs[2]!.record.tasks[0]!.divergence).toMatchObject({ kl: { value: 0, max: 0 }, sameTop: { value: 1 } })
})

test(
  'with stored states a variant’s divergences come from the cache, the original is computed again, and a plain run takes neither',
  { tags: ['slow'], timeout: 60_000 },
  async () => {
    const options = optionsOf([`original=${original}`, `other=${tinyModel('llama3')}`], { batchTokens: 64, sharedLayers: false })
    const [first, second] = [await runModels(options), await runModels(options)]
    expect(second.runs.map(({ record }) => record.tasks)).toEqual(first.runs.map(({ record }) => record.tasks))
    const computed = ({ runs }: RunResult) => runs.map(({ record }) => record.work.tokensComputed)
    expect(computed(second)).toEqual([computed(first)[0], 0])
    expect(computed(await runModels({ ...options, divergence: false }))).toEqual(computed(first))
  },
)

test('a dry run says how large the temporary file is: a hidden state of 32 numbers for each distinct position', async () => {
  expect((await planRun(optionsOf([`original=${original}`, `same=${original}`]))).temporaryBytes).toBe(0)
  const { temporaryBytes, plans } = await planRun(optionsOf([`original=${original}`, `same=${original}`], { sharedLayers: false }))
  expect(temporaryBytes! % (32 * 4)).toBe(0)
  expect(temporaryBytes! / (32 * 4)).toBeGreaterThan(plans[0]!.requests)
})

test.each([
  [[`one=${original}`], '--divergence compares models, and there is only one'],
  [[`a=${original}`, `b=${tinyModel('gemma2')}`], '--divergence: a and b have different vocabularies, of 160 and 128 tokens'],
  [[`a=${original}`, `b=http://127.0.0.1:9/v1,tokenizer=${original}`], '--divergence needs b’s whole distributions, which a server does not give'],
])('%j: refused before anything is computed', async (models, message) => {
  await expect(runModels(optionsOf(models))).rejects.toThrow(message)
})

async function runWithNotices(options: RunModelsOptions) {
  const notices: string[] = []
  const result = await runModels({ ...options, onEvent: (event) => event.kind === 'notice' && notices.push(event.message) })
  return { notices, result }
}

/** KL of all positions of all models. */
const positionsOf = ({ runs }: RunResult) =>
  runs.flatMap(({ record }) => record.tasks.flatMap(({ items }) => items.flatMap(({ divergence }) => divergence?.kl ?? [])))

/** Of values above 1, as a share of the value. */
function largestDifference(values: readonly number[], expected: readonly number[]): number {
  expect(values).toHaveLength(expected.length)
  return Math.max(...values.map((value, index) => Math.abs(value - expected[index]!) / Math.max(1, expected[index]!)))
}
