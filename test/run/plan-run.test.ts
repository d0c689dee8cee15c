/** Plans of a model of which only config.json is there: a folder, and a repository of the hub. */
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint, openOutline } from '../../src/model/checkpoint.ts'
import { planDrop, planLaco, type LacoOptions } from '../../src/prune/prune-model.ts'
import { deepModel } from '../deep-model.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

function withoutWeights(folder: string): string {
  const copy = path.join(temporaryFolder(), 'no-weights')
  mkdirSync(copy)
  copyFileSync(path.join(folder, 'config.json'), path.join(copy, 'config.json'))
  return copy
}
const sourceOf = (folder: string) => ({ label: 'm', source: folder, folder, revision: null })
const OPTIONS: LacoOptions = {
  settings: { mergeLayers: 3, lowestLayer: 1, highestLayer: 7, interval: 2, threshold: 0.5, maxCompression: 0.5 },
  merge: { rule: 'telescope', qkNorm: 'merge', emulateBf16: false },
  similarity: 'flatten',
}

test('prune plans the same sizes and merges without weights and tokenizer, and says what it goes by', async () => {
  const full = await deepModel({ layers: 8 })
  const notices: string[] = []
  const quiet = () => {}
  const told = (notice: string) => notices.push(notice)
  const [drop, laco] = [await planDrop(sourceOf(withoutWeights(full)), new Set([2, 3]), told), await planLaco(sourceOf(withoutWeights(full)), OPTIONS, told)]
  expect(drop).toEqual(await planDrop(sourceOf(full), new Set([2, 3]), quiet))
  const whole = await planLaco(sourceOf(full), OPTIONS, quiet)
  expect(laco).toEqual({ ...whole, calibration: { ...whole.calibration, tokens: null } })
  expect(notices).toEqual([1, 2].map(() => expect.stringMatching(/^no weights in .*no-weights: sizes are calculated from config\.json$/u) as string))
})

test('weights that are there are read, and must be right', async () => {
  const folder = tinyModel()
  expect(await openOutline(folder)).toMatchObject({ hasWeights: true, tensors: (await openCheckpoint(folder)).weights.tensors })
  writeFileSync(path.join(folder, 'model.safetensors'), 'version https://git-lfs.github.com/spec/v1\n')
  await expect(openOutline(folder)).rejects.toThrow('is a git-LFS pointer')
})

test('run --dry-run shows prompts, requests, parameters and memory, and that tokens need the tokenizer', async () => {
  const folder = withoutWeights(tinyModel())
  const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(5))
  const run = (...more: string[]) => evalharness('run', '-m', `m=${folder}`, '-t', 'piqa', '--data', `piqa=${rows}`, '--dry-run', ...more)
  const { code, out, err } = await run()
  expect({ code, err }).toEqual({ code: 0, err: `m: no tokenizer.json in ${folder}: counts of tokens and batches need it\n` })
  expect(out).toContain('── piqa · 5 items, 0 shots, 10 requests; the first item:\nQuestion: cut 0 ropes\nAnswer:')
  expect(out).toMatch(/m: Qwen3ForCausalLM, 2 layers, [\d,]+ parameters, window of 128 tokens · memory on the CPU: about [\d.]+ MiB, [\d.]+ MiB at the least/u)
  const json = JSON.parse((await run('--json')).out) as unknown
  expect(json).toMatchObject({ prompts: [{ requests: 10 }], models: [{ model: 'm', layers: 2 }], plans: [] })
  expect(readdirSync(folder)).toEqual(['config.json'])
})

test('run reports the missing files before it writes anything', async () => {
  const folder = tinyModel()
  rmSync(path.join(folder, 'model.safetensors'))
  const output = path.join(temporaryFolder(), 'results')
  const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(5))
  const { code, err } = await evalharness('run', '-m', `m=${folder}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', output)
  expect(code).toBe(2)
  expect(err).toContain(`no weights in ${folder}: neither model.safetensors nor model.safetensors.index.json`)
})
