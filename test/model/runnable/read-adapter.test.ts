/** LoRA adapters against peft, unmerged; the goldens say which version (scripts/make-adapter-goldens.py). */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { AdapterError } from '../../../src/errors.ts'
import { readAdapter } from '../../../src/model/runnable/read-adapter.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { scoreRunnable, type GoldenRequest } from './score-runnable.ts'

const FIXTURES = path.join(import.meta.dirname, '../../checkpoints')
const ADAPTERS = path.join(import.meta.dirname, 'goldens/adapters')
/** Nats per token, in float32 on weights strong enough that nothing can be left out unseen. */
const TOLERANCE = 5e-5

interface Golden {
  readonly fixture: string
  readonly log_probs: readonly number[]
}
const readJson = (...file: string[]): unknown => JSON.parse(readFileSync(path.join(...file), 'utf8'))
const requestsOf = (fixture: string) => (readJson(FIXTURES, fixture, 'golden.json') as { requests: GoldenRequest[] }).requests

describe.each(readdirSync(ADAPTERS).sort())('%s', (name) => {
  const { fixture, log_probs: expected } = readJson(ADAPTERS, name, 'golden.json') as Golden

  test('gives the log-likelihoods of peft', { tags: ['slow'] }, async () => {
    const requests = requestsOf(fixture)
    const { scores, runnable } = await scoreRunnable(path.join(FIXTURES, fixture), { adapter: path.join(ADAPTERS, name) }, requests)
    const differences = requests.map(({ continuation }, index) => Math.abs(scores[index]!.logProb - expected[index]!) / continuation.length)
    expect(Math.max(...differences)).toBeLessThanOrEqual(TOLERANCE)
    expect(runnable).toMatchObject({ quantization: null, adapter: { hash: expect.stringMatching(/^[0-9a-f]{64}$/u) as string } })
  })
})

test('beside quantized weights an adapter adds what it adds beside plain ones', { tags: ['slow'] }, async () => {
  const requests = requestsOf('qwen3').slice(0, 8)
  const score = async (settings: Parameters<typeof scoreRunnable>[1]) => (await scoreRunnable(path.join(FIXTURES, 'qwen3'), settings, requests)).scores
  const adapter = path.join(ADAPTERS, 'plain')
  const quantize = { scheme: 'int8', block: 16 } as const
  const [plain, both] = [await score({ adapter }), await score({ adapter, quantize })]
  const alone = await score({ quantize })
  const distance = (a: typeof plain, b: typeof plain) => Math.max(...a.map(({ logProb }, index) => Math.abs(logProb - b[index]!.logProb)))
  // Eight bits are near to plain weights, and the adapter is far from none.
  expect(distance(plain, both)).toBeLessThan(0.1 * distance(alone, both))
  expect(distance(plain, both)).toBeGreaterThan(0)
})

/** A copy of `plain` whose config is changed. */
function changed(changes: object, name = 'plain'): string {
  const folder = path.join(temporaryFolder(), name)
  cpSync(path.join(ADAPTERS, name), folder, { recursive: true })
  const config = { ...(readJson(folder, 'adapter_config.json') as object), ...changes }
  writeFileSync(path.join(folder, 'adapter_config.json'), JSON.stringify(config))
  return folder
}

const qwen3 = await readConfig(path.join(FIXTURES, 'qwen3'))

test.each([
  [{ use_dora: true }, 'DoRA is not supported'],
  [{ layer_replication: [[0, 2]] }, 'layer replication is not supported'],
  [{ peft_type: 'IA3' }, 'an adapter of type IA3 is not supported'],
  [{ lora_bias: true }, 'LoRA with biases of its own is not supported'],
  [{ use_qalora: true }, 'QA-LoRA is not supported'],
  [{ alora_invocation_tokens: [1, 2] }, 'activated LoRA is not supported'],
  [{ trainable_token_indices: [5] }, 'trained token embeddings'],
  [{ init_lora_weights: 'pissa_niter_4' }, 'init_lora_weights pissa_niter_4, which changes the base model'],
  [{ ensure_weight_tying: true }, 'ensure_weight_tying on a tied head is not supported'],
  [{ r: 5 }, 'lora_A has shape [4, 64], its config and the model call for [5, 64]'],
  [{ r: 0 }, 'adapter_config.json is malformed'],
  [{ rank_pattern: { '(': 3 } }, 'is not a valid regular expression'],
])('%j is refused', async (changes, message) => {
  const reading = readAdapter(changed(changes), qwen3)
  await expect(reading).rejects.toThrow(AdapterError)
  await expect(reading).rejects.toThrow(message)
})

test('fan_in_fan_out describes the layout of the base weight, so it does not change an unmerged adapter', async () => {
  const [before, after] = [await readAdapter(path.join(ADAPTERS, 'plain'), qwen3), await readAdapter(changed({ fan_in_fan_out: true }), qwen3)]
  expect(after.hash).toBe(before.hash)
})

test('what makes other numbers makes another hash', async () => {
  const hashes = [{}, { lora_alpha: 9 }, { use_rslora: true }].map(async (changes) => (await readAdapter(changed(changes), qwen3)).hash)
  expect(new Set(await Promise.all(hashes)).size).toBe(3)
})

test('a layer past the last tells of the unpruned model', async () => {
  const reading = readAdapter(path.join(ADAPTERS, 'plain'), { ...qwen3, layerCount: 1 })
  await expect(reading).rejects.toThrow('has weights for layer 1, the model has layers 0 to 0: it was trained on the unpruned model')
})

test('an adapter of another model is refused with what does not fit', async () => {
  await expect(readAdapter(path.join(ADAPTERS, 'plain'), { ...qwen3, hiddenSize: 64 })).rejects.toThrow(
    'lora_B has shape [32, 4], its config and the model call for [64, 4]',
  )
  const llama = await readConfig(path.join(FIXTURES, 'llama2'))
  await expect(readAdapter(path.join(ADAPTERS, 'saved-embeddings'), llama)).rejects.toThrow('q_norm.weight does not name a tensor of the model')
})

test('a pickled adapter is not opened', async () => {
  const folder = changed({})
  renameSync(path.join(folder, 'adapter_model.safetensors'), path.join(folder, 'adapter_model.bin'))
  await expect(readAdapter(folder, qwen3)).rejects.toThrow('has adapter_model.bin, a pickle, which is never read')
})

test('a folder without an adapter is refused', async () => {
  await expect(readAdapter(FIXTURES, qwen3)).rejects.toThrow('cannot read adapter_config.json')
  const folder = changed({})
  rmSync(path.join(folder, 'adapter_model.safetensors'))
  await expect(readAdapter(folder, qwen3)).rejects.toThrow('no adapter_model.safetensors in')
})

test.each([
  ['0.mlp.up_proj.lora_B', '0.mlp.up_proj.lora_C', 'lora_C.weight does not name a tensor'],
  ['0.mlp.up_proj.lora_B', '0.mlp.xx_proj.lora_B', 'xx_proj.lora_B.weight does not name a tensor'],
  ['base_model.model.model.layers.0.mlp.up_proj.lora_B', 'face_model.model.model.layers.0.mlp.up_proj.lora_B', 'is not a key of PEFT'],
])('a file with %s as %s is refused', async (from, to, message) => {
  const folder = changed({})
  const file = path.join(folder, 'adapter_model.safetensors')
  const text = readFileSync(file, 'latin1')
  expect(text).toContain(from)
  writeFileSync(file, text.replace(from, to), 'latin1')
  await expect(readAdapter(folder, qwen3)).rejects.toThrow(message)
})

test('a pattern that would take for ever is refused', async () => {
  const folder = path.join(temporaryFolder(), 'adapter')
  cpSync(path.join(ADAPTERS, 'plain'), folder, { recursive: true })
  const config = readJson(folder, 'adapter_config.json') as object
  writeFileSync(path.join(folder, 'adapter_config.json'), JSON.stringify({ ...config, rank_pattern: { '(?:[a-z0-9._]+)+!': 2 } }))
  await expect(readAdapter(folder, await readConfig(path.join(FIXTURES, 'qwen3')))).rejects.toThrow(/the pattern .* takes longer than 1 s/u)
})

test.each([
  ['saved-embeddings', "model.embed_tokens.weight has 160 tokens, the model's vocabulary 144"],
  ['saved-head', "lm_head.weight has 176 tokens, the model's vocabulary 144"],
  ['embeddings-and-head', "lm_head.lora_B has 128 tokens, the model's vocabulary 144"],
])('%s: a vocabulary that was resized is named', async (name, message) => {
  const golden = readJson(ADAPTERS, name, 'golden.json') as Golden
  const config = await readConfig(path.join(FIXTURES, golden.fixture))
  const reading = readAdapter(path.join(ADAPTERS, name), { ...config, vocabularySize: 144 })
  await expect(reading).rejects.toThrow(message)
  await expect(reading).rejects.toThrow('was resized before the adapter was trained')
})
