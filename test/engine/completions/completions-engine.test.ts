import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { completionsEngine, connect, type CompletionsOptions, type ServedSource } from '../../../src/engine/completions/completions-engine.ts'
import type { FailedSequence } from '../../../src/engine/engine.ts'
import { ServerLostError } from '../../../src/errors.ts'
import type { Sequence, SequenceScore } from '../../../src/plan/sequence.ts'
import { decodeText, encodeText, startFaultServer, trueLogProb, type AskedCompletion, type Behavior, type FaultKind } from './fault-server.ts'

/** Short enough for tests. */
const RETRY_POLICY = { maxAttempts: 4, backoffMs: 2, maxBackoffMs: 10, failuresBeforeCheck: 4, maxHealthChecks: 3 }

/** Twenty contexts, each with a short and a long continuation. */
const SEQUENCES: readonly Sequence[] = Array.from({ length: 20 }, (_, item) => item).flatMap((item) =>
  [' yes', '!'].map((continuation): Sequence => {
    const context = encodeText(`about ${'abcdefghij'[item % 10]} and ${item}:`)
    const targets = encodeText(continuation)
    return { input: Int32Array.from([...context, ...targets].slice(0, -1)), targets: Int32Array.from(targets) }
  }),
)

/** The scores of an engine with the fault server's model. */
function truth({ input, targets }: Sequence, shift = 0): number {
  const tokens = [...input, targets.at(-1)!]
  return Array.from(targets, (token, index) => trueLogProb(tokens.slice(0, tokens.length - targets.length + index), token, shift)).reduce(
    (sum, value) => sum + value,
    0,
  )
}

async function scoreAll(source: ServedSource, options: Partial<CompletionsOptions> = {}, sequences = SEQUENCES) {
  const notices: string[] = []
  const scores: SequenceScore[] = []
  const failed: FailedSequence[] = []
  const connection = await connect({ concurrency: 4, timeoutMs: 1000, retryPolicy: RETRY_POLICY, ...source })
  await using engine = await completionsEngine(connection, {
    encode: encodeText,
    onNotice: (notice) => notices.push(notice),
    promptsPerRequest: 3,
    ...options,
  })
  for await (const batch of engine.score(sequences)) {
    scores.push(...batch.scores)
    failed.push(...(batch.failed ?? []))
  }
  return { scores: scores.sort((a, b) => a.sequence - b.sequence), failed, notices, info: engine.info }
}

/** Every sequence once, and right. */
function expectTruth(scores: readonly SequenceScore[]): void {
  expect(scores.map(({ sequence }) => sequence)).toEqual(SEQUENCES.map((_, index) => index))
  for (const { sequence, logProb } of scores) expect(logProb).toBeCloseTo(truth(SEQUENCES[sequence]!), 9)
}

const isProbe = (prompt: readonly (readonly number[])[]) => prompt.some((tokens) => decodeText(tokens.slice(0, 9)) === 'The river')
/** A fault for requests that are not the probe's. */
const afterProbe = (fault: (count: number) => FaultKind | undefined): NonNullable<Behavior['fault']> => {
  let count = 0
  return ({ prompt }) => (isProbe(prompt) ? undefined : fault(count++))
}

describe.each(['vllm', 'other'] as const)('a server that calls itself %s', { tags: ['slow'] }, (software) => {
  test('gives each sequence the sum of its own tokens’ log-probabilities', async () => {
    await using server = await startFaultServer({ software })
    const { scores, failed } = await scoreAll({ urls: [server.url] })
    expectTruth(scores)
    expect(failed).toEqual([])
  })

  test('is_greedy is true if every target is the best token at its position', async () => {
    await using server = await startFaultServer({ software })
    const input = Int32Array.from(encodeText('ab'))
    const sequences = [
      { input, targets: Int32Array.from(encodeText('b')) },
      { input: Int32Array.from(encodeText('abc')), targets: Int32Array.from(encodeText('xy')) },
    ]
    const { scores } = await scoreAll({ urls: [server.url] }, {}, sequences)
    const best = trueLogProb(encodeText('ab'), encodeText('!')[0]!)
    const expected = software === 'vllm' ? trueLogProb(encodeText('ab'), encodeText('b')[0]!) >= best : false
    expect(scores.map(({ isGreedy }) => isGreedy)).toEqual([expected, false])
  })

  test.each<[string, FaultKind]>([
    ['500', { kind: 'status', status: 500 }],
    ['502 with a page', { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' }],
    ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
    ['a reset connection', { kind: 'reset' }],
    ['a response cut short', { kind: 'cut' }],
    ['NaN', { kind: 'NaN' }],
    ['text', { kind: 'text', text: 'hello' }],
    ['nothing at all', { kind: 'text', text: '' }],
    ['no response in time', { kind: 'silence' }],
    ['one choice too few', { kind: 'altered', alter: (body) => ({ ...body, choices: body.choices.slice(1) }) }],
    ['one choice twice', { kind: 'altered', alter: (body) => ({ ...body, choices: [body.choices[0], ...body.choices] }) }],
    ['a list that is one short', { kind: 'altered', alter: shortenLists }],
    ['a log-probability above 0', { kind: 'altered', alter: (body) => JSON.parse(JSON.stringify(body).replaceAll(/-(\d+\.\d+)/gu, '$1')) as unknown }],
    ['null in the place of a number', { kind: 'altered', alter: (body) => JSON.parse(JSON.stringify(body).replaceAll(/-(\d+\.\d+)/gu, 'null')) as unknown }],
  ])('every third response is %s: every sequence is scored once', async (_, fault) => {
    await using server = await startFaultServer({ software, fault: afterProbe((count) => (count % 3 === 1 ? fault : undefined)) })
    const { scores, failed } = await scoreAll({ urls: [server.url] })
    expect(failed).toEqual([])
    expectTruth(scores)
  })
})

function shortenLists(body: { readonly choices: readonly unknown[] }): unknown {
  const text = JSON.stringify(body, (_, value: unknown) => (Array.isArray(value) && value.length > 3 ? value.slice(0, -2) : value))
  const altered = JSON.parse(text) as { choices: { logprobs?: { top_logprobs: unknown[] } }[] }
  // Responses about the next token have one entry.
  for (const { logprobs } of altered.choices) if (logprobs?.top_logprobs.length === 1) logprobs.top_logprobs = []
  return altered
}

describe('work', () => {
  test('one-token choices after one context are one prompt, scored by token id', async () => {
    await using server = await startFaultServer()
    const input = Int32Array.from(encodeText('Answer:'))
    const sequences = ['A', 'B', 'C', 'D'].map((letter) => ({ input, targets: Int32Array.from(encodeText(letter)) }))
    const { scores } = await scoreAll({ urls: [server.url] }, {}, sequences)
    expect(scores.map(({ logProb }) => logProb)).toEqual(sequences.map((sequence) => truth(sequence)))
    const bodies = server.asked.map(({ body }) => body).filter(({ prompt }) => !isProbe(prompt))
    expect(bodies).toMatchObject([{ prompt: [[...input]], logprob_token_ids: encodeText('ABCD'), logprobs: 4 }])
  })

  test('a server without logprob_token_ids gets whole texts', async () => {
    await using server = await startFaultServer({
      fault: ({ logprob_token_ids: ids }) =>
        ids ? { kind: 'altered', alter: (body) => ({ ...body, choices: body.choices.map((choice) => ({ ...choice, logprobs: null })) }) } : undefined,
    })
    const { scores } = await scoreAll({ urls: [server.url] })
    expectTruth(scores)
  })

  test('no more requests are in flight than concurrency says, and that many are', async () => {
    await using server = await startFaultServer({ delayMs: 5 })
    await scoreAll({ urls: [server.url], concurrency: 3 }, { promptsPerRequest: 1 })
    expect(server.mostAtOnce()).toBe(3)
  })

  test('two servers share the work', async () => {
    await using one = await startFaultServer({ delayMs: 3 })
    await using two = await startFaultServer({ delayMs: 3 })
    const { scores, info } = await scoreAll({ urls: [one.url, two.url] })
    expectTruth(scores)
    expect(Math.min(one.asked.length, two.asked.length)).toBeGreaterThan(8)
    expect(info).toEqual({
      name: 'completions',
      provider: 'vllm',
      dtype: 'unknown',
      versions: { vllm: '0.0.1' },
      served: { model: 'hash', endpoints: [one.url, two.url] },
    })
  })

  test('a server that dies in the middle is left out, and its work goes to the other: nothing lost, nothing twice', async () => {
    await using one = await startFaultServer({ delayMs: 2 })
    const dying: Awaited<ReturnType<typeof startFaultServer>> = await startFaultServer({
      delayMs: 2,
      fault: afterProbe((count) => {
        if (count === 3) setImmediate(() => dying.kill())
        return undefined
      }),
    })
    await using _ = dying
    const { scores, failed, notices } = await scoreAll({ urls: [one.url, dying.url] })
    expect(failed).toEqual([])
    expectTruth(scores)
    expect(notices.filter((notice) => !/is not used any more/u.test(notice))).toEqual([])
  })

  test('a server that responds too late is dropped', async () => {
    await using one = await startFaultServer()
    let isSilent = false
    const fault = ({ prompt }: AskedCompletion): FaultKind | undefined => {
      isSilent ||= !isProbe(prompt)
      return isSilent ? { kind: 'silence' } : undefined
    }
    await using late = await startFaultServer({ fault })
    expectTruth((await scoreAll({ urls: [one.url, late.url], timeoutMs: 400 })).scores)
  })

  test('one request that always fails is reported with its reason, and the rest goes on', async () => {
    const [poison] = SEQUENCES
    const isPoison = (prompt: readonly (readonly number[])[]) => prompt.some((tokens) => tokens.join().startsWith(poison!.input.subarray(0, 12).join()))
    await using server = await startFaultServer({
      fault: ({ prompt }) => (isPoison(prompt) ? { kind: 'status', status: 500, body: '{"error":{"message":"illegal memory access"}}' } : undefined),
    })
    const { scores, failed } = await scoreAll({ urls: [server.url] })
    const lost = failed.map(({ sequence }) => sequence).sort((a, b) => a - b)
    expect(lost).toContain(0)
    expect(lost.every((sequence) => isPoison([[...SEQUENCES[sequence]!.input]]))).toBe(true)
    expect(failed[0]!.reason).toMatch(/127\.0\.0\.1:\d+ responded with 500 \(illegal memory access\)/u)
    expect([...lost, ...scores.map(({ sequence }) => sequence)].sort((a, b) => a - b)).toEqual(SEQUENCES.map((_, index) => index))
  })

  test('a request that the server refuses is not tried again', async () => {
    await using server = await startFaultServer({
      fault: ({ prompt }) => (!isProbe(prompt) && prompt.length === 1 ? { kind: 'status', status: 400 } : undefined),
    })
    const { failed } = await scoreAll({ urls: [server.url] }, { promptsPerRequest: 1 }, SEQUENCES.slice(0, 5))
    expect(failed).toHaveLength(5)
    expect(server.asked.filter(({ body }) => !isProbe(body.prompt))).toHaveLength(5)
  })

  test('when no healthy server is left the run fails with the last reason', async () => {
    const server: Awaited<ReturnType<typeof startFaultServer>> = await startFaultServer({
      fault: afterProbe((count) => {
        if (count === 4) server.kill()
        return undefined
      }),
    })
    await using _ = server
    const failed = scoreAll({ urls: [server.url] })
    await expect(failed).rejects.toThrow(ServerLostError)
    await expect(failed).rejects.toThrow(/no healthy server is left: 127\.0\.0\.1:\d+: /u)
  })

  test('a server that recovers gets work again', async () => {
    let down = 0
    await using server = await startFaultServer({
      fault: (_, count) => (count > 8 && down < 6 && (down++, true) ? { kind: 'status', status: 500 } : undefined),
    })
    const { scores, notices } = await scoreAll({ urls: [server.url], retryPolicy: { ...RETRY_POLICY, maxHealthChecks: 6 } })
    expectTruth(scores)
    expect(notices).toEqual([])
  })

  test('a server that comes back with another model is not used any more', async () => {
    await using one = await startFaultServer({ delayMs: 200 })
    let failures = 0
    const changing: { -readonly [K in keyof Behavior]: Behavior[K] } = {}
    changing.fault = ({ prompt }) => {
      if (isProbe(prompt)) return undefined
      if (++failures === 4) changing.shift = 3
      return { kind: 'status', status: 500 }
    }
    await using two = await startFaultServer(changing)
    const { scores, notices } = await scoreAll({ urls: [one.url, two.url] })
    expectTruth(scores)
    expect(notices.join()).toMatch(/returns other log-probabilities than before, by up to 3\.000 nats for a token/u)
  })

  test('disposing of the engine cancels requests in flight at once', async () => {
    await using server = await startFaultServer({ fault: afterProbe(() => ({ kind: 'silence' })) })
    const connection = await connect({ urls: [server.url], timeoutMs: 60_000 })
    const engine = await completionsEngine(connection, { encode: encodeText })
    const next = engine.score(SEQUENCES)[Symbol.asyncIterator]().next()
    await new Promise((resolve) => setTimeout(resolve, 30))
    const startedAt = performance.now()
    await engine[Symbol.asyncDispose]()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test('with random failures, each sequence is scored correctly or reported, once', { tags: ['slow'] }, async () => {
    const kinds: FaultKind[] = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
      { kind: 'reset' },
      { kind: 'cut' },
      { kind: 'NaN' },
      { kind: 'status', status: 400 },
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.constantFrom(...kinds), { nil: undefined }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (faults, promptsPerRequest) => {
          await using one = await startFaultServer({ fault: afterProbe((count) => faults[count % faults.length]) })
          await using two = await startFaultServer()
          const { scores, failed } = await scoreAll({ urls: [one.url, two.url] }, { promptsPerRequest })
          const ends = [...scores, ...failed].map(({ sequence }) => sequence)
          expect(ends.sort((a, b) => a - b)).toEqual(SEQUENCES.map((_, index) => index))
          for (const { sequence, logProb } of scores) expect(logProb).toBeCloseTo(truth(SEQUENCES[sequence]!), 9)
        },
      ),
      { numRuns: 15, seed: 8 },
    )
  })
})
