/** Checkpoints quantized at load, against transformers over weights that bitsandbytes and onnxruntime quantized (scripts/make-quantization-goldens.py). */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hashWeights } from '../../../src/model/weights/weights-hash.ts'
import { readConfig } from '../../../src/model/config/config.ts'
import { countParameters } from '../../../src/model/weights/expected-tensors.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { projectionOperations } from '../../../src/engine/roofline/operations.ts'
import { AbortError, StoreError, UsageError } from '../../../src/errors.ts'
import { openRunnableWeights, runnableWeightsHash } from '../../../src/model/runnable/open-runnable.ts'
import { weightSettings, type QuantizeSetting } from '../../../src/model/runnable/weight-settings.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { scoreRunnable, type GoldenRequest } from './score-runnable.ts'

const FIXTURES = path.join(import.meta.dirname, '../../checkpoints')
/** Nats per token, in float32 on weights strong enough that nothing can be left out unseen. */
const TOLERANCE = 5e-5

interface AtLoad {
  readonly family: string
  readonly quantize: QuantizeSetting['scheme']
  readonly block: number
  readonly log_probs: readonly number[]
}
const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'goldens/at-load.json'), 'utf8')) as { cases: AtLoad[] }

const requestsOf = (family: string) => (JSON.parse(readFileSync(path.join(FIXTURES, family, 'golden.json'), 'utf8')) as { requests: GoldenRequest[] }).requests

describe('scratch files', () => {
  let temporary: string
  beforeEach(() => {
    temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
  })
  afterEach(() => vi.unstubAllEnvs())
  const scratchFolders = () => readdirSync(temporary).filter((name) => name.startsWith('evalharness-weights-'))

  async function checkScores(entry: AtLoad): Promise<void> {
    const { family, quantize, block, log_probs: expected } = entry
    const requests = requestsOf(family)
    const { scores, runnable } = await scoreRunnable(path.join(FIXTURES, family), { quantize: { scheme: quantize, block } }, requests)
    const differences = requests.map(({ continuation }, index) => Math.abs(scores[index]!.logProb - expected[index]!) / continuation.length)
    expect(Math.max(...differences)).toBeLessThanOrEqual(TOLERANCE)
    // Plain weights would not pass.
    expect(Math.max(...requests.map(({ log_prob: plain }, index) => Math.abs(plain - expected[index]!)))).toBeGreaterThan(0.01)
    expect(runnable).toMatchObject({ quantization: { scheme: quantize, block, origin: 'load' }, adapter: null })
    expect(scratchFolders()).toEqual([])
  }

  const isFirst = ({ quantize }: AtLoad, index: number) => cases.findIndex((entry) => entry.quantize === quantize) === index
  const NAME = '$family as $quantize in blocks of $block scores as transformers does, and leaves nothing'
  test.each(cases.filter(isFirst))(NAME, checkScores)
  test.each(cases.filter((entry, index) => !isFirst(entry, index)))(NAME, { tags: ['slow'] }, checkScores)

  test('cancelling leaves no files', async () => {
    const opened = openFixture('qwen3', { quantize: { scheme: 'nf4', block: 64 } }, AbortSignal.abort())
    await expect(opened).rejects.toThrow(AbortError)
    expect(scratchFolders()).toEqual([])
  })

  test('files of a killed run are removed before new ones are made', async () => {
    const one = await openFixture('qwen3', { quantize: { scheme: 'nf4', block: 64 } })
    // Process 2 ** 22 + 1 is one more than Linux ever counts to.
    const left = scratchFolders()[0]!.replace(`-${process.pid}-`, '-4194305-')
    mkdirSync(path.join(temporary, left))
    const another = await openFixture('qwen3', { quantize: { scheme: 'nf4', block: 64 } })
    expect(scratchFolders()).toHaveLength(2)
    expect(scratchFolders()).not.toContain(left)
    await one[Symbol.asyncDispose]()
    await another[Symbol.asyncDispose]()
    expect(scratchFolders()).toEqual([])
  })

  test('a temporary folder that is not there is refused with what to do', async () => {
    vi.stubEnv('TMPDIR', path.join(temporary, 'none'))
    const opening = openFixture('qwen3', { quantize: { scheme: 'nf4', block: 64 } })
    await expect(opening).rejects.toThrow(StoreError)
    await expect(opening).rejects.toMatchObject({ hint: expect.stringContaining('TMPDIR') as string })
  })
})

test('a plain checkpoint is used in place', async () => {
  const folder = path.join(FIXTURES, 'qwen3')
  const weights = await readWeights(folder, await readConfig(folder))
  await using runnable = await openFixture('qwen3', {})
  expect(runnable.record).toBeNull()
  expect(runnable.weights).toEqual(weights)
})

test('bytes of weights: two a parameter, and four and a half bits a value of a projection in NF4', async () => {
  const config = await readConfig(path.join(FIXTURES, 'qwen3'))
  await using runnable = await openFixture('qwen3', { quantize: { scheme: 'nf4', block: 64 } })
  const values = (config.layerCount * projectionOperations(config)) / 2
  const stored = 2 * countParameters(config)
  expect(runnable.record!.quantization!.matrixCount).toBe(7 * config.layerCount)
  expect(runnable.record!.weightBytes).toEqual({ stored, run: stored - 2 * values + (4.5 / 8) * values })
})

test('every setting gives a model a fingerprint of its own, and the plain one that of its files', async () => {
  const folder = path.join(FIXTURES, 'qwen3')
  const files = await hashWeights(await readWeights(folder, await readConfig(folder)))
  const settings = [{}, { quantize: 'nf4' }, { quantize: 'nf4', block: '32' }, { quantize: 'int4' }, { quantize: 'int8', block: '32' }]
  const hashes: string[] = []
  for (const entry of settings) {
    await using runnable = await openFixture('qwen3', weightSettings(entry))
    hashes.push(runnableWeightsHash(files, runnable.record))
  }
  expect(hashes[0]).toBe(files)
  expect(new Set(hashes).size).toBe(settings.length)
})

test.each([
  [{ quantize: 'nf3' }, 'unknown quantize=nf3'],
  [{ block: '64' }, 'block=64 without quantize'],
  [{ quantize: 'nf4', block: '48' }, 'block=48 does not go with quantize=nf4'],
  [{ quantize: 'nf4', block: '16' }, 'block=16 does not go with quantize=nf4'],
  [{ quantize: 'int8', block: '512' }, 'block=512 does not go with quantize=int8'],
  [{ quantize: 'int4', block: 'x' }, 'block=x does not go with quantize=int4'],
])('%j is refused', (settings, message) => {
  expect(() => weightSettings(settings)).toThrow(UsageError)
  expect(() => weightSettings(settings)).toThrow(message)
})

test('weights that are quantized already are not quantized again', async () => {
  const folder = path.join(import.meta.dirname, 'goldens/checkpoints/nf4')
  const config = await readConfig(folder)
  const weights = await readWeights(folder, config, { mayBeQuantized: true })
  await expect(openRunnableWeights({ config, weights }, { quantize: { scheme: 'int4', block: 32 } })).rejects.toThrow(
    'quantize=int4 on weights that are already quantized with bitsandbytes',
  )
})

async function openFixture(family: string, settings: ReturnType<typeof weightSettings>, signal?: AbortSignal) {
  const folder = path.join(FIXTURES, family)
  const config = await readConfig(folder)
  return openRunnableWeights({ config, weights: await readWeights(folder, config) }, settings, { signal })
}
