/** Plugins are code: they run when a user names their file, but never because they are in a folder of models, datasets or runs. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { start } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { tinyModel } from './tiny-model.ts'

/** An untrusted checkpoint, with code in every location that programs are known to load code from. */
function hostileCheckpoint(): { readonly folder: string; readonly marker: string } {
  const folder = tinyModel()
  const marker = path.join(temporaryFolder(), 'executed')
  const code = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, __filename)\n`
  const modern = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(marker)}, import.meta.url)\nexport default {}\n`
  for (const name of ['tasks', 'node_modules/evalharness', 'node_modules/onnxruntime-node', 'node_modules/zod', '.evalharness', 'plugins'])
    mkdirSync(path.join(folder, name), { recursive: true })
  for (const name of [
    'piqa.js',
    'index.js',
    'tasks/piqa.js',
    'tasks/index.js',
    'plugins/index.js',
    '.evalharness/config.js',
    'evalharness.config.cjs',
    '.yargsrc.js',
  ])
    writeFileSync(path.join(folder, name), code)
  for (const name of ['tasks/piqa.mjs', 'tasks/piqa.ts', 'evalharness.config.mjs', 'evalharness.config.js', 'modeling_evil.mjs'])
    writeFileSync(path.join(folder, name), modern)
  for (const name of ['evalharness', 'onnxruntime-node', 'zod']) {
    writeFileSync(path.join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, main: 'index.js' }))
    writeFileSync(path.join(folder, 'node_modules', name, 'index.js'), code)
  }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'evalharness', main: 'index.js', yargs: { taskFile: ['tasks/piqa.js'] } }))
  writeFileSync(path.join(folder, 'modeling_evil.py'), `open(${JSON.stringify(marker)}, 'w')\n`)
  writeFileSync(path.join(folder, 'piqa.jsonl'), '{"goal": "open a jar", "sol1": "twist", "sol2": "pull", "label": 0}\n')
  return { folder, marker }
}

test('a checkpoint with code in every place is scored and pruned, and none of it runs', { tags: ['slow'] }, async () => {
  const { folder, marker } = hostileCheckpoint()
  const out = temporaryFolder()
  const run = (...args: string[]) => start(args, {}, folder).ended
  const scored = await run('run', '-m', 'tiny=.', '-t', 'piqa', '--data', 'piqa=piqa.jsonl', '-o', path.join(out, 'results'))
  expect({ code: scored.code, err: scored.err }).toMatchObject({ code: 0 })
  expect((await run('run', '-m', 'tiny=.', '-t', 'piqa', '--data-dir', '.', '--dry-run')).code).toBe(2)
  expect((await run('tasks')).code).toBe(0)
  expect((await run('prune', 'drop', '-m', '.', '--layers', '1', '-o', path.join(out, 'pruned'))).code).toBe(0)
  expect(existsSync(marker)).toBe(false)
})

test('code that is named by its path runs, so the test above can fail', { tags: ['slow'] }, async () => {
  const { folder, marker } = hostileCheckpoint()
  const { code } = await start(['tasks', '--task-file', path.join(folder, 'tasks/piqa.mjs')], {}, folder).ended
  expect(code).toBe(2)
  expect(existsSync(marker)).toBe(true)
})
