/** The list of stages in oxlint.config.ts names everything in src/, and the rules made from it find an import against the data flow. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { STAGES } from '../oxlint.config.ts'
import { temporaryFolder } from './temporary-folder.ts'

const ROOT = path.join(import.meta.dirname, '..')

test('every file and folder of src/ is a stage', () => {
  expect(readdirSync(path.join(ROOT, 'src')).toSorted()).toEqual(STAGES.map(({ name }) => name).toSorted())
})

/** What the linter says of a file at this place; its imports need not exist. */
function lint(place: string, text: string): string {
  const folder = temporaryFolder()
  cpSync(path.join(ROOT, 'oxlint.config.ts'), path.join(folder, 'oxlint.config.ts'))
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  mkdirSync(path.dirname(path.join(folder, place)), { recursive: true })
  writeFileSync(path.join(folder, place), text)
  const args = ['--import', path.join(ROOT, 'scripts/typescript.js'), path.join(ROOT, 'node_modules/oxlint/bin/oxlint'), 'src']
  try {
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

test.each([
  ['src/task/x.ts', `export type { RunRecord as X } from '../store/run-record.ts'`, 'Data flows one way: task comes before these'],
  ['src/plan/x.ts', `export { openCheckpoint as x } from '../model/checkpoint.ts'`, 'plan/ is pure'],
  ['src/compare/x.ts', `export { readFile as x } from 'node:fs/promises'`, 'compare/ is pure'],
  ['src/engine/x.ts', `export { InferenceSession as x } from 'onnxruntime-node'`, 'Only src/engine/onnx/onnx-session.ts talks to onnxruntime'],
  ['src/io/x.ts', `export { x } from '../cli.ts'`, 'Data flows one way: io comes before these'],
])('%s may not contain: %s', { tags: ['slow'] }, (place, text, message) => expect(lint(place, text)).toContain(message))

test.each([
  ['src/plan/x.ts', `export type { Checkpoint as X } from '../model/checkpoint.ts'`],
  ['src/engine/onnx/onnx-session.ts', `export { InferenceSession as x } from 'onnxruntime-node'`],
  ['src/store/x.ts', `export { mean as x } from '../metrics/standard-error.ts'`],
])('%s may contain: %s', { tags: ['slow'] }, (place, text) => expect(lint(place, text)).toContain('Found 0 warnings and 0 errors'))

test.each(['text', 'metrics', 'plan', 'graph', 'compare'])('%s/ is pure: nothing in it awaits', (stage) => {
  expect(STAGES.find(({ name }) => name === stage)?.isPure).toBe(true)
  const files = readdirSync(path.join(ROOT, 'src', stage), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const waiting = files.filter((name) => /\b(?:await|async|Promise)\b/u.test(readFileSync(path.join(ROOT, 'src', stage, name), 'utf8')))
  expect(waiting).toEqual([])
})
