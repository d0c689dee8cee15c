/** Prompts that are longer than the window, from the tokens to the record and what is printed. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { fakeEngine } from '../fake-engine.ts'
import { RequestError } from '../../src/errors.ts'
import { evaluateModel } from '../../src/run/evaluate-model.ts'
import type { EvaluationEvent } from '../../src/run/run-events.ts'
import type { EvaluateOptions } from '../../src/run/evaluate-options.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { toResultsFile } from '../../src/store/to-results-file.ts'
import { writeRun } from '../../src/store/write-run.ts'
import { loadTask } from '../../src/run/load-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { startFaultServer } from '../engine/completions/fault-server.ts'
import { start } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { tinyModel, writeRows } from '../tiny-model.ts'

const folder = tinyModel()
const model = { label: 'tiny', source: folder, folder, revision: null }
/** With a token a character, the first and the third have prompts of 26 and 36 tokens; the continuations have 3 and 4. */
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', [
  { goal: '0123456', sol1: 'ab', sol2: 'abc', label: 0 },
  { goal: '0', sol1: 'ab', sol2: 'abc', label: 0 },
  { goal: '0123456789abcdefg', sol1: 'ab', sol2: 'abc', label: 1 },
])
/** `Question: 0123456\nAnswer:` has 25 tokens, with ` ab` 28: one more than an input of 26 and the last target. */
const MAX_LENGTH = 26
const CUT = { requestCount: 4, itemCount: 2, mostTokensLost: 12 }

async function run(options: EvaluateOptions = {}, onNotice: (notice: string) => void = () => {}) {
  const loaded = await loadTask((await loadTasks()).get('piqa')!, { dataFiles: { piqa: rows } })
  const onEvent = (event: EvaluationEvent) => event.kind === 'notice' && onNotice(event.message)
  return evaluateModel(model, [loaded], { maxLength: MAX_LENGTH, openEngine: async () => fakeEngine(), onEvent, ...options })
}

test('the record counts requests and items, and a task is warned about once', async () => {
  const notices: string[] = []
  const record = await run({}, (notice) => void notices.push(notice))
  expect(record.tasks[0]!.truncation).toEqual(CUT)
  expect(notices).toEqual([
    'warning: piqa: 2 of 3 items have prompts longer than the window of 26 tokens: 4 requests lose up to 12 tokens at the beginning, as in lm-eval; use a longer window (--max-length) if the model has one',
  ])
})

test.each([
  [
    'winogrande',
    { sentence: '0123456789abcdefghijklmno _ is old', option1: 'it', option2: 'she', answer: '1' },
    { requestCount: 2, itemCount: 1, mostTokensLost: 9 },
  ],
  ['lambada_openai', { text: '0123456789abcdefghijklmnopq end' }, { requestCount: 1, itemCount: 1, mostTokensLost: 4 }],
])('contexts and single continuations are counted alike: %s', async (name, row, expected) => {
  const notices: string[] = []
  const task = (await loadTasks()).get(name)!
  const loaded = await loadTask(task, { dataFiles: { [name]: writeRows(temporaryFolder(), 'rows.jsonl', [row]) } })
  const onEvent = (event: EvaluationEvent) => event.kind === 'notice' && notices.push(event.message)
  const record = await evaluateModel(model, [loaded], { maxLength: MAX_LENGTH, openEngine: async () => fakeEngine(), onEvent })
  expect(record.tasks[0]!.truncation).toEqual(expected)
  expect(notices.join()).toContain(`warning: ${name}: 1 of 1 item has prompts longer than the window of 26 tokens`)
})

test('if all prompts fit, there is no warning and the record has zeros', async () => {
  const notices: string[] = []
  const record = await run({ maxLength: 128 }, (notice) => void notices.push(notice))
  expect(record.tasks[0]!.truncation).toEqual({ requestCount: 0, itemCount: 0, mostTokensLost: 0 })
  expect(notices).toEqual([])
})

test('cached responses count like computed ones', async () => {
  const cache = temporaryFolder()
  const [first, second] = [await run({ cache }), await run({ cache })]
  expect(second.work.cachedCount).toBe(6)
  expect(second.tasks).toEqual(first.tasks)
  expect(second.tasks[0]!.truncation).toEqual(CUT)
})

test('models that share their tokens are each warned about', async () => {
  const notices: string[] = []
  const encodings = new Map()
  for (const _ of ['first', 'second']) await run({ encodings }, (notice) => void notices.push(notice))
  expect(notices).toHaveLength(2)
})

test('an interrupted run counts the items that it scored', async () => {
  const controller = new AbortController()
  const loaded = await loadTask((await loadTasks()).get('piqa')!, { dataFiles: { piqa: rows } })
  const onEvent = (event: EvaluationEvent) => event.kind === 'batch-scored' && event.doneShare >= 0.3 && controller.abort()
  const openEngine = async () => fakeEngine({ batchTokens: 30 })
  const record = await evaluateModel(model, [loaded], { maxLength: MAX_LENGTH, openEngine, signal: controller.signal, onEvent })
  const { items, truncation } = record.tasks[0]!
  expect(items.length).toBeLessThan(3)
  expect(truncation.itemCount).toBe(items.filter(({ item }) => item.docId !== 1).length)
})

test('it is stored beside what lm-eval reads and read back; a record without it still reads', async () => {
  const output = temporaryFolder()
  const record = await run({ rollingBos: 'once' })
  expect(toResultsFile(record)).toMatchObject({ evalharness: { truncation: { piqa: CUT }, settings: { rollingBos: 'once' } } })
  const { resultsFile } = await writeRun(output, record)
  expect(await readStoredRun(resultsFile)).toMatchObject({ rollingBos: 'once', tasks: [{ name: 'piqa', truncation: CUT }] })
})

test('a choice longer than the window is refused with its row and number', async () => {
  await expect(run({ maxLength: 3 })).rejects.toMatchObject({
    message: 'piqa, row 1, choice 2 of 2: the continuation " abc" has 4 tokens, the window 3',
  })
  await expect(run({ maxLength: 3 })).rejects.toBeInstanceOf(RequestError)
})

test('a tokenizer that puts a token behind each text is warned about', async () => {
  const notices: string[] = []
  await run({ maxLength: 128 }, (notice) => void notices.push(notice))
  expect(notices).toEqual([])
  const file = path.join(folder, 'tokenizer.json')
  const before = readFileSync(file, 'utf8')
  onTestFinished(() => writeFileSync(file, before))
  const single = [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }]
  const specialTokens = Object.fromEntries(['<s>', '</s>'].map((id, index) => [id, { id, ids: [index + 1], tokens: [id] }]))
  const template = { type: 'TemplateProcessing', single, pair: [...single, { Sequence: { id: 'B', type_id: 1 } }], special_tokens: specialTokens }
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(before) as object), post_processor: template }))
  await run({ maxLength: 128 }, (notice) => void notices.push(notice))
  expect(notices).toEqual([expect.stringMatching(/^warning: the tokenizer appends the token 2 to each text; as in lm-eval/u)])
})

const server = await startFaultServer({})
afterAll(() => server.kill())

test('a served model is sent the cut prompts, and they are counted', async () => {
  const loaded = await loadTask((await loadTasks()).get('piqa')!, { dataFiles: { piqa: rows } })
  const served = { label: 'big', source: server.url, folder, revision: null, served: { urls: [server.url] } }
  const record = await evaluateModel(served, [loaded], { maxLength: MAX_LENGTH })
  expect(record.tasks[0]!.truncation).toEqual(CUT)
  const lengths = server.asked.flatMap(({ body }) => body.prompt.map((tokens) => tokens.length))
  expect(Math.max(...lengths.slice(-6))).toBe(MAX_LENGTH + 1)
})

/** What the program printed. */
const program = (...args: string[]) =>
  start(['run', '-m', `tiny=${folder}`, '-t', 'piqa', '--data', `piqa=${rows}`, '--max-length', String(MAX_LENGTH), ...args]).ended

test('--dry-run says how much would be cut, in its JSON too', { tags: ['slow'] }, async () => {
  const [plain, json] = await Promise.all([program('--dry-run'), program('--dry-run', '--json')])
  expect(plain.out).toMatch(/tiny · piqa: 6 requests .* · cut to the window: 4 requests of 2 items, by up to 12 tokens\ntokens: asked = /u)
  expect(plain.err).toMatch(/^tiny: warning: piqa: 2 of 3 items have prompts longer than the window of 26 tokens/u)
  expect(JSON.parse(json.out)).toMatchObject({ plans: [{ task: 'piqa', truncation: CUT }] })
})

test('a run warns once on standard error and says it below the table', { tags: ['slow'] }, async () => {
  const output = temporaryFolder()
  const { code, out, err } = await program('-o', output)
  expect(code).toBe(0)
  expect(err.match(/warning/gu)).toHaveLength(1)
  expect(out).toMatch(/\ntiny · piqa: 2 of 3 items have prompts longer than the window of 26 tokens and were cut, by up to 12 tokens\n$/u)
  const [results] = readdirSync(path.join(output, 'tiny')).filter((name) => name.startsWith('results'))
  expect(JSON.parse(readFileSync(path.join(output, 'tiny', results!), 'utf8'))).toMatchObject({ evalharness: { truncation: { piqa: CUT } } })
})
