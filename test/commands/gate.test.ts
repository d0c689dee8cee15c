/** The gate as CI meets it: files in, an exit code out. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const folder = temporaryFolder()
const results = path.join(folder, 'results')
const rows = writeRows(folder, 'piqa.jsonl', piqaRows(40))
const scored = (async () => {
  const models = ['-m', `original=${tinyModel('qwen3')}`, '-m', `other=${tinyModel('qwen3-untied')}`]
  expect(await evalharness('run', ...models, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', results)).toMatchObject({ code: 0 })
  expect(await evalharness('run', '-m', `few=${tinyModel('qwen3')}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-L', '10', '-o', results)).toMatchObject({
    code: 0,
  })
})()

async function gate(candidate: string, policy: string, ...more: readonly string[]) {
  await scored
  const file = path.join(temporaryFolder(), 'gate.yaml')
  writeFileSync(file, policy)
  return evalharness('gate', '--baseline', path.join(results, 'original'), '--candidate', path.join(results, candidate), '--policy', file, ...more)
}

test('0: the same model passes, and files are written for CI', async () => {
  const [junit, summary] = ['junit.xml', 'summary.md'].map((name) => path.join(folder, name)) as [string, string]
  writeFileSync(summary, 'before\n')
  const { code, out } = await gate('original', 'tasks: { piqa: { min_retention: 0.5 } }', '--junit', junit, '--summary', summary)
  expect(code).toBe(0)
  expect(out).toMatch(/✅ passed.*\n.*\ngate passed\n$/u)
  expect(readFileSync(junit, 'utf8')).toContain('failures="0" errors="0"')
  expect(readFileSync(summary, 'utf8')).toMatch(/^before\n## ✅ evalharness gate passed\n/u)
})

test('1: a limit that no model keeps', async () => {
  const { code, out } = await gate('other', 'tasks: { piqa: { min_retention: 200% } }', '--json')
  expect({ code, verdict: JSON.parse(out).verdict }).toEqual({ code: 1, verdict: 'regressed' })
})

test('3: a rule for a task that the runs lack, and runs that cannot be compared', async () => {
  expect((await gate('original', 'tasks: { mmlu: { min_retention: 0.9 } }')).code).toBe(3)
  const { code, err } = await gate('few', 'tasks: { piqa: { min_retention: 0.9 } }')
  expect(code).toBe(3)
  expect(err).toMatch(/piqa: 30 items are only in original or only in few/u)
})

test('2: what is not given, a policy that is none, a run that is not there', async () => {
  expect(await evalharness('gate', '--policy', 'x')).toMatchObject({ code: 2, err: expect.stringContaining('not given: --baseline, --candidate') })
  expect(await gate('original', 'tasks: 3')).toMatchObject({ code: 2 })
  expect(await gate('nobody', 'tasks: { piqa: { min_retention: 1 } }')).toMatchObject({ code: 2, err: expect.stringContaining('no such run') })
})

test('a run becomes the baseline when it is blessed, and not otherwise', async () => {
  await scored
  const baselines = path.join(folder, 'baselines')
  const bless = (...more: readonly string[]) => evalharness('gate', 'bless', path.join(results, 'original'), '--baselines', baselines, ...more)
  expect(await bless('--name', 'main')).toMatchObject({ code: 0, out: '', err: `blessed: ${path.join(baselines, 'main')}\n` })
  expect(readdirSync(path.join(baselines, 'main')).map((name) => name.split('_')[0])).toEqual(['results', 'samples'])
  expect(await bless('--name', 'main')).toMatchObject({ code: 2, err: expect.stringContaining('--force') })
  expect((await bless('--name', 'main', '--force')).code).toBe(0)
  const policy = path.join(folder, 'p.yaml')
  writeFileSync(policy, 'tasks: { piqa: { max_drop_points: 20 } }')
  expect(
    (await evalharness('gate', '--baseline', 'main', '--baselines', baselines, '--candidate', path.join(results, 'original'), '--policy', policy)).code,
  ).toBe(0)
  expect(existsSync('results/baselines/main')).toBe(false)
})
