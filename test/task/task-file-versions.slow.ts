/** Task files in the versions of Node that are promised, each a program of its own. */
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { nodeOfVersion } from '../../scripts/node-versions.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { temporaryFolder } from '../temporary-folder.ts'

const CLI = path.join(import.meta.dirname, '../../dist/src/cli.js')
/** The oldest versions of Node that package.json promises: 20.19.0 and 22.12.0. */
const [OLDEST, OLDEST_22] = packageJson.engines.node.match(/\d+\.\d+\.\d+/gu) as [string, string]

const typed = `
import { defineTask, z } from 'evalharness'
interface Row { readonly question: string; readonly answers: string[]; readonly label: number }
export default defineTask<Row>({
  name: 'mine', version: 1, dataset: { repo: 'me/mine', split: 'test' },
  row: z.object({ question: z.string(), answers: z.array(z.string()), label: z.number().int() }),
  prompt: ({ question }: Row): string => question, choices: ({ answers }) => answers, gold: ({ label }) => label, metrics: ['acc'],
})`

function folderWith(text: string, type = ''): string {
  const folder = temporaryFolder()
  writeFileSync(path.join(folder, 'mine.ts'), text)
  if (type !== '') writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type }))
  return path.join(folder, 'mine.ts')
}

function namesIn(version: string, file: string, options = '') {
  const { status, stdout, stderr } = spawnSync(nodeOfVersion(version), [CLI, 'tasks', '--all', '--task-file', file], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: options },
  })
  return { status, hasTask: stdout.split('\n').includes('mine'), err: stderr }
}

describe('TypeScript', () => {
  test.each([['22.18.0'], ['24.21.0']])('Node %s loads it, whatever its package.json says, without a warning', (version) => {
    expect(namesIn(version, folderWith(typed))).toEqual({ status: 0, hasTask: true, err: '' })
    expect(namesIn(version, folderWith(typed, 'commonjs'))).toEqual({ status: 0, hasTask: true, err: '' })
  })

  test('the oldest Node 22 loads it with a flag', () => {
    expect(namesIn(OLDEST_22, folderWith(typed, 'module'), '--experimental-strip-types')).toMatchObject({ status: 0, hasTask: true })
  })

  test.each([[OLDEST], [OLDEST_22]])('Node %s does not, and says what to do', (version) => {
    const { status, err } = namesIn(version, folderWith(typed))
    expect(status).toBe(2)
    expect(err).toMatch(/Node \S+ reads no TypeScript: use Node 22\.18 or later .* or compile it: npx esbuild \S+mine\.ts --outfile=\S+mine\.js/u)
  })

  test('what is more than types is named', () => {
    expect(namesIn('24.21.0', folderWith(`enum Kind { A }\n${typed}`)).err).toMatch(/enum is not supported .*\n {2}Node only removes types/u)
  })
})

test.each([[OLDEST], [OLDEST_22]])('Node %s is one that every package takes', (version) => {
  const node = nodeOfVersion(version)
  // npm's own compile cache would stay in the temporary directory.
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' }
  const npm = execFileSync('npm', ['root', '-g'], { encoding: 'utf8', env }).trim()
  const { status, stderr } = spawnSync(node, [path.join(npm, 'npm/bin/npm-cli.js'), 'ci', '--dry-run', '--omit=dev', '--no-audit', '--no-fund'], {
    cwd: path.join(import.meta.dirname, '../..'),
    encoding: 'utf8',
    env,
  })
  expect({ status, warnings: stderr.split('\n').filter((line) => line.includes('EBADENGINE')) }).toEqual({ status: 0, warnings: [] })
})
