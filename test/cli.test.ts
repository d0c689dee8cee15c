/** The program as a user meets it: arguments in; standard output, standard error, exit code and files out. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { evalharness, start } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from './tiny-model.ts'

test('a run prints the table on standard output, stores results and samples in the schema of lm-eval', async () => {
  const model = tinyModel()
  const output = path.join(temporaryFolder(), 'results')
  const { code, out, err } = await evalharness(
    'run',
    '-m',
    `tiny=${model}`,
    '-t',
    'piqa',
    '--data',
    `piqa=${writeRows(model, 'piqa.jsonl', piqaRows(10))}`,
    '-o',
    output,
  )
  expect({ code, err }).toMatchObject({ code: 0 })
  expect(out).toMatch(/piqa\s+│ acc_norm ↑ │\s+0 │\s+10 │/u)
  expect(err).toMatch(/^tiny: loading\ntiny · piqa: 20 requests\ntiny: 10 items, [\d,]+ tokens in [\d.]+ s · stored in .*results_.*\.json\n$/u)
  const files = readdirSync(path.join(output, 'tiny')).sort()
  expect(files.map((name) => name.replace(/_\d{4}.*Z/u, '_TIME'))).toEqual(['results_TIME.json', 'samples_piqa_TIME.jsonl'])
  const results = JSON.parse(readFileSync(path.join(output, 'tiny', files[0]!), 'utf8'))
  expect(results).toMatchObject({
    versions: { piqa: 1 },
    'n-shot': { piqa: 0 },
    'n-samples': { piqa: { original: 10, effective: 10 } },
    evalharness: { is_complete: true },
  })
  expect(Object.keys(results.results.piqa)).toEqual(['alias', 'acc,none', 'acc_stderr,none', 'acc_norm,none', 'acc_norm_stderr,none'])
  const samples = readFileSync(path.join(output, 'tiny', files[1]!), 'utf8')
    .trim()
    .split('\n')
  expect(samples).toHaveLength(10)
  expect(JSON.parse(samples[0]!)).toMatchObject({
    doc_id: 0,
    target: '0',
    arguments: { gen_args_0: { arg_0: 'Question: cut 0 ropes\nAnswer:', arg_1: ' with a knife 0' } },
  })
})

test('--json prints nothing but JSON: the results of each model, and the comparison', { tags: ['slow'] }, async () => {
  const model = tinyModel()
  const rows = `piqa=${writeRows(model, 'piqa.jsonl', piqaRows(3))}`
  const output = path.join(model, 'out')
  const { code, out, err } = await evalharness(
    'run',
    '-m',
    `tiny=${model}`,
    '-m',
    `nf4=${model},quantize=nf4`,
    '-t',
    'piqa',
    '--data',
    rows,
    '-o',
    output,
    '--json',
    '-q',
  )
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(JSON.parse(out)).toMatchObject({
    tiny: { results: { piqa: {} } },
    nf4: { results: { piqa: {} } },
    comparison: { original: { label: 'tiny' }, accuracies: [{ task: 'piqa', itemCount: 3 }] },
  })
})

test('a model folder that cannot be written to, of links into another folder as in a hub cache, is scored', async () => {
  const repository = temporaryFolder()
  const blobs = path.join(repository, 'blobs')
  const snapshot = path.join(repository, 'snapshots', 'c'.repeat(40))
  renameSync(tinyModel('smollm2'), blobs)
  mkdirSync(snapshot, { recursive: true })
  for (const name of readdirSync(blobs)) symlinkSync(path.join(blobs, name), path.join(snapshot, name))
  const before = readdirSync(blobs)
  chmodSync(snapshot, 0o555)
  chmodSync(blobs, 0o555)
  const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(3))
  const { code, err } = await evalharness('run', '-m', `tiny=${snapshot}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', temporaryFolder())
  expect({ code, err }).toMatchObject({ code: 0 })
  expect(readdirSync(blobs)).toEqual(before)
})

test('a custom task is loaded from a .js file in any folder', { tags: ['slow'] }, async () => {
  const model = tinyModel()
  const file = path.join(model, 'mine.js')
  writeFileSync(
    file,
    `import { defineTask, z } from 'evalharness'
export default defineTask({
  name: 'mine', version: 1, dataset: { repo: 'me/mine', split: 'test' },
  row: z.object({ q: z.string(), a: z.array(z.string()), label: z.number() }),
  prompt: ({ q }) => q, choices: ({ a }) => a, gold: ({ label }) => label, metrics: ['acc', 'acc_bytes', 'acc_mutual_info'],
})`,
  )
  const rows = writeRows(model, 'mine.jsonl', [
    { q: 'one', a: ['x', 'y'], label: 1 },
    { q: 'two', a: ['x', 'y'], label: 0 },
  ])
  const { code, out, err } = await start([
    'run',
    '-m',
    `tiny=${model}`,
    '--task-file',
    file,
    '-t',
    'mine',
    '--data',
    `mine=${rows}`,
    '-o',
    path.join(model, 'out'),
  ]).ended
  expect({ code, err }).toMatchObject({ code: 0 })
  expect(out).toMatch(/acc_mutual_info/u)
})

test('a file that is not a task is refused with its name', async () => {
  const file = path.join(temporaryFolder(), 'mine.js')
  writeFileSync(file, 'export default 7')
  expect(await evalharness('tasks', '--task-file', file)).toMatchObject({ code: 2, err: expect.stringContaining(`${file} does not export a task`) })
})

test('sentences of a text file have both perplexities, labelled', { tags: ['slow'] }, async () => {
  const model = tinyModel()
  const file = path.join(model, 'sentences.txt')
  writeFileSync(file, 'The first sentence.\n\nAnd a second one.\n')
  const { code, out } = await evalharness('run', '-m', `tiny=${model}`, '-t', 'wikipedia', '--data', `wikipedia=${file}`, '-o', path.join(model, 'out'))
  expect(code).toBe(0)
  expect(out).toMatch(/token_perplexity ↓\s+│\s+0 │\s+2 │/u)
  expect(out).toMatch(/sentence_perplexity ↓/u)
})

test('--dry-run refuses few-shot examples from the scored rows, and shows a notice of items that are among their examples', async () => {
  const folder = temporaryFolder()
  const mmluRow = (question: string) => ({ question, choices: ['w', 'x', 'y', 'z'], answer: 1 })
  const rows = writeRows(folder, 'test.jsonl', ['How?', 'Why?'].map(mmluRow))
  const dev = writeRows(folder, 'dev.jsonl', ['What?', 'Why?', 'Who?'].map(mmluRow))
  const dryRun = (...args: string[]) => evalharness('run', '-t', 'mmlu_anatomy', '--dry-run', '-f', '2', ...args)
  expect(await dryRun('--data', `mmlu_anatomy=${rows}`)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('would show items their own answers') })
  const shown = await dryRun('--data', `mmlu_anatomy=${rows}`, '--data', `mmlu:dev=${dev}`)
  expect({ code: shown.code, err: shown.err }).toMatchObject({
    code: 0,
    err: expect.stringContaining('mmlu_anatomy: 1 scored item has the text of few-shot examples'),
  })
  expect(shown.out).toMatch(/What\?[^]*Why\?[^]*How\?/u)
})

test('--dry-run shows prompts and plan, and writes nothing', async () => {
  const model = tinyModel()
  rmSync(path.join(model, 'model.safetensors'))
  const output = path.join(model, 'out')
  const { code, out } = await evalharness(
    'run',
    '-m',
    `tiny=${model}`,
    '-t',
    'piqa',
    '--data',
    `piqa=${writeRows(model, 'piqa.jsonl', piqaRows(3))}`,
    '-o',
    output,
    '--dry-run',
  )
  expect(code).toBe(0)
  expect(out).toContain('Question: cut 0 ropes\nAnswer:\n  →" with a knife 0"')
  expect(out).toMatch(/6 requests · tokens: \d+ asked, \d+ distinct, \d+ planned in 1 batch · layer passes: /u)
  expect(out).toContain(
    '\ntokens: asked = of each request on its own, distinct = with a beginning that requests share counted once, planned = what is computed\n',
  )
  expect(out).toMatch(/\nlayer passes: tokens × layers; distinct = [^\n]+\n$/u)
  expect(existsSync(output)).toBe(false)
})

describe('bad input: exit code 2, a message with the value, a hint, and nothing written', () => {
  const rows = () => writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(3))

  async function refused(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const output = path.join(temporaryFolder(), 'results')
    const line = [...args, ...(args[0] === 'run' && !args.includes('-o') ? ['-o', output] : [])]
    const { code, out, err } = await (Object.keys(env).length === 0 ? evalharness(...line) : start(line, env).ended)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).not.toMatch(/^\s+at /mu)
    expect(existsSync(output) ? readdirSync(output) : []).toEqual([])
    return err
  }

  test('an unknown task: the nearest name', async () => {
    expect(await refused(['run', '-m', tinyModel(), '-t', 'helaswag'])).toMatch(/unknown task "helaswag"\n {2}Did you mean hellaswag\?/u)
  })

  test('no such folder', async () => {
    expect(await refused(['run', '-m', './nowhere', '-t', 'piqa', '--data', `piqa=${rows()}`])).toMatch(/no such model folder: \.\/nowhere/u)
  })

  test('an unsupported architecture', async () => {
    const model = tinyModel()
    const config = JSON.parse(readFileSync(path.join(model, 'config.json'), 'utf8'))
    writeFileSync(path.join(model, 'config.json'), JSON.stringify({ ...config, architectures: ['MambaForCausalLM'] }))
    expect(await refused(['run', '-m', model, '-t', 'piqa', '--data', `piqa=${rows()}`])).toMatch(
      /architecture MambaForCausalLM is not supported\n {2}Supported: LlamaForCausalLM/u,
    )
  })

  test('weights that were cut short', async () => {
    const model = tinyModel()
    truncateSync(path.join(model, 'model.safetensors'), 30_000)
    expect(await refused(['run', '-m', model, '-t', 'piqa', '--data', `piqa=${rows()}`])).toMatch(
      /model\.safetensors is not a usable safetensors file: its tensors end at byte \d+, the file at 30000/u,
    )
  })

  test('weights of another shape than the config’s', async () => {
    const model = tinyModel()
    const config = JSON.parse(readFileSync(path.join(model, 'config.json'), 'utf8'))
    writeFileSync(path.join(model, 'config.json'), JSON.stringify({ ...config, intermediate_size: 63 }))
    expect(await refused(['run', '-m', model, '-t', 'piqa', '--data', `piqa=${rows()}`])).toMatch(
      /tensor model\.layers\.0\.mlp\.gate_proj\.weight has shape \[64, 32\], config\.json calls for \[63, 32\]/u,
    )
  })

  test('a missing tensor', async () => {
    const model = tinyModel()
    const config = JSON.parse(readFileSync(path.join(model, 'config.json'), 'utf8'))
    writeFileSync(path.join(model, 'config.json'), JSON.stringify({ ...config, num_hidden_layers: 3, layer_types: null }))
    expect(await refused(['run', '-m', model, '-t', 'piqa', '--data', `piqa=${rows()}`])).toMatch(
      /tensor model\.layers\.2\.input_layernorm\.weight is missing/u,
    )
  })

  test('a tokenizer of an unknown kind', async () => {
    const model = tinyModel()
    const tokenizer = JSON.parse(readFileSync(path.join(model, 'tokenizer.json'), 'utf8'))
    writeFileSync(path.join(model, 'tokenizer.json'), JSON.stringify({ ...tokenizer, model: { type: 'Telepathy' } }))
    expect(await refused(['run', '-m', model, '-t', 'piqa', '--data', `piqa=${rows()}`])).toMatch(/tokenizer\.json: model\.type "Telepathy" is not supported/u)
  })

  test('a continuation longer than the window', async () => {
    expect(await refused(['run', '-m', tinyModel(), '-t', 'piqa', '--data', `piqa=${rows()}`, '--max-length', '8'])).toMatch(
      /the continuation " with a knife 0" has 15 tokens, the window 8/u,
    )
  })

  test('a dataset without rows', async () => {
    expect(await refused(['run', '-m', tinyModel(), '-t', 'piqa', '--data', `piqa=${writeRows(temporaryFolder(), 'piqa.jsonl', [])}`])).toMatch(
      /piqa\.jsonl has no rows/u,
    )
  })

  test('a row that does not fit: file, row and field', async () => {
    const file = writeRows(temporaryFolder(), 'piqa.jsonl', [...piqaRows(1), { goal: 'g', sol1: 7, sol2: 'b', label: 0 }])
    expect(await refused(['run', '-m', tinyModel(), '-t', 'piqa', '--data', `piqa=${file}`])).toMatch(/piqa\.jsonl, line 2 \(row 1\): field sol1: .*found 7/u)
  })

  test('a label out of range', async () => {
    const file = writeRows(temporaryFolder(), 'piqa.jsonl', [{ goal: 'g', sol1: 'a', sol2: 'b', label: 2 }])
    expect(await refused(['run', '-m', tinyModel(), '-t', 'piqa', '--data', `piqa=${file}`])).toMatch(
      /row 0 \(counted from 0\): label 2 is out of range, there are 2 choices/u,
    )
  })

  test('a results folder that cannot be made', async () => {
    const file = rows()
    expect(await refused(['run', '-m', tinyModel(), '-t', 'piqa', '--data', `piqa=${file}`, '-o', path.join(file, 'results')])).toMatch(
      /cannot write results to .*\n {2}Give a writable folder with --output/u,
    )
  })

  test('a hub that is not reachable: the variable that makes it work offline', { tags: ['slow'] }, async () => {
    const err = await refused(['run', '-m', tinyModel(), '-t', 'piqa'], { HF_ENDPOINT: 'http://127.0.0.1:45999', HF_HOME: temporaryFolder() })
    expect(err).toMatch(/the hub at http:\/\/127\.0\.0\.1:45999 cannot be used for the dataset baber\/piqa: .*ECONNREFUSED.*\n.*HF_HUB_OFFLINE=1/u)
  })

  test.each([
    [['--limit', '-1'], /--limit -1 is not a whole number of rows or a share below 1/u],
    [['--num-fewshot', 'many'], /"many" is not a number/u],
    [['--num-fewshot', '3'], /holds the scored rows of piqa: few-shot examples from them would show items their own answers/u],
    [['--num-fewshot', 'piqa=0,piqa=3'], /--num-fewshot piqa=0,piqa=3 names piqa twice/u],
    [['--num-fewshot', 'pika=3'], /unknown task "pika"\n {2}Did you mean piqa/u],
    [['--batch-tokens', '0'], /--batch-tokens 0 is not a whole number/u],
    [['--samples', '{"piqa":[9]}'], /row 9 of piqa, which has 3/u],
    [['--samples', '{"boolq":[0]}'], /--samples of boolq has no effect: boolq is not among --tasks/u],
    [['--samples', '{"piqa":[0]}', '--limit', '1'], /--limit and --samples both choose rows\n {2}Leave one out/u],
    [['--num-fewshot', 'mmlu=5'], /--num-fewshot mmlu=5 has no effect: mmlu is not among --tasks/u],
    [['--max-length', '4096'], /longer than the model's window of 128/u],
    [['--unknown'], /run has no option --unknown/u],
  ])('%j', async (args, message) => {
    expect(await refused(['run', '-m', tinyModel(), '-t', 'piqa', '--data', `piqa=${rows()}`, ...args])).toMatch(message)
  })
})

test('tasks shows the prompt of rows that --data names', async () => {
  const rows = writeRows(temporaryFolder(), 'rows.jsonl', piqaRows(1))
  expect(await evalharness('tasks', 'piqa', '--data', `piqa=${rows}`)).toMatchObject({ code: 0, out: expect.stringContaining('Question: cut 0 ropes') })
})

test('--quiet silences what is said of lm-eval’s options', async () => {
  const args = [
    'run',
    '-m',
    tinyModel(),
    '-t',
    'piqa',
    '--data',
    `piqa=${writeRows(temporaryFolder(), 'p.jsonl', piqaRows(2))}`,
    '--dry-run',
    '--batch_size',
    '8',
  ]
  expect((await evalharness(...args)).err).toContain('--batch_size has no effect')
  expect(await evalharness(...args, '--quiet')).toMatchObject({ code: 0, err: '' })
})

test('tasks lists the tasks; one is shown with a prompt and its choices', async () => {
  const folder = temporaryFolder()
  writeRows(folder, 'rows.jsonl', piqaRows(1))
  const list = await evalharness('tasks')
  expect(list.code).toBe(0)
  for (const name of ['piqa', 'boolq', 'hellaswag', 'mmlu', 'wikitext', 'wikipedia']) expect(list.out).toContain(`│ ${name} `)
})

test('doctor checks a reference value on each device, and prints how to enable missing ones', { tags: ['slow'] }, async () => {
  const { code, out } = await evalharness('doctor', '--json')
  expect(code).toBe(0)
  const found = JSON.parse(out) as { devices: readonly { device: string; works: boolean; difference?: number; reason?: string; hint?: string }[] }
  expect(found).toMatchObject({ runtime: { works: true }, auto: expect.stringMatching(/^(?:cpu|webgpu|cuda)$/u) })
  const [cpu, ...others] = found.devices
  expect(cpu).toMatchObject({ device: 'cpu', works: true })
  expect(cpu!.difference).toBeLessThan(1e-5)
  for (const { works, reason, hint } of others) if (!works) expect([reason, hint]).toEqual([expect.stringMatching(/\w/u), expect.stringMatching(/\w/u)])
})

test('files in place of folders, and a type that the CPU does not have, are refused before the model is read', async () => {
  const folder = temporaryFolder()
  const file = writeRows(folder, 'rows.jsonl', piqaRows(2))
  const readme = path.join(folder, 'README')
  writeFileSync(readme, '')
  const run = (...more: string[]) => evalharness('run', '-m', folder, '-t', 'piqa', '--data', `piqa=${file}`, ...more)
  expect(await run('-o', readme)).toMatchObject({ code: 2, err: expect.stringContaining(`--output ${readme} is a file\n  Give a folder`) })
  const output = path.join(folder, 'out')
  expect(await run('-o', output, '--cache', readme)).toMatchObject({ code: 2, err: expect.stringContaining(`--cache ${readme} is a file\n`) })
  expect(await run('-o', output, '--device', 'cpu', '--dtype', 'f16')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^evalharness: --dtype f16 does not run on cpu\n {2}Give f32, or another --device/u),
  })
  expect(existsSync(output)).toBe(false)
})

test.skipIf(process.platform !== 'linux')('run on a device that is not there says why and what to do, and writes nothing', async () => {
  const folder = temporaryFolder()
  const output = path.join(folder, 'results')
  const data = `piqa=${writeRows(folder, 'rows.jsonl', piqaRows(2))}`
  const { code, err } = await evalharness('run', '--model', tinyModel(), '--tasks', 'piqa', '--data', data, '--output', output, '--device', 'dml')
  expect(code).toBe(2)
  expect(err).toContain('--device dml is not available: onnxruntime-node has no dml for linux')
  expect(err).toMatch(/Available here: cpu.*`evalharness doctor`/u)
  expect(existsSync(output)).toBe(false)
})

test.skipIf(process.platform !== 'linux')('a dry run may be for another machine: it plans, and says that the run would be refused here', async () => {
  const data = `piqa=${writeRows(temporaryFolder(), 'rows.jsonl', piqaRows(2))}`
  const plan = (...more: string[]) => evalharness('run', '--model', tinyModel(), '--tasks', 'piqa', '--data', data, '--dry-run', ...more)
  const [device, dtype] = [await plan('--device', 'dml'), await plan('--device', 'cpu', '--dtype', 'f16')]
  expect(device).toMatchObject({ code: 0, out: expect.stringContaining('tokens: ') })
  expect(device.err).toContain('the run would be refused on this machine: --device dml is not available')
  expect(dtype).toMatchObject({ code: 0, err: expect.stringMatching(/^the run would be refused on this machine: --dtype f/u) })
})

test.skipIf(!existsSync('/dev/full'))('output that cannot be written is an error: 2', { tags: ['slow'] }, () => {
  const cli = path.join(import.meta.dirname, '../dist/src/cli.js')
  const { status, stderr } = spawnSync('sh', ['-c', '"$@" > /dev/full', 'sh', process.execPath, cli, 'tasks'], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(/^evalharness: cannot write to standard output: ENOSPC.*\n {2}Free disk space/mu),
  })
})
