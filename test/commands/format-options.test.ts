/** `--format` and `--quiet` of the commands that report: standard output has the format alone. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const BASELINES = path.join(import.meta.dirname, '../../results/baselines')
const POLICY = path.join(import.meta.dirname, '../../demo/gate.yaml')
const RUNS = [path.join(BASELINES, 'valley-original'), path.join(BASELINES, 'valley-laco')] as const
const rowsOf = (text: string): Record<string, string>[] => parse(text, { columns: true })

test('compare --format csv has a row for each task, metric and model; --quiet leaves standard error empty', async () => {
  const { code, out, err } = await evalharness('compare', ...RUNS, '--tasks', 'valley_boolq,valley_wikitext', '--format', 'csv', '--quiet')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(rowsOf(out).map(({ task, metric, model }) => `${task} ${metric} ${model}`)).toEqual([
    'valley_boolq acc original',
    'valley_boolq acc laco',
    'valley_wikitext word_perplexity original',
    'valley_wikitext word_perplexity laco',
    'valley_wikitext byte_perplexity original',
    'valley_wikitext byte_perplexity laco',
    'valley_wikitext bits_per_byte original',
    'valley_wikitext bits_per_byte laco',
  ])
})

test('a table in a pipe has at most 120 columns', async () => {
  const [compared, judged] = [
    await evalharness('compare', ...RUNS),
    await evalharness('gate', '--baseline', RUNS[0], '--candidate', RUNS[1], '--policy', POLICY),
  ]
  for (const { out } of [compared, judged]) {
    const lines = out.split('\n').filter((line) => /^[│┌├└]/u.test(line))
    expect(lines.length).toBeGreaterThan(5)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
  }
})

test('gate --format csv has a row for each rule, and the exit code of the verdict', async () => {
  const { code, out, err } = await evalharness('gate', '--baseline', RUNS[0], '--candidate', RUNS[1], '--policy', POLICY, '--format', 'csv', '-q')
  expect({ code, err }).toEqual({ code: 1, err: '' })
  const rows = rowsOf(out)
  expect(rows).toHaveLength(5)
  expect(rows.at(-1)).toMatchObject({ task: 'valley_wikitext', metric: 'word_perplexity', rule: 'max_perplexity_ratio', limit: '1.5', verdict: 'regressed' })
})

test('gate --format markdown is the summary for a pull request', async () => {
  const { out } = await evalharness('gate', '--baseline', RUNS[0], '--candidate', RUNS[1], '--policy', POLICY, '--format', 'markdown')
  expect(out).toMatch(/^## ❌ evalharness gate failed: the candidate regressed\n/u)
})

test.each([
  ['--format', 'comparison.txt', ['--format', 'csv']],
  ['the ending of --output', 'comparison.csv', []],
])('report writes the format of %s', async (_, name, format) => {
  const file = path.join(temporaryFolder(), name)
  const { code, out } = await evalharness('report', ...RUNS, ...format, '-o', file)
  expect({ code, out }).toEqual({ code: 0, out: '' })
  expect(rowsOf(readFileSync(file, 'utf8')).length).toBeGreaterThan(8)
})

test.each([
  [['compare', ...RUNS, '--json', '--format', 'csv'], '--json and --format csv exclude each other'],
  [['compare', ...RUNS, '--quiet', '--verbose'], '--quiet and --verbose exclude each other'],
  [['run', '-m', 'comparison=x', '-m', 'b=y', '-t', 'valley_boolq', '--json'], 'a model is called "comparison"'],
  [['report', ...RUNS, '-o', 'out.pdf'], 'no format has files that end in .pdf'],
  [['compare', path.dirname(RUNS[0])], `There are several in it: ${path.dirname(RUNS[0])}/`],
  [['run', '-m', 'demo/model', '-t', 'valley_boolq', '--output', 'out.csv'], '--output out.csv is named like a file'],
  [['run', '-m', 'demo/model', '-t', 'list'], 'no task is called list\n  To list tasks: `evalharness tasks`'],
  [['run', '-m', 'demo', '-t', 'valley_boolq', '--dry-run'], 'cannot read demo/config.json\n  Did you mean demo/model?'],
  [['run', '-t', 'valley_boolq', '--dry-run', '--format', 'csv'], '--dry-run has no scores for --format csv'],
])('%j is refused', async (args, message) => {
  const { code, out, err } = await evalharness(...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
})
