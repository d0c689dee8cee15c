/** Servers that must be refused, each with its error. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { completionsEngine, connect } from '../../../src/engine/completions/completions-engine.ts'
import { EngineError, UsageError } from '../../../src/errors.ts'
import { encodeText, startFaultServer, type AskedCompletion, type Behavior, type CompletionBody, type FaultKind } from './fault-server.ts'

afterEach(() => vi.unstubAllEnvs())

async function open(...behaviors: Behavior[]) {
  const servers = await Promise.all(behaviors.map((behavior) => startFaultServer(behavior)))
  try {
    const connection = await connect({ urls: servers.map(({ url }) => url), timeoutMs: 1000 })
    await using engine = await completionsEngine(connection, { encode: encodeText })
    return { info: engine.info, asked: servers.flatMap(({ asked }) => asked) }
  } finally {
    for (const server of servers) server.kill()
  }
}

const altered =
  (alter: (body: CompletionBody, asked: AskedCompletion) => unknown): NonNullable<Behavior['fault']> =>
  (asked) => ({ kind: 'altered', alter: (body) => alter(body, asked) })
const always =
  (fault: FaultKind): NonNullable<Behavior['fault']> =>
  () =>
    fault

/** Changes every log-probability of tokens that were sent, in either form; `place` counts from the first that has one. */
function mapLogProbs(body: CompletionBody, change: (value: number, place: number, values: readonly number[]) => number): CompletionBody {
  return {
    ...body,
    choices: body.choices.map((choice) => {
      const values = (
        choice.logprobs?.token_logprobs ??
        choice.prompt_logprobs?.map((entry) => (entry ? Object.values(entry).find(({ decoded_token: text }) => text !== '')!.logprob : null)) ??
        []
      ).filter((value) => value !== null)
      let place = 0
      const next = () => change(values[place]!, place++, values)
      return {
        ...choice,
        ...(choice.logprobs && {
          logprobs: { ...choice.logprobs, token_logprobs: choice.logprobs.token_logprobs.map((value) => (value === null ? null : next())) },
        }),
        ...(choice.prompt_logprobs && {
          prompt_logprobs: choice.prompt_logprobs.map((entry) => {
            if (!entry) return null
            const logprob = next()
            return Object.fromEntries(Object.entries(entry).map(([id, value]) => [id, value.decoded_token === '' ? value : { ...value, logprob }]))
          }),
        }),
      }
    }),
  }
}

describe.each(['vllm', 'other'] as const)('of a server that calls itself %s', (software) => {
  test.each<[string, Behavior, RegExp]>([
    [
      'ignores echo',
      {
        fault: altered((body) => ({
          ...body,
          choices: body.choices.map(({ index }) => ({ index, text: '!', logprobs: { tokens: ['!'], token_logprobs: [-1], top_logprobs: [{ '!': -1 }] } })),
        })),
      },
      /it ignores echo: log-probabilities of 1 generated token and none of the \d+ sent/u,
    ],
    [
      'gives no log-probabilities',
      { fault: altered((body) => ({ ...body, choices: body.choices.map(({ index, text }) => ({ index, text, logprobs: null })) })) },
      /it gives no log-probabilities/u,
    ],
    ['gives 0 for everything', { fault: altered((body) => mapLogProbs(body, () => 0)) }, /every log-probability is 0, so every choice would score the same/u],
    ['gives one value for everything', { fault: altered((body) => mapLogProbs(body, () => -2)) }, /every log-probability is -2/u],
    ['is sure of everything', { fault: altered((body) => mapLogProbs(body, (value) => value / 100)) }, /no model is as sure of this text/u],
    ['is off by one', { fault: altered((body) => mapLogProbs(body, (_, place, values) => values[place + 1] ?? -1)) }, /not aligned to the tokens sent/u],
    [
      'samples its log-probabilities',
      {
        fault: (() => {
          let count = 0
          return altered((body) => {
            const shift = count++
            return mapLogProbs(body, (value) => value - shift)
          })
        })(),
      },
      /the same text gets other log-probabilities when it is asked again, by up to \d\.\d{3} nats for a token/u,
    ],
    [
      'puts a BOS before what it is sent',
      { fault: altered((body) => ({ ...body, usage: { prompt_tokens: body.usage.prompt_tokens + 1 } })) },
      /tokens were sent and it read \d+: it adds tokens of its own, such as a second BOS/u,
    ],
    [
      'has another tokenizer',
      { spell: (tokens) => tokens.map((id) => `w${id} `).join('') },
      /it reads the ids of "The river runs.*" as ".*": it has another tokenizer/u,
    ],
    ['responds with NaN', { fault: always({ kind: 'NaN' }) }, /the response holds NaN, which is not JSON/u],
    [
      'takes text only',
      { fault: always({ kind: 'status', status: 422, body: '{"detail":"Input should be a valid string"}' }) },
      /it refuses a prompt of token ids .*422 \(Input should be a valid string\)/u,
    ],
    ['does not respond', { fault: always({ kind: 'silence' }) }, /no response within 1 s/u],
    ['fails', { fault: always({ kind: 'status', status: 500, body: 'CUDA error' }) }, /responded with 500 \(CUDA error\)/u],
    ['wants a key', { fault: always({ kind: 'status', status: 401 }) }, /responded with 401/u],
    [
      'redirects',
      { fault: always({ kind: 'status', status: 307, headers: { location: 'https://other.example/v1?key=secret' } }) },
      /it redirects \(https:\/\/other\.example\/v1\)/u,
    ],
  ])('one that %s is refused', async (_, behavior, symptom) => {
    const opened = open({ software, ...behavior })
    await expect(opened).rejects.toThrow(symptom)
    await expect(opened).rejects.toBeInstanceOf(EngineError)
  })
})

test('one that echoes a token too many is refused', async () => {
  const fault = altered((body) => ({
    ...body,
    usage: undefined,
    choices: body.choices.map(({ logprobs, ...choice }) => ({
      ...choice,
      logprobs: {
        tokens: ['<s>', ...logprobs!.tokens],
        token_logprobs: [null, -1, ...logprobs!.token_logprobs.slice(1)],
        top_logprobs: [null, ...logprobs!.top_logprobs],
      },
    })),
  }))
  await expect(open({ software: 'other', fault })).rejects.toThrow(/tokens were sent and \d+ are echoed: it adds one of its own/u)
})

test('a server that does not return the best tokens is refused, because is_greedy would be unknown', async () => {
  const fault = altered((body) => ({ ...body, choices: body.choices.map((choice) => ({ ...choice, logprobs: { ...choice.logprobs!, top_logprobs: null } })) }))
  await expect(open({ software: 'other', fault })).rejects.toThrow(/has no top_logprobs/u)
})

test('two servers with different responses are refused', async () => {
  await expect(open({}, { shift: 1 })).rejects.toThrow(/return different log-probabilities for the same text, by up to 1\.000 nats for a token/u)
})

test('two that serve different models are refused', async () => {
  await expect(open({ models: ['a'] }, { models: ['b'] })).rejects.toThrow(/serves a, 127\.0\.0\.1:\d+ b/u)
})

test('a model must be named if there are several, and be one of them', async () => {
  await using server = await startFaultServer({ models: ['a', 'b'] })
  await expect(connect({ urls: [server.url] })).rejects.toThrow(UsageError)
  await expect(connect({ urls: [server.url], name: 'c' })).rejects.toThrow(/does not serve c/u)
  expect((await connect({ urls: [server.url], name: 'b' })).model).toMatchObject({ name: 'b', contextLength: 512, software: 'vllm', version: '0.0.1' })
})

test('a server that is not there is named with the reason', async () => {
  const server = await startFaultServer()
  server.kill()
  await expect(connect({ urls: [server.url] })).rejects.toThrow(/127\.0\.0\.1:\d+: .*ECONNREFUSED/u)
})

test('the window is the shortest context of the servers minus two tokens', async () => {
  await using long = await startFaultServer({ contextLength: 4096 })
  await using short = await startFaultServer({ contextLength: 2048 })
  await using silent = await startFaultServer({ contextLength: null })
  expect((await connect({ urls: [long.url, short.url] })).maxLength).toBe(2046)
  expect((await connect({ urls: [long.url, silent.url] })).maxLength).toBeNull()
})

test('the key of OPENAI_API_KEY goes along, and into no message', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-hidden')
  const { asked, info } = await open({})
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer sk-hidden']))
  expect(JSON.stringify(info)).not.toContain('hidden')
  const refused = open({ fault: always({ kind: 'status', status: 401, body: '{"error":{"message":"Incorrect API key provided: sk-hidden."}}' }) })
  await expect(refused).rejects.toThrow(/responded with 401 \(Incorrect API key provided: \*\*\*\.\)/u)
})

test.each([
  ['escaped in JSON', String.raw`{"error":{"message":"no such key: sk-\/hidden"}}`],
  ['where the message is cut', JSON.stringify({ detail: `${'x'.repeat(190)} sk-/hidden` })],
  ['in a page', '<p>sk-/hidden</p>'],
])('nor when the server says it %s', async (_, body) => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-/hidden')
  const error: unknown = await open({ fault: always({ kind: 'status', status: 401, body }) }).catch((reason: unknown) => reason)
  expect(String(error)).toMatch(/responded with 401/u)
  expect(String(error)).not.toContain('sk-')
})

test('a key that cannot be sent is refused without being shown', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-hidden\u2026')
  await expect(open({})).rejects.toThrow(/^OPENAI_API_KEY holds characters that cannot be sent$/u)
})
