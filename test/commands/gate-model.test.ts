/** The gate that scores the candidate itself: from the command line to its reports. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { judgeModel } from '../../src/gate/sequential/judge-model.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

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

function gate(candidate: string, policy: string, ...more: readonly string[]) {
  return gateOn('piqa', rows, candidate, policy, ...more)
}

function gateOn(task: string, file: string, candidate: string, policy: string, ...more: readonly string[]) {
  const common = ['--baseline', path.join(results, 'original'), '--policy', policyFile(policy), '--data', `${task}=${file}`, '--device', 'cpu']
  return evalharness('gate', ...common, '-m', `candidate=${candidate}`, '-o', path.join(temporaryFolder(), 'out'), ...more)
}

test('0: it stops as soon as the rule is decided; the same seed draws the same items', async () => {
  const policy = 'tasks: { piqa: { min_retention: 0.3 } }'
  const first = await gate(model, policy, '--json')
  expect(first).toMatchObject({ code: 0 })
  const { rules, drawing, notes } = JSON.parse(first.out)
  expect(rules).toMatchObject([{ verdict: 'passed', splitCount: ITEMS, reason: null }])
  expect(rules[0].decidedAfter).toBeLessThan(ITEMS)
  expect(drawing.drawn[0].items.length).toBeLessThan(ITEMS)
  expect(notes[0]).toBe('verdicts are about the scores on all of the baseline’s items, drawn in a random order (seed 0)')
  expect(first.err).toMatch(/piqa, retention ≥ 30\.0 %: passed, 100\.0 %, bounds .* decided after \d+ of 150 items/u)
  const second = JSON.parse((await gate(model, policy, '--json')).out)
  expect([second.rules, second.drawing.drawn, second.drawing.bounds]).toEqual([rules, drawing.drawn, drawing.bounds])
  const otherSeed = JSON.parse((await gate(model, policy, '--json', '--seed', '1')).out)
  expect(otherSeed.drawing.drawn[0].items).not.toEqual(drawing.drawn[0].items)
})

test('1 and 3: all items give the exact verdict; too few are undecided, with what would decide', { tags: ['slow'] }, async () => {
  const impossible = await gate(other, 'tasks: { piqa: { min_retention: 200% } }', '--full', '--json')
  expect(impossible).toMatchObject({ code: 1 })
  expect(JSON.parse(impossible.out).rules).toMatchObject([{ verdict: 'regressed', itemCount: ITEMS }])
  const few = await gate(model, 'tasks: { piqa: { max_drop_points: 1 } }', '--max-items', '20')
  expect(few).toMatchObject({ code: 3, out: expect.stringMatching(/piqa, loss ≤ 1\.0 points: about \d+ more items would decide/u) })
})

test('whole texts are drawn too, with a note that their bounds are approximate', { tags: ['slow'] }, async () => {
  const same = await gateOn('wikitext', articles, model, 'tasks: { wikitext: { max_perplexity_ratio: 1.1 } }', '--max-length', '32', '--json')
  expect(same, same.err).toMatchObject({ code: 0 })
  const { rules, notes } = JSON.parse(same.out)
  expect(rules).toMatchObject([{ metric: 'word_perplexity', verdict: 'passed', splitCount: 80, decidedAfter: expect.any(Number) }])
  expect(rules[0].decidedAfter).toBeLessThan(80)
  expect(notes.join('\n')).toContain('of perplexities this is approximate')
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

test('an interrupted gate keeps what it knows, and the same options go on from the cache', { tags: ['slow'] }, async () => {
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
  expect(cut).toMatchObject({ judgement: { verdict: 'undecided' }, drawing: { isInterrupted: true, drawn: [{ items: { length: 64 } }] } })
  const resumed = await judgeModel(options)
  const whole = await judgeModel({ ...options, cache: false })
  expect(resumed.drawing!.cachedCount).toBe(128)
  expect([resumed.judgement, resumed.drawing!.drawn]).toEqual([whole.judgement, whole.drawing!.drawn])
  expect(readdirSync(path.join(options.output, 'candidate')).every((name) => /^gate_.*\.json$/u.test(name))).toBe(true)
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
    ['texts that begin in another way', 3, ['--no-add-bos-token'], 'piqa: --add-bos-token as the tokenizer against off in candidate'],
  ])('%s: %i', async (_, code, more, message) => {
    const given = more[0] === '--data' ? more : ['--data', `piqa=${rows}`, ...more]
    const common = ['--baseline', path.join(results, 'original'), '--policy', policyFile('tasks: { piqa: { min_retention: 0.3 } }')]
    const ended = await evalharness('gate', ...common, '-m', `candidate=${model}`, '-o', path.join(temporaryFolder(), 'out'), ...given)
    expect(ended).toMatchObject({ code, err: expect.stringContaining(message) })
  })

  test.each<[string, number, string, string]>([
    ['divergence', 2, 'piqa: { max_mean_kl: 0.01 }', 'max_mean_kl needs both models’ distributions'],
    ['agreement', 2, 'piqa: { min_top1_agreement: 90% }', 'min_top1_agreement needs both models’ distributions'],
    ['a text that is read in windows', 2, 'wikitext2_gptq: { max_perplexity_ratio: 1.1 }', 'the items of wikitext2_gptq cannot be drawn'],
  ])('%s: %i', async (_, code, rule, message) => {
    expect(await gate(model, `tasks: { ${rule} }`)).toMatchObject({ code, err: expect.stringContaining(message) })
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
