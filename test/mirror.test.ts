/** Tests mirror src/: test/X.test.ts tests src/X.ts. In the pure stages nearly every file has its test, and every test its file. */
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
  ['gate/rule-requests', 'its rules are those of gate/judge-comparison'],
  ['gate/sequential/drawing-record', 'types, and the file of commands/gate-model'],
  ['gate/sequential/judge-model', 'the whole of commands/gate-model'],
  ['gate/sequential/gate-events', 'types'],
  ['gate/sequential/make-tracks', 'its rules are those of commands/gate-model'],
  ['gate/sequential/match-items', 'its errors are those of commands/gate-model'],
  ['gate/sequential/match-settings', 'its errors are those of commands/gate-model'],
  ['gate/sequential/prepare-gate', 'its errors are those of commands/gate-model'],
  ['gate/sequential/model-options', 'a table, listed in docs/cli.md'],
  ['gate/sequential/original-model', 'its errors are those of commands/gate-model'],
  ['gate/sequential/ruled-population', 'types'],
  ['gate/sequential/plan-gate', 'the dry run of commands/gate-model'],
  ['gate/sequential/record-drawing', 'the file of commands/gate-model'],
  ['store/read-results', 'reads the files of store/read-stored-run'],
  ['store/results-file', 'reads the files of store/read-stored-run'],
  ['store/to-results-file', "lm-eval's table reads it in store/lm-eval.slow.ts"],
])

test('each file of the pure stages has a test', () => {
  const needed = SOURCES.filter((name) => PURE.includes(name.split('/')[0]!))
  expect(needed.filter((name) => !TESTS.includes(name) && !WITHOUT.has(name))).toEqual([])
  expect([...WITHOUT.keys()].filter((name) => TESTS.includes(name) || !SOURCES.includes(name))).toEqual([])
})

/** Tests of a stage as a whole: of the intervals' coverage by simulation, and of the files beside lm-eval. */
const OF_A_STAGE = ['compare/coverage', 'store/lm-eval']

test('each test of the pure stages is beside the file that it tests', () => {
  const ofStages = TESTS.filter((name) => PURE.includes(name.split('/')[0]!))
  expect(ofStages.filter((name) => !SOURCES.includes(name) && !OF_A_STAGE.includes(name))).toEqual([])
})
