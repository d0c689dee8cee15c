/** Variants of one folder in one run, as a user meets them. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const model = tinyModel()
const rows = writeRows(model, 'piqa.jsonl', piqaRows(12))
const adapter = path.join(import.meta.dirname, '../model/runnable/goldens/adapters/plain')
const run = (output: string, ...models: string[]) =>
  evalharness('run', ...models.flatMap((one) => ['-m', one]), '-t', 'piqa', '--data', `piqa=${rows}`, '-o', output)

test('one table holds original, NF4, and NF4 with an adapter; their records tell them apart', { tags: ['slow'] }, async () => {
  const output = path.join(temporaryFolder(), 'results')
  const { code, out, err } = await run(output, `original=${model}`, `nf4=${model},quantize=nf4`, `tuned=${model},quantize=nf4,block=32,adapter=${adapter}`)
  expect({ code, err }).toMatchObject({ code: 0 })
  expect(out).toMatch(/original │\s+nf4 │\s+tuned │/u)
  expect(out).toMatch(/│ nf4\s+│ .* │ tuned\s+│/su)
  expect(err).toMatch(/^nf4: weights: 58\.4 KiB → 23\.9 KiB \(−59\.0 %\) · 14 matrices as nf4 in blocks of 64, made at load$/mu)
  expect(err).toMatch(/^tuned: weights: .* · 14 matrices as nf4 in blocks of 32, made at load · adapter .*plain: 14 modules$/mu)
  const [original, nf4, tuned] = await Promise.all(['original', 'nf4', 'tuned'].map(async (name) => (await readStoredRun(path.join(output, name))).model))
  expect([original!.weights, nf4!.weights, tuned!.weights]).toEqual([null, 'nf4, blocks of 64', `nf4, blocks of 32; adapter ${adapter}`])
  expect(new Set([original!.weightsHash, nf4!.weightsHash, tuned!.weightsHash]).size).toBe(3)
})

test.each([
  ['quantize=nf5', 'unknown quantize=nf5'],
  [`adapter=${path.dirname(adapter)}`, 'cannot read adapter_config.json'],
  [`adapter=${adapter.replace('plain', 'rslora')}`, 'its config and the model call for'],
])('%s is refused before the first model is scored', async (setting, message) => {
  const output = path.join(temporaryFolder(), 'results')
  const { code, err } = await run(output, `original=${model}`, `variant=${model},${setting}`)
  expect(code).toBe(2)
  expect(err).toContain(message)
  expect(err).not.toContain('tokens')
  expect(existsSync(path.join(output, 'original'))).toBe(false)
})

test('prune and layermap refuse settings', async () => {
  const option = `${model},quantize=nf4`
  const ended = await Promise.all([evalharness('prune', 'drop', '-m', option, '--layers', '1', '--dry-run'), evalharness('layermap', model, option)])
  for (const { code, err } of ended) {
    expect(code).toBe(2)
    expect(err).toContain('gives quantize, but this command reads weights as they are stored')
  }
})
