/** The gate that scores the candidate itself: from the command line to its reports. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { judgeModel } from '../../../src/gate/sequential/judge-model.ts'
import { evalharness } from '../../program.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../../tiny-model.ts'

const ITEMS = 150
const folder = temporaryFolder()
const results = path.join(folder, 'results')
const rows = writeRows(folder, 'piqa.jsonl', piqaRows(ITEMS))
const articles = writeRows(
  folder,
  'articles.jsonl',
  Array.from({ length: 80 }, (_, index) => ({ page: `Town ${index} has ${index * 7} bells .` })),
)
const [model, other] = [tinyModel('qwen3'), tinyModel('qwen3-untied')]

beforeAll(async () => {
  const texts = ['--data', `wikitext=${articles}`, '--data', 'wikitext2_gptq=test/tasks/valley.raw', '--max-length', '32']
  const tasks = ['-t', 'piqa,wikitext,wikitext2_gptq', '--data', `piqa=${rows}`, ...texts]
  const run = await evalharness('run', '-m', `original=${model}`, ...tasks, '-o', results, '--device', 'cpu')
  expect(run).toMatchObject({ code: 0 })
}, 120_000)

function policyFile(text: string): string {
  const file = path.join(temporaryFolder(), 'gate.yaml')
  writeFileSync(file, text)
  return file
}

/** Changes the text of a run's results file. */
function editRecord(run: string, edit: (text: string) => string): void {
  const file = path.join(
    run,
    readdirSync(run).find((name) => name.startsWith('results_'))!,
  )
  writeFileSync(file, edit(readFileSync(file, 'utf8')))
}

/** What is in a folder, if it is there. */
function entriesOf(place: string): string[] {
  return existsSync(place) ? readdirSync(place) : []
}

/** The stored record of a gate that printed JSON. */
function storedRecord(out: string) {
  const { record } = JSON.parse(out) as { record: string }
  return JSON.parse(readFileSync(record, 'utf8'))
}

function gate(candidate: string, policy: string, ...more: readonly string[]) {
  return gateOn('piqa', rows, candidate, policy, ...more)
}

function gateOn(task: string, file: string, candidate: string, policy: string, ...more: readonly string[]) {
  const common = ['--baseline', path.join(results, 'original'), '--policy', policyFile(policy), '--data', `${task}=${file}`, '--device', 'cpu']
  return evalharness('gate', ...common, '-m', `candidate=${candidate}`, '-o', path.join(temporaryFolder(), 'out'), ...more)
}

test('0: it stops as soon as the rule is decided; the same seed draws the same items', { tags: ['slow'] }, async () => {
  const policy = 'tasks: { piqa: { min_retention: 0.3 } }'
  const first = await gate(model, policy, '--json')
  expect(first).toMatchObject({ code: 0 })
  const { rules, drawing, notes, ...printed } = JSON.parse(first.out)
  const { drawing: stored, ...rest } = storedRecord(first.out)
  expect(rules).toMatchObject([{ verdict: 'passed', splitCount: ITEMS, reason: null }])
  expect(rules[0].decidedAfter).toBeLessThan(ITEMS)
  expect(stored.drawn[0].items.length).toBeLessThan(ITEMS)
  expect(drawing).toEqual({ ...stored, drawn: [{ task: 'piqa', itemCount: ITEMS, drawnCount: stored.drawn[0].items.length }] })
  expect({ rules, notes, ...printed }).toEqual({ ...rest, record: expect.stringMatching(/out\/candidate\/gate_[^/]*\.json$/u) })
  expect(notes[0]).toBe('verdicts are about the scores on all of the baseline’s items, drawn in a random order (seed 0)')
  expect(first.err).toMatch(/piqa, retention ≥ 30\.0 %: passed, 100\.0 %, bounds .* decided after \d+ of 150 items/u)
  const second = storedRecord((await gate(model, policy, '--json')).out)
  expect([second.rules, second.drawing.drawn, second.drawing.bounds]).toEqual([rules, stored.drawn, stored.bounds])
  const otherSeed = storedRecord((await gate(model, policy, '--json', '--seed', '1')).out)
  expect(otherSeed.drawing.drawn[0].items).not.toEqual(stored.drawn[0].items)
})

test('1 and 3: all items give the exact verdict; too few are undecided, with what would decide', { tags: ['slow'] }, async () => {
  const impossible = await gate(other, 'tasks: { piqa: { min_retention: 200% } }', '--full', '--json')
  expect(impossible).toMatchObject({ code: 1 })
  expect(JSON.parse(impossible.out).rules).toMatchObject([{ verdict: 'regressed', itemCount: ITEMS }])
  const few = await gate(model, 'tasks: { piqa: { max_drop_points: 1 } }', '--max-items', '20')
  expect(few).toMatchObject({ code: 3, out: expect.stringMatching(/piqa, loss ≤ 1\.0 points: about \d+ more items would decide/u) })
})

test('a gate that its limit of items left undecided goes on with a higher one', { tags: ['slow'] }, async () => {
  const policy = policyFile('tasks: { piqa: { max_drop_points: 1 } }')
  const output = path.join(temporaryFolder(), 'out')
  const given = ['--baseline', path.join(results, 'original'), '--policy', policy, '--data', `piqa=${rows}`, '--device', 'cpu', '-o', output]
  const upTo = (items: number) => evalharness('gate', ...given, '-m', `candidate=${model}`, '--max-items', String(items))
  expect((await upTo(64)).code).toBe(3)
  expect(await upTo(100)).toMatchObject({
    code: 3,
    err: expect.stringMatching(/continues an unfinished gate: 64 items scored before[^]*candidate: 36 items, /u),
  })
})

test('whole texts are drawn too, with a note that their bounds are approximate', { tags: ['slow'] }, async () => {
  const same = await gateOn('wikitext', articles, model, 'tasks: { wikitext: { max_perplexity_ratio: 1.1 } }', '--max-length', '32', '--json')
  expect(same, same.err).toMatchObject({ code: 0 })
  const { rules, notes } = JSON.parse(same.out)
  expect(rules).toMatchObject([{ metric: 'word_perplexity', verdict: 'passed', splitCount: 80, decidedAfter: expect.any(Number) }])
  expect(rules[0].decidedAfter).toBeLessThan(80)
  expect(notes.join('\n')).toContain('of perplexities this is approximate')
})

test('rules of distributions: the baseline’s model is scored beside the candidate, with the figures of a stored run', { tags: ['slow'] }, async () => {
  const policy = 'tasks: { piqa: { max_mean_kl: 0.0001, min_top1_agreement: 20% } }'
  const all = await gate(`${model},quantize=int8`, policy, '--full', '--json')
  expect(all, all.err).toMatchObject({ code: 1 })
  const { rules, notes, drawing } = JSON.parse(all.out)
  const place = path.join(temporaryFolder(), 'stored')
  const both = ['-m', `original=${model}`, '-m', `int8=${model},quantize=int8`, '-t', 'piqa', '--max-length', '32', '--data', `piqa=${rows}`, '--device', 'cpu']
  expect(await evalharness('run', ...both, '--divergence', '-o', place)).toMatchObject({ code: 0 })
  const common = ['--baseline', path.join(place, 'original'), '--policy', policyFile(policy), '--candidate', path.join(place, 'int8')]
  const stored = JSON.parse((await evalharness('gate', ...common, '--json')).out)
  for (const [index, { kind, value }] of (stored.rules as { kind: string; value: number }[]).entries()) {
    expect(rules[index].kind).toBe(kind)
    expect(rules[index].value).toBeCloseTo(value, 5)
  }
  expect(notes).toContain(`${model} was scored beside the candidate, on the same items`)
  expect(drawing).toMatchObject({ original: { label: 'original', source: model }, cachedCount: 0, bounds: [{ method: 'asymptotic' }, { method: 'betting' }] })
  expect(storedRecord(all.out).drawing.drawn[0].items[0].candidate).toEqual({ max_mean_kl: expect.anything(), min_top1_agreement: expect.anything() })
  const same = JSON.parse((await gate(model, policy, '--json')).out)
  expect(same.rules).toMatchObject([
    { verdict: 'passed', value: 0, decidedAfter: 64 },
    { verdict: 'passed', value: 1 },
  ])
  expect(same.drawing.drawn[0].drawnCount).toBe(64)
})

test('a baseline under a chat template and with few-shot examples: the same template passes, plain prompts are refused', { tags: ['slow'] }, async () => {
  const chat = path.join(temporaryFolder(), 'chat')
  cpSync(model, chat, { recursive: true })
  const settings = path.join(chat, 'tokenizer_config.json')
  const template = '{% for m in messages %}<{{ m.role[0] }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<a>{% endif %}'
  writeFileSync(settings, JSON.stringify({ ...(JSON.parse(readFileSync(settings, 'utf8')) as object), chat_template: template }))
  const place = temporaryFolder()
  const common = ['--data', `piqa=${rows}`, '--device', 'cpu']
  const prompting = ['--apply-chat-template', '--system-instruction', 'Be brief.']
  const examples = `piqa:train=${writeRows(place, 'train.jsonl', piqaRows(20))}`
  const asked = ['-t', 'piqa', '-f', '1', '--data', examples, '--no-add-bos-token', '--max-length', '100', '-L', '100']
  const ran = await evalharness('run', '-m', `original=${chat}`, ...asked, ...prompting, ...common, '-o', place)
  expect(ran, ran.err).toMatchObject({ code: 0 })
  const policy = policyFile('tasks: { piqa: { min_retention: 0.3 } }')
  const given = ['--baseline', path.join(place, 'original'), '--policy', policy, '-m', `candidate=${chat}`, ...common, '--data', examples]
  const judge = (...more: readonly string[]) => evalharness('gate', ...given, '-o', path.join(temporaryFolder(), 'out'), '--json', ...more)
  const same = await judge(...prompting)
  expect(same, same.err).toMatchObject({ code: 0 })
  expect(JSON.parse(same.out)).toMatchObject({ rules: [{ verdict: 'passed', splitCount: 100 }], drawing: { model: { maxLength: 100 } } })
  expect(await judge()).toMatchObject({ code: 3, err: expect.stringMatching(/piqa: .*template/u) })
  expect(await judge(...prompting, '-f', '0')).toMatchObject({ code: 3, err: expect.stringContaining('has another prompt in the baseline') })
})

test('reports say after how many items, and the page draws the bounds', async () => {
  const [junit, summary, report] = ['junit.xml', 'summary.md', 'gate.html'].map((name) => path.join(folder, name)) as [string, string, string]
  await gate(model, 'tasks: { piqa: { min_retention: 0.3 } }', '--junit', junit, '--summary', summary, '--report', report)
  for (const file of [junit, summary, report]) expect(readFileSync(file, 'utf8')).toMatch(/decided after \d+ of 150 items/u)
  expect(readFileSync(report, 'utf8')).toMatch(/<svg [^]*id="bounds-wide-1-title"/u)
})

test('a dry run tells what a random order costs', async () => {
  const { code, out } = await gate(model, 'tasks: { piqa: { min_retention: 0.3 } }', '--dry-run')
  expect({ code, out }).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^piqa: 150 items, [\d,]+ tokens at once; tokens in random order: [\d,]+ for 64, /u),
  })
  const other = await gate(model, 'tasks: { piqa: { min_retention: 0.3 } }', '--dry-run', '--system-instruction', 'Be brief.')
  expect(other).toMatchObject({ code: 3, err: expect.stringContaining('cannot be compared') })
})

test('a baseline of which each task has a limit of its own: its items are drawn', { tags: ['slow'] }, async () => {
  const output = temporaryFolder()
  const run = (...args: readonly string[]) => evalharness('run', '-m', `original=${model}`, ...args, '-o', output, '--device', 'cpu')
  expect(await run('-t', 'piqa', '--data', `piqa=${rows}`, '--limit', '70')).toMatchObject({ code: 0 })
  expect(await run('-t', 'wikitext', '--data', `wikitext=${articles}`)).toMatchObject({ code: 0 })
  const policy = policyFile('tasks: { piqa: { min_retention: 0.3 }, wikitext: { max_perplexity_ratio: 1.5 } }')
  const data = ['--data', `piqa=${rows}`, '--data', `wikitext=${articles}`, '--full', '--json', '-o', output, '--device', 'cpu']
  const { code, out } = await evalharness('gate', '--baseline', path.join(output, 'original'), '--policy', policy, ...data, '-m', `candidate=${model}`)
  expect({ code, rules: (JSON.parse(out) as { rules: object[] }).rules }).toMatchObject({
    code: 0,
    rules: [
      { task: 'piqa', itemCount: 70 },
      { task: 'wikitext', itemCount: 80 },
    ],
  })
})

test('an interrupted gate keeps what it knows, and the same options go on from it', { tags: ['slow'] }, async () => {
  const options = {
    baseline: path.join(results, 'original'),
    policy: { tasks: { piqa: { max_drop_points: 1 } } },
    model: [`candidate=${model}`],
    data: [`piqa=${rows}`],
    device: 'cpu',
    cache: temporaryFolder(),
    output: path.join(temporaryFolder(), 'out'),
  }
  const abort = new AbortController()
  const cut = await judgeModel({ ...options, signal: abort.signal, onEvent: (event) => event.kind === 'block-judged' && abort.abort() })
  expect(cut).toMatchObject({ exitCode: 130, judgement: { verdict: 'undecided' }, drawing: { isInterrupted: true, drawn: [{ items: { length: 64 } }] } })
  const own = path.join(options.output, 'candidate')
  const unfinished = path.join(
    own,
    readdirSync(own).find((name) => name.endsWith('.partial.json'))!,
  )
  expect(Object.keys(JSON.parse(readFileSync(unfinished, 'utf8')).items)).toHaveLength(64)
  const whole = await judgeModel({ ...options, output: temporaryFolder(), cache: false })
  const told: string[] = []
  const resumed = await judgeModel({ ...options, onEvent: (event) => event.kind === 'resumed' && told.push(`${event.itemCount} ${event.file}`) })
  expect(told).toEqual([`64 ${unfinished}`])
  expect(resumed.drawing!.resumedCount).toBe(64)
  expect([resumed.judgement, resumed.drawing!.drawn]).toEqual([whole.judgement, whole.drawing!.drawn])
  expect(readdirSync(own).every((name) => /^gate_.*Z\.json$/u.test(name))).toBe(true)
})

describe('input that is at fault is named before anything is scored', () => {
  test.each<[string, number, readonly string[], string]>([
    ['two candidates', 2, ['--candidate', 'results'], '--candidate and --model exclude each other'],
    [
      'other examples than the baseline’s',
      3,
      ['--data', `piqa=${writeRows(folder, 'other.jsonl', piqaRows(ITEMS).reverse())}`],
      'has another prompt in the baseline',
    ],
    ['a system instruction that the baseline has not', 3, ['--system-instruction', 'Be brief.'], 'piqa: system instruction none against'],
    ['a chat template of a model that has none', 2, ['--apply-chat-template'], 'chat template'],
    ['all items and not all', 2, ['--full', '--max-items', '10'], '--full and --max-items exclude each other'],
    ['texts that begin in another way', 3, ['--no-add-bos-token'], 'piqa: --add-bos-token as the tokenizer against off in candidate'],
  ])('%s: %i', async (_, code, more, message) => {
    const given = more[0] === '--data' ? more : ['--data', `piqa=${rows}`, ...more]
    const common = ['--baseline', path.join(results, 'original'), '--policy', policyFile('tasks: { piqa: { min_retention: 0.3 } }')]
    const output = path.join(temporaryFolder(), 'out')
    const ended = await evalharness('gate', ...common, '-m', `candidate=${model}`, '-o', output, ...given)
    expect(ended).toMatchObject({ code, err: expect.stringContaining(message) })
    expect(entriesOf(output)).toEqual([])
  })

  test('a baseline that scores 0, of which nothing can be retained: 3', async () => {
    const original = path.join(results, 'original')
    const samples = readdirSync(original).find((name) => name.startsWith('samples_piqa'))!
    const scored = readFileSync(path.join(original, samples), 'utf8').trimEnd().split('\n')
    const wrong = scored.map((line) => JSON.parse(line) as { doc_id: number; acc_norm: number }).find(({ acc_norm: score }) => score === 0)!
    const place = temporaryFolder()
    const own = ['--data', `piqa=${rows}`, '--device', 'cpu']
    await evalharness('run', '-m', `original=${model}`, '-t', 'piqa', '--samples', `{"piqa":[${wrong.doc_id}]}`, ...own, '-o', place)
    const policy = policyFile('tasks: { piqa: { min_retention: 0.9 } }')
    const output = path.join(place, 'out')
    const ended = await evalharness('gate', '--baseline', path.join(place, 'original'), '--policy', policy, '-m', `candidate=${model}`, ...own, '-o', output)
    expect(ended).toMatchObject({ code: 3, err: expect.stringContaining('piqa: the baseline scores 0, so nothing can be retained') })
    expect(entriesOf(output)).toEqual([])
  })

  test.each<[string, number, string, string]>([
    [
      'divergence of another vocabulary',
      2,
      'piqa: { max_mean_kl: 0.01 }',
      'max_mean_kl or min_top1_agreement: baseline and candidate have different vocabularies',
    ],
    ['a text that is read in windows', 2, 'wikitext2_gptq: { max_perplexity_ratio: 1.1 }', 'the items of wikitext2_gptq cannot be drawn'],
  ])('%s: %i', async (_, code, rule, message) => {
    expect(await gate(other, `tasks: { ${rule} }`)).toMatchObject({ code, err: expect.stringContaining(message) })
  })

  test.each<[string, (run: string) => void, number, string]>([
    ['is gone', (run) => editRecord(run, (record) => record.replaceAll(JSON.stringify(model), '"models/gone"')), 2, 'and there is no folder models/gone'],
    [
      'has other weights',
      (run) => editRecord(run, (record) => record.replace(/"weightsHash":\s*"[0-9a-f]+"/u, '"weightsHash": "00"')),
      3,
      'has other weights now',
    ],
  ])('the baseline’s model %s', { tags: ['slow'] }, async (_, edit, code, message) => {
    const run = path.join(temporaryFolder(), 'original')
    cpSync(path.join(results, 'original'), run, { recursive: true })
    edit(run)
    const common = ['--baseline', run, '--policy', policyFile('tasks: { piqa: { max_mean_kl: 0.01 } }'), '--data', `piqa=${rows}`, '--device', 'cpu']
    const ended = await evalharness('gate', ...common, '-m', `candidate=${model}`, '-o', path.join(temporaryFolder(), 'out'))
    expect(ended).toMatchObject({ code, err: expect.stringContaining(message) })
  })

  test('an unknown baseline has the nearest name and the list', async () => {
    const baselines = path.join(folder, 'baselines')
    await evalharness('gate', 'bless', path.join(results, 'original'), '--baselines', baselines)
    const ended = await evalharness(
      'gate',
      '--baseline',
      'orignal',
      '--baselines',
      baselines,
      '--candidate',
      results,
      '--policy',
      policyFile('tasks: { piqa: { min_retention: 1 } }'),
    )
    expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(/no baseline "orignal" in .*\n.*Did you mean original\? There are: original\./u) })
  })
})
