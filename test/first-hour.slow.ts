/**
 * The first hour of a user: the tarball is installed in an empty folder, and every command is a process there, as README.md writes it. What is asserted
 * is what the user reads. Needs the npm registry; models and tasks are those that come with the package.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'
import { piqaRows, writeRows } from './tiny-model.ts'

const ROOT = path.join(import.meta.dirname, '..')
const folder = temporaryFolder()
const MODEL = 'node_modules/evalharness/demo/model'
const CLI = path.join(folder, 'node_modules/evalharness/dist/src/cli.js')
const ENV: NodeJS.ProcessEnv = {
  ...process.env,
  EVALHARNESS_CACHE: path.join(folder, 'cache'),
  HF_HOME: path.join(folder, 'hub'),
  HF_HUB_OFFLINE: '1',
  // npm's own compile cache would stay in the temporary directory.
  NODE_DISABLE_COMPILE_CACHE: '1',
}

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a command line in the folder; `interruptAt` sends Ctrl-C once standard error has it. */
function evalharness(args: readonly string[], interruptAt?: string, env: NodeJS.ProcessEnv = ENV): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err, isInterrupted] = ['', '', false]
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    if (isInterrupted || interruptAt === undefined || !err.includes(interruptAt)) return
    isInterrupted = true
    child.kill('SIGINT')
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}

const shell = (command: string, cwd = folder) => execFileSync('bash', ['-c', command], { cwd, env: ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
const files = (...parts: string[]) => readdirSync(path.join(folder, ...parts))
const run = (args: string) => evalharness(['run', ...args.split(' ')])

/** Accuracies of the newest complete run of a folder, by task and metric. */
function scoresIn(...parts: string[]): Readonly<Record<string, unknown>> {
  const name = files(...parts)
    .filter((file) => /^results_.*(?<!partial)\.json$/u.test(file))
    .toSorted()
    .at(-1)!
  const { results } = JSON.parse(readFileSync(path.join(folder, ...parts, name), 'utf8')) as { results: Record<string, Record<string, unknown>> }
  return Object.fromEntries(
    Object.entries(results).flatMap(([task, scores]) =>
      Object.entries(scores)
        .filter(([metric]) => metric.endsWith(',none'))
        .map(([metric, score]) => [`${task} ${metric}`, score]),
    ),
  )
}

beforeAll(() => {
  const [tarball] = JSON.parse(shell(`npm pack --json --ignore-scripts --pack-destination ${folder}`, ROOT)) as { filename: string }[]
  shell(`npm init -y && npm install --ignore-scripts --no-audit --no-fund ./${tarball!.filename}`)
})

test('README’s command removes the libraries of other systems, and the program still works', async () => {
  const [command] = /find node_modules\/onnxruntime-node[^]*?(?=\n```)/u.exec(readFileSync(path.join(ROOT, 'README.md'), 'utf8'))!
  shell(command)
  const binaries = 'node_modules/onnxruntime-node/bin/napi-v6'
  expect(files(binaries).flatMap((system) => files(binaries, system).map((arch) => `${system}/${arch}`))).toEqual([`${process.platform}/${process.arch}`])
  const { code, out, err } = await evalharness(['doctor'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const own = /^(?:evalharness|processor|memory|graphics|hub|onnxruntime|cpu|cuda:\d|webgpu|dml|coreml|--device auto takes| {13})/u
  expect(out.split('\n').filter((line) => line !== '' && !own.test(line))).toEqual([])
})

test('alone it says how to begin and what it does not do, with exit code 2', async () => {
  const { code, out, err } = await evalharness([])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  for (const text of ['evalharness demo', 'evalharness run --model', 'evalharness prune laco', 'no generated answers', 'no images', 'no pickle'])
    expect(err).toContain(text)
})

test('the demo shows everything', async () => {
  const { code, out } = await evalharness(['demo'])
  expect(code).toBe(0)
  expect(out).toContain('valley_mmlu (5-shot)')
  expect(out).toContain('gate failed: the candidate regressed')
  expect(files('evalharness-demo')).toEqual(expect.arrayContaining(['laco', 'report.html', 'results']))
  expect(readFileSync(path.join(folder, 'evalharness-demo/report.html'), 'utf8')).toMatch(/^<!doctype html>/iu)
})

test('tasks are listed, with groups and subsets', async () => {
  const { out } = await evalharness(['tasks'])
  expect(out).toMatch(/mmlu: 57 subsets, such as mmlu_abstract_algebra, and 4 groups: mmlu_humanities/u)
  expect((await evalharness(['tasks', 'mmlu_a*'])).out).toBe('mmlu_abstract_algebra\nmmlu_anatomy\nmmlu_astronomy\n')
  expect((await evalharness(['tasks', 'valley_piqa'])).out).toMatch(/valley_piqa, version 1: .*[^]*✓ → /u)
})

describe('a model and what is made from it', () => {
  test('prune makes a checkpoint without the layers', async () => {
    const { code } = await evalharness(['prune', 'drop', '--model', MODEL, '--layers', '5-8', '--out', 'dropped'])
    expect(code).toBe(0)
    expect(JSON.parse(readFileSync(path.join(folder, 'dropped/config.json'), 'utf8')).num_hidden_layers).toBe(10)
  })

  test('run scores original, pruned and NF4 model, and compares them', async () => {
    const { code, out, err } = await run(
      `--model original=${MODEL} --model dropped=dropped --model nf4=${MODEL},quantize=nf4 --tasks valley_piqa,valley_boolq --limit 60`,
    )
    expect(code).toBe(0)
    expect(out).toMatch(/│ task .*│ +original │ +dropped │ +nf4 │\n/u)
    expect(out).toContain('retention')
    expect(err).toMatch(/nf4: .*stored in results\/nf4\/results_/u)
    expect(files('results').toSorted()).toEqual(['dropped', 'nf4', 'original'])
  })

  test('compare has tables, CSV, JSON and Markdown', async () => {
    const compare = (format: string) => evalharness(['compare', 'results/original', 'results/dropped', 'results/nf4', '--format', format, '--quiet'])
    const csv = await compare('csv')
    expect({ code: csv.code, err: csv.err }).toEqual({ code: 0, err: '' })
    const rows: Record<string, string>[] = parse(csv.out, { columns: true })
    expect(new Set(rows.map(({ model }) => model))).toEqual(new Set(['original', 'dropped', 'nf4']))
    expect(JSON.parse((await compare('json')).out)).toMatchObject({ variants: [{ label: 'dropped' }, { label: 'nf4' }] })
    expect((await compare('markdown')).out).toMatch(/^\|.*\|$/mu)
    const table = (await compare('table')).out
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  test('a card is written, verified, and found wrong after a change', async () => {
    const demo = ['evalharness-demo/results/original', 'evalharness-demo/results/laco']
    expect((await evalharness(['card', 'write', ...demo, '--into', 'CARD.md'])).code).toBe(0)
    expect((await evalharness(['card', 'verify', 'CARD.md'])).code).toBe(0)
    const card = readFileSync(path.join(folder, 'CARD.md'), 'utf8')
    expect(card).toContain('65.33')
    writeFileSync(path.join(folder, 'CARD.md'), card.replaceAll('65.33', '65.34'))
    expect((await evalharness(['card', 'verify', 'CARD.md'])).code).toBe(1)
  })

  test('the gate passes a model against itself, and stops one that lost', async () => {
    const gate = (candidate: string) =>
      evalharness(['gate', '--baseline', 'evalharness-demo/results/original', '--candidate', candidate, '--policy', 'node_modules/evalharness/demo/gate.yaml'])
    expect((await gate('evalharness-demo/results/original')).code).toBe(0)
    const lost = await gate('evalharness-demo/results/laco')
    expect(lost.code).toBe(1)
    expect(lost.out).toMatch(/valley_mmlu .*retention ≥ 90\.0 % .*❌ regressed/u)
  })

  test('the gate scores as many items of a model as decide, and draws the bounds on a page', async () => {
    writeFileSync(path.join(folder, 'gate.yaml'), 'tasks:\n  valley_piqa: { min_retention: 0.9 }\n')
    const what = ['--baseline', 'evalharness-demo/results/original', '--model', `nf4=${MODEL},quantize=nf4`, '--policy', 'gate.yaml']
    const { code, out } = await evalharness(['gate', ...what, '--report', 'gate.html'])
    expect(code).toBe(0)
    expect(out).toMatch(/│ valley_piqa .* (\d+) of 200 │ ✅ passed │/u)
    expect(readFileSync(path.join(folder, 'gate.html'), 'utf8')).toContain('id="bounds-wide-1-title"')
  })

  test('run --divergence compares distributions, and compare shows them again', async () => {
    const models = `--model original=${MODEL} --model nf4=${MODEL},quantize=nf4`
    const { code, out } = await run(`${models} --tasks valley_piqa --limit 10 --divergence -o diverging`)
    expect(code).toBe(0)
    expect(out).toContain('mean KL')
    const [line] = /│ \d+ positions │.*/u.exec(out)!
    expect((await evalharness(['compare', 'diverging/original', 'diverging/nf4'])).out).toContain(line)
  })

  test('the cache tells the model from its quantization', async () => {
    // In 120 columns the sources take two lines.
    const { out } = await evalharness(['cache', 'ls'], undefined, { ...ENV, COLUMNS: '200' })
    expect(out).toMatch(/│ original +│ node_modules\/evalharness\/demo\/model +│ cpu, float32, onnxruntime /u)
    expect(out).toMatch(/│ nf4 +│ node_modules\/evalharness\/demo\/model,quantize=nf4 +│/u)
  })

  test('a chat template is used if the model has one', async () => {
    cpSync(path.join(folder, MODEL), path.join(folder, 'chat'), { recursive: true })
    writeFileSync(path.join(folder, 'chat/chat_template.jinja'), '{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}[assistant]')
    const { code, out } = await run('--model chat --tasks valley_piqa --limit 2 --apply_chat_template --dry-run')
    expect(code).toBe(0)
    expect(out).toContain('[user] Question: ')
  })
})

test('a task of one’s own is scored on one’s own rows', async () => {
  writeRows(folder, 'rows.jsonl', piqaRows(8))
  writeFileSync(
    path.join(folder, 'mine.js'),
    `import { defineTask, z } from 'evalharness'
export default defineTask({
  name: 'mine', version: 1, dataset: { repo: 'me/mine', split: 'test' },
  row: z.object({ goal: z.string(), sol1: z.string(), sol2: z.string(), label: z.number().int() }),
  prompt: ({ goal }) => goal, choices: ({ sol1, sol2 }) => [sol1, sol2], gold: ({ label }) => label, metrics: ['acc'],
})`,
  )
  const { code, out } = await run(`--task-file mine.js --tasks mine --data mine=rows.jsonl --model ${MODEL} -o own --format json`)
  expect(code).toBe(0)
  expect(out).toContain('"acc,none"')
})

test('a task in lm-eval’s YAML is scored, and a column that is not there is named', async () => {
  const task = (prompt: string) => `task: exam
dataset_path: json
dataset_kwargs: {data_files: {test: rows.jsonl}}
test_split: test
output_type: multiple_choice
doc_to_text: "${prompt}"
doc_to_choice: ["{{sol1}}", "{{sol2}}"]
doc_to_target: label
metric_list: [{metric: acc}]
`
  writeFileSync(path.join(folder, 'exam.yaml'), task('Q: {{goal}}'))
  const { code, out } = await run(`--task-file exam.yaml --tasks exam --model ${MODEL} -o own`)
  expect(code).toBe(0)
  expect(out).toMatch(/│ exam +│ acc ↑ +│ +0 │ +8 │/u)
  writeFileSync(path.join(folder, 'exam.yaml'), task('Q: {{gaol}}'))
  const wrong = await run(`--task-file exam.yaml --tasks exam --model ${MODEL} -o own`)
  expect(wrong).toMatchObject({
    code: 2,
    err: expect.stringContaining('row 0 (counted from 0): doc_to_text: "gaol" is undefined; the row has goal, sol1, sol2, label'),
  })
})

test('a command line of lm-eval works, and is shown as evalharness has it', async () => {
  const line = `--model hf --model_args pretrained=${MODEL},dtype=float32 --tasks valley_piqa --num_fewshot 0 --batch_size 8 --limit 5 --output_path theirs`
  const { code, err } = await evalharness(line.split(' '))
  expect(code).toBe(0)
  expect(err).toContain(`read as: evalharness run --model ${MODEL} --dtype float32 --tasks valley_piqa --num-fewshot 0 --limit 5 --output theirs`)
  expect(existsSync(path.join(folder, 'theirs/model'))).toBe(true)
})

test('an interrupted run keeps what was scored, and --resume gives the numbers of a whole one', async () => {
  const tasks = ['piqa', 'boolq', 'hellaswag', 'mmlu', 'wikitext'].map((form) => `valley_${form}`).join(',')
  const interrupted = await evalharness(['run', '--model', `original=${MODEL}`, '--tasks', tasks, '-o', 'again'], 'valley_hellaswag')
  expect(interrupted.code).toBe(130)
  expect(interrupted.err).toContain('to continue, run the same command again, or: evalharness run --resume again')
  expect(files('again', 'original').some((name) => name.endsWith('.partial.json'))).toBe(true)
  const { code } = await evalharness(['run', '--resume', 'again'])
  expect(code).toBe(0)
  expect(scoresIn('again', 'original')).toEqual(scoresIn('evalharness-demo', 'results', 'original'))
  expect(files('again', 'original').filter((name) => name.includes('.partial'))).toEqual([])
})

describe('wrong inputs: exit code 2, what is wrong and what to do, and no stack', () => {
  test.each([
    ['runn -m x', 'no command "runn"', 'Did you mean run?'],
    ['ls tasks', 'no command ls; that is lm-eval’s', 'evalharness tasks --all'],
    ['--tasks -L 5', '--tasks has no value: -L is the next option', 'Give --tasks piqa,boolq'],
    ['--verbose tasks', 'no command before --verbose', 'evalharness tasks --verbose'],
    ['run --tasks -L 5', '--tasks has no value: -L is the next option', 'Give --tasks piqa,boolq'],
    [`run -m ${MODEL} -t valley_piqa --limit abc`, '--limit abc is not a whole number of rows', '--limit 100'],
    [`run -m ${MODEL} -t valley_pika`, 'unknown task "valley_pika"', 'Did you mean valley_piqa?'],
    [`run -m ${MODEL} -t gsm8k`, 'gsm8k generates text; evalharness scores log-likelihoods', '`evalharness tasks` lists those that can be scored.'],
    [`run -m ${MODEL} -t zz*`, 'no task matches "zz*"', 'evalharness tasks --all'],
    [`run -m ${MODEL} -t valley_piqa --num-fewshto 5`, 'run has no option --num-fewshto', 'Did you mean --num-fewshot?'],
    [`run -m ${MODEL} -t valley_piqa --dtype int8`, 'unknown --dtype "int8"', 'quantize=nf4'],
    [`run -m ${MODEL} -t valley_piqa --device cdua:0`, 'unknown device "cdua:0"', 'Did you mean cuda?'],
    [`run -m ${MODEL},quantize=nf5 -t valley_piqa`, 'unknown quantize=nf5', 'Did you mean nf4?'],
    [`run -m ./nowhere -t valley_piqa`, 'no such model folder: ./nowhere', 'OWNER/NAME'],
    [`run -m ${MODEL} -t valley_piqa --apply_chat_template`, 'has no chat template', 'Leave --apply-chat-template out'],
    [`run -m hf -t valley_piqa`, '"hf" is lm-eval\'s name of a kind of models', '--model NAME=FOLDER'],
    [`run -m ${MODEL} -t valley_piqa -o /proc/x`, 'cannot write results to /proc/x', 'writable folder'],
    [`run -m ${MODEL} -t valley_piqa --data valley_piqa=nope.jsonl`, 'there is no such file or folder', 'Check the path'],
    [`run -m ${MODEL} -t valley_piqa --format jsn`, '--format jsn is not one of', 'Did you mean json?'],
    [`run -m ${MODEL} -t valley_piqa --limit 5 --samples {"valley_piqa":[0]}`, '--limit and --samples both choose rows', 'Leave one out'],
    [`run -m ${MODEL} -t valley_piqa --max-model-len 128`, 'run has no option --max-model-len', 'Give --max-length N.'],
    [`run -m ${MODEL} -t list`, 'no task is called list', 'evalharness tasks'],
    ['run -m results/orignal -t valley_piqa', 'orignal', 'Did you mean the folder results/original?'],
    ['run -m node_modules/evalharness/demo -t valley_piqa', 'cannot read', `Did you mean ${MODEL}?`],
    ['compare results', 'a comparison needs at least two runs', 'results/dropped results/nf4 results/original'],
    ['report results/original results/dropped -o x.pdf', 'no format has files that end in .pdf', 'prints the HTML page as PDF'],
    ['compare results/original nowhere', 'no such run: nowhere', 'results_*.json'],
    ['card wirte x', 'card has no subcommand "wirte"', 'Did you mean write?'],
    ['layermap dropped', 'no variant given', 'evalharness layermap dropped VARIANT'],
    ['gate --baseline results/original', 'not given: --candidate', 'For example: evalharness gate --baseline results/original --candidate'],
    ['card verify nope.md', 'cannot read the card nope.md', 'README.md'],
  ])('%s', async (line, message, hint) => {
    const { code, out, err } = await evalharness(line.split(' '))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
    expect(err).toContain(hint)
    expect(err).not.toMatch(/^\s+at |this is a bug/mu)
  })
})
