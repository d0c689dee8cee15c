/** Tests mirror src/: test/X.test.ts tests src/X.ts, and nearly every file of the pure stages has its test. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.join(import.meta.dirname, '..')
const listed = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(ROOT, file)))

const TESTS = listed('test/**.test.ts', 'test/**.slow.ts', 'test/**.gpu.ts').map((file) =>
  file.replace(/(?:\.golden)?\.(?:test|slow|gpu)\.ts$/u, '').slice('test/'.length),
)
const SOURCES = listed('src/**.ts').map((file) => file.slice('src/'.length, -'.ts'.length))

/** Stages in which a new file needs a test of its own. */
const PURE = ['compare', 'gate', 'metrics', 'plan', 'store', 'text']

/** Their files without one, and why. */
const WITHOUT = new Map([
  ['compare/comparison', 'types'],
  ['metrics/metric', 'types'],
  ['plan/sequence', 'types'],
  ['store/stored-run', 'types'],
  ['compare/accuracy-line', 'its figures are those of compare/compare-runs'],
  ['compare/perplexity-line', 'its figures are those of compare/compare-runs'],
  ['store/read-results', 'reads the files of store/read-stored-run'],
  ['store/results-file', 'reads the files of store/read-stored-run'],
  ['store/to-results-file', "lm-eval's table reads it in store/lm-eval.slow.ts"],
])

test('each file of the pure stages has a test', () => {
  const needed = SOURCES.filter((name) => PURE.includes(name.split('/')[0]!))
  expect(needed.filter((name) => !TESTS.includes(name) && !WITHOUT.has(name))).toEqual([])
  expect([...WITHOUT.keys()].filter((name) => TESTS.includes(name) || !SOURCES.includes(name))).toEqual([])
})

/** Tests of more than one file: of a whole stage, of the program, or of the repository. */
const OF_SEVERAL = [
  'card/hub-reads-card',
  'card/published-card',
  'card/round-trip',
  'card/untrusted-card',
  'commands/config-only',
  'commands/formats',
  'commands/run-variant',
  'commands/served',
  'compare/coverage',
  'engine/onnx/families',
  'engine/onnx/out-of-memory',
  'engine/onnx/webgpu',
  'graph/cuda-kernels',
  'graph/device-graph',
  'io/leftovers',
  'model/config/config-spellings',
  'model/runnable/packing',
  'model/tokenizer/goldens',
  'store/lm-eval',
  'task/task-file-versions',
]

test('a test is beside the file that it tests, or of several', () => {
  const isOfRepository = (name: string) => !name.includes('/') || /^(?:demo-world|docs|fuzz|tasks)\//u.test(name)
  const unknown = TESTS.filter((name) => !SOURCES.includes(name) && !isOfRepository(name) && !OF_SEVERAL.includes(name))
  expect([...new Set(unknown)]).toEqual([])
  expect(OF_SEVERAL.filter((name) => !TESTS.includes(name) || SOURCES.includes(name))).toEqual([])
})
