/** docs/gate.md and docs/gate-workflow.yml work as they are written: their commands are run by a shell, in a repository as they describe it. */
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const DOCS = readFileSync(path.join(ROOT, 'docs/gate.md'), 'utf8')
const WORKFLOW = parse(readFileSync(path.join(ROOT, 'docs/gate-workflow.yml'), 'utf8')) as {
  readonly jobs: { readonly gate: { readonly steps: readonly { readonly run?: string; readonly with?: { readonly path?: string } }[] } }
}

const blocks = (language: string) => [...DOCS.matchAll(/^```(\w+)\n([^]*?)^```$/gmu)].flatMap(([, name, text]) => (name === language ? [text!] : []))

const repository = temporaryFolder()
const bin = path.join(repository, 'bin')

/** Runs a script as CI does. The programs on its path are the built one, with the rows of a small folder, and an npm that installs nothing. */
function shell(script: string): Promise<{ readonly code: number | string; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      PATH: `${bin}:${process.env['PATH']}`,
      GITHUB_STEP_SUMMARY: path.join(repository, 'step-summary.md'),
      EVALHARNESS_CACHE: path.join(repository, 'cache'),
    }
    execFile('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd: repository, env }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }))
  })
}

beforeAll(async () => {
  const data = path.join(repository, 'data')
  for (const task of ['piqa', 'hellaswag', 'wikitext']) mkdirSync(path.join(data, task), { recursive: true })
  writeRows(path.join(data, 'piqa'), 'validation.jsonl', piqaRows(12))
  const endings = ['opens it.', 'eats it.', 'paints it.', 'sells it.']
  const hellaswag = Array.from({ length: 12 }, (_, ind) => ({
    ind,
    activity_label: 'Jars',
    ctx_a: `Somebody takes jar ${ind} and`,
    ctx_b: '',
    ctx: `Somebody takes jar ${ind} and`,
    endings,
    label: String(ind % 4),
  }))
  writeRows(path.join(data, 'hellaswag'), 'validation.jsonl', hellaswag)
  writeRows(
    path.join(data, 'wikitext'),
    'test_document_level.jsonl',
    Array.from({ length: 12 }, (_, page) => ({ page: ` = Jar ${page} = \n a page about a jar .\n` })),
  )
  const cli = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(path.join(ROOT, 'dist/src/cli.js'))}`
  const program = `#!/bin/bash\nargs=("$@")\n[[ "$1" = run || " $* " = *" --model "* ]] && args+=(--data-dir ${JSON.stringify(data)})\n${cli} "\${args[@]}"\n`
  mkdirSync(bin)
  for (const [name, text] of [
    ['evalharness', program],
    ['npx', '#!/bin/bash\nexec "$@"\n'],
    ['npm', '#!/bin/bash\n[ "$1" = install ]\n'],
  ] as const) {
    writeFileSync(path.join(bin, name), text)
    chmodSync(path.join(bin, name), 0o755)
  }
  symlinkSync(tinyModel('qwen3'), path.join(repository, 'model'))
  writeFileSync(path.join(repository, 'gate.yaml'), blocks('yaml')[0]!)
})

/** The rules of the documented policy, each judged. Twelve items decide nothing, and nothing is incomparable. */
function expectJudged(ended: Awaited<ReturnType<typeof shell>>): void {
  expect([0, 3], ended.err).toContain(ended.code)
  const xml = readFileSync(path.join(repository, 'gate.xml'), 'utf8')
  expect(xml.match(/<testcase classname="(\w+)" name="[^"]*"/gu)).toHaveLength(4)
  expect(xml).not.toContain('type="incomparable"')
  expect(ended.out).toMatch(/gate (?:passed|cannot tell: too few items)\n$/u)
}

test('the commands of docs/gate.md, then those of the workflow', async () => {
  const [baseline, candidate, drawn] = blocks('sh').map((text) => text.replaceAll(/\b(?:BASE|MODEL)\b/gu, './model'))
  expect(await shell(baseline!)).toMatchObject({ code: 0, err: expect.stringContaining('blessed: results/baselines/original') })
  expectJudged(await shell(candidate!))
  expect(readFileSync(path.join(repository, 'gate.md'), 'utf8')).toContain('evalharness gate')

  expect(await shell(drawn!)).toMatchObject({ code: 0, err: expect.stringContaining('order, scores and bounds: results/candidate/gate_') })
  expect(readFileSync(path.join(repository, 'gate.html'), 'utf8')).toContain('The gate passed')

  const steps = WORKFLOW.jobs.gate.steps.flatMap(({ run }) => (run === undefined ? [] : [run]))
  expect(steps.map((step) => step.split(' ')[1])).toEqual(['install', 'evalharness'])
  expect(await shell(steps[0]!)).toMatchObject({ code: 0 })
  expectJudged(await shell(steps[1]!))
  expect(readFileSync(path.join(repository, 'step-summary.md'), 'utf8')).toContain('exact, on all 12 items')
  const uploaded = WORKFLOW.jobs.gate.steps.at(-1)!.with!.path!.trim().split('\n')
  for (const file of uploaded) expect(existsSync(path.join(repository, file)), file).toBe(true)
}, 180_000)
