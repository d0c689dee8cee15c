import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NoHealthyEndpoint, startDispatcher, type DispatchOptions, type Outcome } from '../../../src/engine/completions/dispatch.ts'
import type { Failure } from '../../../src/engine/completions/endpoint-pool.ts'

const POLICY = {
  maxAttempts: 3,
  backoffMs: 1,
  maxBackoffMs: 4,
  failuresBeforeCheck: 3,
  maxHealthChecks: 2,
  maxRetryAfterMs: 1000,
  maxRetryAfters: 10,
  maxLostInRow: 5,
}
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

class Fails extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.reason)
    this.failure = failure
  }
}

type Job = readonly number[]
type Fake = { readonly name: string; readonly send: (job: Job) => Promise<string>; readonly check?: () => Promise<void> }

async function dispatch(endpoints: readonly Fake[], jobs: readonly Job[], changes: Partial<DispatchOptions<Fake, Job, string>> = {}) {
  const notices: string[] = []
  const dispatcher = startDispatcher<Fake, Job, string>(endpoints, {
    concurrency: 2,
    policy: POLICY,
    send: (endpoint, job) => endpoint.send(job),
    check: async (endpoint) => endpoint.check?.(),
    explain: (error) => {
      if (error instanceof Fails) return error.failure
      throw error
    },
    split: (job) => (job.length === 1 ? [] : job.map((part) => [part])),
    onNotice: (notice) => notices.push(notice),
    random: () => 1,
    ...changes,
  })
  const outcomes: Outcome<Job, string>[] = []
  for await (const outcome of dispatcher.dispatch(jobs)) outcomes.push(outcome)
  return { outcomes, notices }
}

const parts = (outcomes: readonly Outcome<Job, string>[]) => outcomes.flatMap(({ job }) => job).sort((a, b) => a - b)

test('while a slow endpoint works on one job, the others are done elsewhere', async () => {
  const jobs = Array.from({ length: 10 }, (_, index) => [index])
  let finishOthers = () => {}
  const othersDone = new Promise<void>((resolve) => (finishOthers = resolve))
  let fastCount = 0
  const slow: Fake = { name: 'slow', send: async () => (await othersDone, 'slow') }
  const fast: Fake = {
    name: 'fast',
    async send() {
      if (++fastCount === jobs.length - 1) finishOthers()
      return 'fast'
    },
  }
  const { outcomes } = await dispatch([slow, fast], jobs, { concurrency: 1 })
  expect(parts(outcomes)).toEqual(jobs.flat())
  expect(outcomes.filter((outcome) => outcome.kind === 'done' && outcome.result === 'slow')).toHaveLength(1)
})

test('a part that fails alone does not fail the other parts of its job', async () => {
  const send = async (job: Job) => {
    if (job.includes(2)) throw new Fails({ blame: 'job', reason: 'too long' })
    return 'ok'
  }
  const { outcomes } = await dispatch([{ name: 'a', send }], [[0, 1], [2, 3, 4], [5]])
  expect(parts(outcomes)).toEqual([0, 1, 2, 3, 4, 5])
  expect(outcomes.filter(({ kind }) => kind === 'lost')).toEqual([{ kind: 'lost', job: [2], reason: 'too long' }])
})

test('a job is tried as often as the policy says, on another endpoint if there is one', async () => {
  const tried: string[] = []
  const fake = (name: string): Fake => ({
    name,
    async send([part]) {
      if (part !== 0) return 'ok'
      tried.push(name)
      throw new Fails({ blame: 'either', reason: 'broken' })
    },
  })
  const { outcomes } = await dispatch([fake('a'), fake('b')], [[0]])
  expect(outcomes).toEqual([{ kind: 'lost', job: [0], reason: 'broken' }])
  expect(tried).toEqual(['a', 'b', 'a'])
})

test('an endpoint gets no requests during its Retry-After, which is not a failure of the job', async () => {
  const times: number[] = []
  const send = async () => {
    times.push(performance.now())
    if (times.length <= 2) throw new Fails({ blame: 'either', reason: 'busy', retryAfterMs: 40 })
    return 'ok'
  }
  const { outcomes } = await dispatch([{ name: 'a', send }], [[0]], { concurrency: 1, policy: { ...POLICY, maxAttempts: 1 } })
  expect(outcomes).toMatchObject([{ kind: 'done' }])
  // Timers may be a millisecond early.
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(39)
})

test.each<Failure>([
  { blame: 'either', reason: 'over the limit', retryAfterMs: 1 },
  { blame: 'endpoint', reason: 'forbidden' },
])('a job that a healthy endpoint never takes is given up: %j', async (failure) => {
  const send = async ([part]: Job) => {
    if (part === 0) throw new Fails(failure)
    return 'ok'
  }
  const { outcomes } = await dispatch([{ name: 'a', send }], [[0], [1], [2]])
  expect(parts(outcomes)).toEqual([0, 1, 2])
  expect(outcomes.filter(({ kind }) => kind === 'lost')).toEqual([{ kind: 'lost', job: [0], reason: failure.reason }])
})

test('an endpoint with too long a Retry-After is removed', async () => {
  const busy: Fake = { name: 'busy', send: () => Promise.reject(new Fails({ blame: 'either', reason: 'busy', retryAfterMs: 2000 })) }
  const { outcomes, notices } = await dispatch([busy, { name: 'b', send: async () => 'ok' }], [[0], [1], [2]])
  expect(parts(outcomes)).toEqual([0, 1, 2])
  expect(notices).toEqual(['busy is not used any more: busy, and asks to retry after 2 s'])
})

test('an endpoint that takes nothing is removed when it fails its health checks, too', async () => {
  const dead: Fake = {
    name: 'dead',
    send: () => Promise.reject(new Fails({ blame: 'endpoint', reason: 'gone' })),
    check: () => Promise.reject(new Fails({ blame: 'either', reason: 'still gone' })),
  }
  const slow: Fake = { name: 'slow', send: async () => (await pause(5), 'ok') }
  const { outcomes, notices } = await dispatch(
    [dead, slow],
    Array.from({ length: 10 }, (_, index) => [index]),
  )
  expect(parts(outcomes)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(notices).toEqual(['dead is not used any more: still gone'])
  await expect(dispatch([dead], [[0]])).rejects.toThrow(new NoHealthyEndpoint('gone'))
})

test('if every job fails on a healthy endpoint, the dispatch ends soon', async () => {
  const sent: number[] = []
  const send = async ([part]: Job) => {
    sent.push(part!)
    throw new Fails({ blame: 'job', reason: 'no' })
  }
  const jobs = Array.from({ length: 100 }, (_, index) => [index])
  await expect(dispatch([{ name: 'a', send }], jobs, { concurrency: 1 })).rejects.toThrow('5 requests in a row failed: no')
  expect(sent).toEqual([0, 1, 2, 3, 4])
})

test('an unknown error is thrown unchanged', async () => {
  await expect(dispatch([{ name: 'a', send: () => Promise.reject(new TypeError('a defect')) }], [[0]])).rejects.toThrow(new TypeError('a defect'))
})

test('each job has one outcome, regardless of failures', async () => {
  const failures: (Failure | undefined)[] = [
    undefined,
    { blame: 'either', reason: 'broken' },
    { blame: 'job', reason: 'refused' },
    { blame: 'either', reason: 'busy', retryAfterMs: 1 },
    { blame: 'endpoint', reason: 'gone' },
  ]
  const script = fc.array(fc.constantFrom(...failures), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 }), script, script, async (sizes, one, two) => {
      let next = 0
      const jobs = sizes.map((size) => Array.from({ length: size }, () => next++))
      const fake = (name: string, own: readonly (Failure | undefined)[]): Fake => {
        let count = 0
        const send = async () => {
          const failure = own[count++ % own.length]
          if (failure) throw new Fails(failure)
          return name
        }
        return { name, send }
      }
      const { outcomes } = await dispatch([fake('a', one), fake('b', two), { name: 'c', send: async () => 'c' }], jobs, {
        policy: { ...POLICY, maxLostInRow: 1000 },
      })
      expect(parts(outcomes)).toEqual(Array.from({ length: next }, (_, index) => index))
    }),
    { numRuns: 60 },
  )
})
