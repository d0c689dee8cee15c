/** The gate as CI meets it: files in, an exit code out. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const folder = temporaryFolder()
const results = path.join(folder, 'results')
const rows = writeRows(folder, 'piqa.jsonl', piqaRows(40))

beforeAll(async () => {
  const models = ['-m', `original=${tinyModel('qwen3')}`, '-m', `other=${tinyModel('qwen3-untied')}`]
  expect(await evalharness('run', ...models, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', results)).toMatchObject({ code: 0 })
  expect(await evalharness('run', '-m', `few=${tinyModel('qwen3')}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-L', '10', '-o', results)).toMatchObject({
    code: 0,
  })
  const shifted = writeRows(folder, 'shifted.jsonl', piqaRows(80).slice(40))
  expect(await evalharness('run', '-m', `shifted=${tinyModel('qwen3')}`, '-t', 'piqa', '--data', `piqa=${shifted}`, '-o', results)).toMatchObject({ code: 0 })
}, 180_000)

async function gate(candidate: string, policy: string, ...more: readonly string[]) {
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

test('a candidate with fewer of the same rows is compared on those, with a note; one with more is not', async () => {
  const policy = 'tasks: { piqa: { min_retention: 0.9 } }'
  const { code, out, err } = await gate('few', policy, '--json')
  expect(code).toBe(3)
  expect(err).toMatch(/^note: piqa: compared on the 10 items that all have; original has 40, few has 10$/mu)
  expect(JSON.parse(out)).toMatchObject({
    rules: [
      {
        itemCount: 10,
        verdict: 'undecided',
        reason: expect.stringMatching(/^about \d+ items would decide, but the split has 40: this task cannot decide the rule$/u),
      },
    ],
    notes: ['piqa: compared on the 10 items that all have; original has 40, few has 10', expect.stringMatching(/^piqa: .* 50\.00 % is not above guessing/u)],
  })
  await expect(gate('original', policy, '--baseline', 'x')).resolves.toMatchObject({ code: 2, err: expect.stringContaining('--baseline is given 2 times') })
  const file = path.join(temporaryFolder(), 'gate.yaml')
  writeFileSync(file, policy)
  const reverse = await evalharness('gate', '--baseline', path.join(results, 'few'), '--candidate', path.join(results, 'original'), '--policy', file)
  expect(reverse).toMatchObject({ code: 3, err: expect.stringContaining('piqa: 30 items are only in few or only in original') })
  expect(reverse.err).not.toMatch(/--common-items|--tasks/u)
})

describe('JUnit, summary and JSON are written even without a verdict', () => {
  test.each<[string, number, string, string, string]>([
    ['a task that no run has', 2, 'original', 'tasks: { piqqa: { min_retention: 1 } }', 'no run has a task "piqqa"'],
    ['a metric that no run has', 2, 'original', 'tasks: { piqa: { metric: f1, min_retention: 1 } }', 'piqa has no metric "f1"'],
    ['a policy without tasks', 2, 'original', 'tasks: {}', 'no task'],
    ['a policy with an unknown key', 2, 'original', 'task: { piqa: { min_retention: 1 } }', 'is not a policy'],
    ['a run that is not there', 2, 'missing', 'tasks: { piqa: { min_retention: 1 } }', 'no such run'],
    ['runs that cannot be compared', 3, 'shifted', 'tasks: { piqa: { min_retention: 1 } }', 'the runs cannot be compared'],
  ])('%s: %i', async (_, exitCode, candidate, policy, message) => {
    const place = temporaryFolder()
    const [junit, summary] = [path.join(place, 'new/junit.xml'), path.join(place, 'new/summary.md')]
    const { code, out, err } = await gate(candidate, policy, '--junit', junit, '--summary', summary, '--json')
    expect({ code, err }).toMatchObject({ code: exitCode, err: expect.stringContaining(message) })
    expect(JSON.parse(out)).toMatchObject({ rules: [], verdict: null, exitCode, error: { message: expect.stringContaining(message) } })
    expect(readFileSync(junit, 'utf8')).toMatch(/tests="1" failures="0" errors="1"[^]*<error message=/u)
    expect(readFileSync(summary, 'utf8')).toContain('evalharness gate came to no verdict')
  })

  test('options that are missing or empty, and a report that cannot be written', async () => {
    const junit = path.join(temporaryFolder(), 'junit.xml')
    expect(await evalharness('gate', '--policy', 'x', '--junit', junit)).toMatchObject({
      code: 2,
      err: expect.stringContaining('not given: --baseline, --candidate'),
    })
    expect(readFileSync(junit, 'utf8')).toContain('not given: --baseline, --candidate')
    expect((await evalharness('gate', '--baseline', 'a', '--candidate', 'b')).err).toMatch(
      /not given: --policy\n {2}For example: evalharness gate .* --policy gate\.yaml; in gate\.yaml: tasks: \{ piqa: /u,
    )
    const policy = 'tasks: { piqa: { min_retention: 0.1 } }'
    expect(await gate('original', policy, '--summary', '')).toMatchObject({ code: 2, err: expect.stringContaining('--summary is empty') })
    const blocked = await gate('original', policy, '--junit', path.join(junit, 'in-a-file.xml'), '--json')
    expect(blocked).toMatchObject({ code: 2, err: expect.stringContaining('cannot write') })
    expect(JSON.parse(blocked.out)).toMatchObject({ rules: [{ task: 'piqa' }] })
  })

  test('options that say how to score, for a stored candidate', async () => {
    const { code, err } = await gate('original', 'tasks: { piqa: { min_retention: 0.5 } }', '--max-items', '10', '--full', '--seed', '4')
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('--seed, --max-items, --full: only for --model') })
  })

  test('two formats at once', async () => {
    const junit = path.join(temporaryFolder(), 'junit.xml')
    const { code, err } = await gate('original', 'tasks: { piqa: { min_retention: 0.5 } }', '--json', '--format', 'csv', '--junit', junit)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('--json and --format csv exclude each other') })
    expect(readFileSync(junit, 'utf8')).toContain('--json and --format csv exclude each other')
  })
})

test('2: a file that is not a policy', async () => expect(await gate('original', 'tasks: 3')).toMatchObject({ code: 2 }))

test('a run becomes the baseline when it is blessed, and not otherwise', async () => {
  const baselines = path.join(folder, 'baselines')
  const bless = (...more: readonly string[]) => evalharness('gate', 'bless', path.join(results, 'original'), '--baselines', baselines, ...more)
  expect(await bless('--name', 'main')).toMatchObject({ code: 0, out: '', err: expect.stringMatching(/^original: .*results_.*\.json\nblessed: .*main\n$/u) })
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
