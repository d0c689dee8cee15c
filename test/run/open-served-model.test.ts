/** A served model as a user meets it: the program, over a server on the loopback. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { locateModel } from '../../src/run/locate-model.ts'
import { parseModel } from '../../src/run/parse-model.ts'
import { EngineError, ServerLostError, UsageError } from '../../src/errors.ts'
import { evaluateModel } from '../../src/run/evaluate-model.ts'
import { loadTask } from '../../src/run/load-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import {
  decodeText,
  startFaultServer,
  trueLogProb,
  encodeText,
  type AskedCompletion,
  type Behavior,
  type FaultServer,
} from '../engine/completions/fault-server.ts'
import { evalharness, start } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const tokenizer = tinyModel()
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(10))
const servers: FaultServer[] = []
afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) server.kill()
})

async function serve(behavior: Behavior = {}): Promise<FaultServer> {
  const server = await startFaultServer(behavior)
  servers.push(server)
  return server
}

/** Runs the program; comes back with what it said and wrote. */
async function run(model: string, env: Readonly<Record<string, string>> = {}, ...args: string[]) {
  const output = temporaryFolder()
  for (const [name, value] of Object.entries({ OPENAI_API_KEY: '', ...env })) vi.stubEnv(name, value)
  const ended = await evalharness('run', '-m', model, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', output, ...args)
  const files = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((name) => /\.jsonl?$/u.test(name))
  const texts = Object.fromEntries(files.map((name) => [path.basename(name).replace(/_\d{4}.*Z/u, '_TIME'), readFileSync(path.join(output, name), 'utf8')]))
  return { ...ended, texts, everything: JSON.stringify([ended, files, texts]) }
}

/** Whether a request asks about the row of PIQA with this number of ropes. */
const asksAbout =
  (ropes: number) =>
  ({ prompt }: AskedCompletion) =>
    prompt.some((tokens) => decodeText(tokens).includes(`cut ${ropes} ropes`))

test('a run is stored with the server’s name, software and address, without weights; responses are those of the server', { tags: ['slow'] }, async () => {
  const { url } = await serve()
  const { code, err, texts } = await run(`big=${url},name=hash,tokenizer=${tokenizer}`)
  expect({ code, err }).toMatchObject({ code: 0 })
  expect(Object.keys(texts).sort()).toEqual(['results_TIME.json', 'samples_piqa_TIME.jsonl'])
  expect(JSON.parse(texts['results_TIME.json']!)).toMatchObject({
    max_length: 510,
    evalharness: {
      is_complete: true,
      model: { label: 'big', source: url, architecture: null, parameterCount: null, weightsHash: null, maxLength: 510 },
      engine: { name: 'completions', provider: 'vllm', dtype: 'unknown', versions: { vllm: '0.0.1' }, served: { model: 'hash', endpoints: [url] } },
    },
  })
  const [sample] = texts['samples_piqa_TIME.jsonl']!.split('\n').map(
    (line) => line && (JSON.parse(line) as { filtered_resps: [string, string][]; arguments: Record<string, Record<string, string>> }),
  )
  if (!sample) throw new Error('no samples')
  const { arg_0: context, arg_1: continuation } = sample.arguments['gen_args_0']!
  const whole = encodeText(context! + continuation!)
  const expected = Array.from(continuation!, (_, index) => whole.length - continuation!.length + index).reduce(
    (sum, place) => sum + trueLogProb(whole.slice(0, place), whole[place]!),
    0,
  )
  expect(Number(sample.filtered_resps[0]![0])).toBeCloseTo(expected, 9)
})

test('a stored run of a served model can be compared with that of another', async () => {
  const [{ url: one }, { url: two }] = [await serve(), await serve({ shift: 0.5 })]
  const models = ['-m', `original=${one},tokenizer=${tokenizer}`, '-m', `other=${two},tokenizer=${tokenizer}`]
  const { code, out } = await evalharness('run', ...models, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', temporaryFolder())
  expect(code).toBe(0)
  expect(out).toMatch(/retention/u)
})

test('the key of the environment is sent, but is neither printed nor stored', async () => {
  const server = await serve({
    fault: (asked) => (asksAbout(3)(asked) ? { kind: 'status', status: 400, body: '{"message":"sk-hidden is at fault"}' } : undefined),
  })
  const { code, everything } = await run(`big=${server.url},tokenizer=${tokenizer}`, { OPENAI_API_KEY: 'sk-hidden' })
  expect(code).toBe(2)
  expect(new Set(server.asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer sk-hidden']))
  expect(everything).toContain('*** is at fault')
  expect(everything).not.toContain('sk-hidden')
})

test('an item that cannot be scored is reported by name, left out, and the run is incomplete', async () => {
  const { url } = await serve({
    fault: (asked) => (asksAbout(7)(asked) ? { kind: 'status', status: 400, body: '{"error":{"message":"too odd"}}' } : undefined),
  })
  const { code, err, texts } = await run(`big=${url},tokenizer=${tokenizer}`)
  expect(code).toBe(2)
  expect(err).toMatch(/big: item piqa 7 has no response: 127\.0\.0\.1:\d+ responded with 400 \(too odd\)/u)
  expect(err).toMatch(/big: 9 items, .* · incomplete; what was scored is in .*\.partial\.json/u)
  expect(err).toMatch(/evalharness: 1 item has no response: piqa 7\n/u)
  const ids = texts['samples_piqa_TIME.partial.jsonl']!.trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { doc_id: number }).doc_id)
  expect(ids).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9])
  expect(JSON.parse(texts['results_TIME.partial.json']!)).toMatchObject({ evalharness: { is_complete: false, failure: '1 item has no response: piqa 7' } })
})

test('--dry-run asks the server for its window only', async () => {
  const server = await serve()
  const { code, out } = await run(`big=${server.url},tokenizer=${tokenizer}`, {}, '--dry-run')
  expect({ code, asked: server.asked.length }).toEqual({ code: 0, asked: 0 })
  expect(out).toMatch(/big · piqa: 20 requests · tokens: [\d,]+ asked, [\d,]+ distinct, [\d,]+ planned in [34] batches/u)
})

test('Ctrl-C ends it at once, while a server says nothing', async () => {
  const { url } = await serve({ fault: (asked) => (asksAbout(1)(asked) ? { kind: 'silence' } : undefined) })
  const { child, ended } = start(['run', '-m', `big=${url},tokenizer=${tokenizer}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', temporaryFolder()])
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const startedAt = performance.now()
  child.kill('SIGINT')
  const { code, err } = await ended
  expect({ code, err }).toMatchObject({ code: 130 })
  expect(performance.now() - startedAt).toBeLessThan(2000)
})

test('an address with a password in it is refused without being shown, before anything is written', async () => {
  const { code, err, texts, everything } = await run(`a=http://127.0.0.1:1/v1,http://me:secret@host/v1,tokenizer=${tokenizer}`)
  expect({ code, texts }).toEqual({ code: 2, texts: {} })
  expect(err).toMatch(/an address with a user or password in it/u)
  expect(everything).not.toContain('secret')
})

describe('--model', () => {
  const locate = async (option: string) => locateModel(parseModel(option), () => {})

  test.each([
    ['http://me:secret@host:8000/v1,tokenizer=x', /an address with a user or password in it/u],
    ['a=http://host/v1?key=secret,tokenizer=x', /the address of host has something behind \? or #/u],
    ['a=http://host/v1,http://host/v1/,tokenizer=x', /http:\/\/host\/v1 is given twice/u],
    ['a=http://host/v1,there', /"there" is not an address/u],
    ['a=http://host/v1', /a: a served model needs its tokenizer/u],
    ['a=http://host/v1,tokenizer=x,quantize=nf4', /a: quantize is not for a served model/u],
    ['a=http://host/v1,tokenizer=x,timeout=0', /timeout=0 is not a whole number from 1 to 300/u],
    ['a=http://host/v1,tokenizer=x,concurrency=many', /concurrency=many is not a whole number from 1 to 1024/u],
  ])('%s is refused', async (option, message) => {
    const error: unknown = await locate(option).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as UsageError).message).toMatch(message)
    expect(JSON.stringify(error) + String(error)).not.toContain('secret')
  })

  test('addresses and settings are separated; lm-eval’s base_url is an address too', async () => {
    expect(await locate(`big=http://a:8000/v1/completions,https://b/v1/,name=org/model,tokenizer=${tokenizer},concurrency=4,timeout=60`)).toMatchObject({
      label: 'big',
      source: 'http://a:8000/v1,https://b/v1',
      folder: tokenizer,
      served: { urls: ['http://a:8000/v1', 'https://b/v1'], name: 'org/model', concurrency: 4, timeoutMs: 60_000 },
    })
  })

  test('a model that the user gives no label has the last part of its name, or its host', () => {
    expect(parseModel('http://a:8000/v1,name=org/model,tokenizer=x').label).toBe('model')
    expect(parseModel('http://a:8000/v1,tokenizer=x').label).toBe('a:8000')
  })
})

async function evaluateServed(behavior: Behavior) {
  const { url } = await serve(behavior)
  const loaded = await loadTask((await loadTasks()).get('piqa')!, { dataFiles: { piqa: rows } })
  const retryPolicy = { maxAttempts: 3, backoffMs: 2, maxBackoffMs: 5, maxHealthChecks: 2 }
  return evaluateModel({ label: 'big', source: url, folder: tokenizer, revision: null, served: { urls: [url], concurrency: 1, retryPolicy } }, [loaded], {})
}

test('results from before all servers failed are stored, and the record has the reason', async () => {
  let count = 0
  const record = await evaluateServed({ fault: () => (++count > 6 ? { kind: 'status', status: 500 } : undefined) })
  expect(record.isComplete).toBe(false)
  expect(record.failure!.message).toMatch(/^no healthy server is left: /u)
  const { items } = record.tasks[0]!
  expect(items.length).toBeGreaterThan(0)
  expect(items.length).toBeLessThan(10)
})

test('a run of which nothing could be scored fails', async () => {
  let count = 0
  await expect(evaluateServed({ fault: () => (++count > 4 ? { kind: 'status', status: 500 } : undefined) })).rejects.toBeInstanceOf(ServerLostError)
  await expect(
    evaluateServed({ fault: ({ prompt }) => (decodeText(prompt[0]!).startsWith('Question') ? { kind: 'status', status: 400 } : undefined) }),
  ).rejects.toBeInstanceOf(EngineError)
})
