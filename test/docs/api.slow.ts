/** The programs of docs/api.md run unchanged, in a folder that has the package. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const PAGE = readFileSync(path.join(ROOT, 'docs/api.md'), 'utf8')
const PROGRAMS = new Map([...PAGE.matchAll(/^## ([^\n]+)\n[^#]*?```js\n(.+?\n)```$/gmsu)].map(([, title, program]) => [title!, program!]))

/** Runs the program under a heading; returns what it printed and its folder. */
async function run(title: string) {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'node_modules'))
  symlinkSync(ROOT, path.join(folder, 'node_modules/evalharness'))
  writeFileSync(path.join(folder, 'program.mjs'), PROGRAMS.get(title)!)
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder })
  return { folder, stdout, stderr }
}

test('every program of the page is run here', () =>
  expect([...PROGRAMS.keys()]).toEqual([
    'Run two models and compare them',
    'Gate a candidate in a script',
    'Prune a model, score it, write and verify its card',
    'Find what each layer is worth, and draw it',
    'Score a task of your own',
  ]))

test('two models are scored, stored and compared', async () => {
  const { folder, stdout, stderr } = await run('Run two models and compare them')
  expect(stderr).toMatch(/original: valley_piqa is scored\noriginal: valley_boolq is scored\n(?:.*\n)*int8: valley_piqa is scored/u)
  expect(stdout).toMatch(/^valley_piqa acc_norm: [\d.]+ % retained\nvalley_boolq acc: [\d.]+ % retained\n/u)
  expect(readdirSync(path.join(folder, 'results')).sort()).toEqual(['int8', 'original'])
})

test('a candidate is judged', async () => {
  const { stdout } = await run('Gate a candidate in a script')
  expect(stdout).toMatch(/^valley_hellaswag: min_retention 0\.8, measured [\d.]+: passed\nthe gate says passed\n$/u)
})

test('a model is pruned and scored, and its card written and verified', async () => {
  const { folder, stdout } = await run('Prune a model, score it, write and verify its card')
  expect(stdout).toMatch(/^(\d+) layers became \d+\nthe weights say: drop\n\d+ checks: all right\n$/u)
  expect(existsSync(path.join(folder, 'pruned/model.safetensors'))).toBe(true)
})

test('layers are scanned, and the page is written', async () => {
  const { folder, stdout } = await run('Find what each layer is worth, and draw it')
  expect(stdout).toMatch(/^37 layers are computed instead of 40\nlayer 1: influence 0\.\d\d, damage 0\.\d\d\nlayer 2: influence 0\.\d\d, damage -?0\.\d\d\n$/u)
  expect(readFileSync(path.join(folder, 'layers.html'), 'utf8')).toContain('What the layers of built-in are worth')
})

test('a task that a program defines is scored', async () => {
  expect((await run('Score a task of your own')).stdout).toBe('1 item of colors is scored\n')
})
