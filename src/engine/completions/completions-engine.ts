/**
 * Scoring by a server with OpenAI's completions API: vLLM, SGLang, or several of them with one model. Sequences go as token ids and come back as
 * log-probabilities of exactly those ids; how the server computes them, on how many devices, is its own matter.
 */
import { setMaxListeners } from 'node:events'
import { EngineError, ServerLostError } from '../../errors.ts'
import type { Sequence, SequenceScore } from '../../plan/sequence.ts'
import type { Engine, ScoredBatch } from '../engine.ts'
import { NoHealthyEndpoint, startDispatcher } from './dispatch.ts'
import type { RetryPolicy } from './retry-policy.ts'
import { askAgain, checkAgreement, knownText, probe, type Findings } from './probe.ts'
import { planPrompts, sequencesOf, tokensSent, type PromptBatch } from './prompts.ts'
import type { Failure } from './endpoint-pool.ts'
import { askServedModel, type ServedModel } from './served-model.ts'
import { apiKeyOf, ExchangeError, serverAt, type Server } from './server.ts'
import { readScores, requestBody, WireError } from './wire.ts'

/** Where a model is served, and how it is asked. */
export interface ServedSource {
  /** `http://HOST:PORT/v1`, without secrets; at least one. */
  readonly urls: readonly string[]
  /** What the servers call the model; may be absent if each has one. */
  readonly name?: string
  /** Requests in flight at each server. */
  readonly concurrency?: number
  /** How long a response may take, in milliseconds. */
  readonly timeoutMs?: number
  /** What differs from the default policy. */
  readonly retryPolicy?: Partial<RetryPolicy>
}

/** Servers that have been asked what they are. */
export interface Connection {
  readonly model: ServedModel
  /** The longest input of a sequence: two tokens less than the server's context, for the last target and the token that each request must generate. Null if a server does not say. */
  readonly maxLength: number | null
  readonly servers: readonly Server[]
  readonly concurrency: number
  readonly retryPolicy: RetryPolicy
  readonly stop: AbortController
}

/** Default number of requests in flight at a server: enough for it to batch. */
export const CONCURRENCY = 16
/** As in lm-eval. */
export const TIMEOUT_MS = 300_000
const PROMPTS_PER_REQUEST = 8
const TOKENS_PER_REQUEST = 4096

const RETRY_POLICY: RetryPolicy = {
  maxAttempts: 5,
  backoffMs: 500,
  maxBackoffMs: 30_000,
  failuresBeforeCheck: 4,
  // About a minute and a half in all: a server that its supervisor restarts gets work again.
  maxHealthChecks: 8,
  maxRetryAfterMs: 600_000,
  maxRetryAfters: 50,
  maxLostInRow: 20,
}
/** Wait for a server that is busy and does not say for how long. */
const BUSY_MS = 1000

/** Finds the servers and the model. Fails with EngineError, or UsageError if the model must be named. */
export async function connect({ urls, name, concurrency = CONCURRENCY, timeoutMs = TIMEOUT_MS, retryPolicy }: ServedSource): Promise<Connection> {
  const stop = new AbortController()
  // Every exchange in flight listens.
  setMaxListeners(0, stop.signal)
  const apiKey = apiKeyOf()
  const servers = urls.map((url) => serverAt(url, { timeoutMs, signal: stop.signal, apiKey }))
  const models = await Promise.all(servers.map((server) => askServedModel(server, name)))
  const [model] = models
  const other = models.findIndex((entry) => entry.name !== model!.name || entry.dialect !== model!.dialect)
  if (other > 0)
    throw new EngineError(
      `${servers[0]!.name} serves ${model!.name}, ${servers[other]!.name} ${models[other]!.name}`,
      'All addresses of a model must serve the same one.',
    )
  const lengths = models.map(({ contextLength }) => contextLength)
  const shortest = lengths.every((length) => length !== null) ? Math.min(...lengths) : null
  return { model: model!, maxLength: shortest === null ? null : shortest - 2, servers, concurrency, retryPolicy: { ...RETRY_POLICY, ...retryPolicy }, stop }
}

/** How the engine asks. */
export interface CompletionsOptions {
  /** The local tokenizer, as it encodes a text by default. */
  readonly encode: (text: string) => readonly number[]
  readonly onNotice?: (notice: string) => void
  readonly promptsPerRequest?: number
}

/** What scoring would send: tokens, and requests. No server is asked. */
export function plannedWork({ model }: Connection, sequences: readonly Sequence[]): { readonly tokensComputed: number; readonly batches: number } {
  const limits = { takesNext: model.dialect === 'vllm', promptsPerRequest: PROMPTS_PER_REQUEST, tokensPerRequest: TOKENS_PER_REQUEST }
  const batches = planPrompts(sequences, limits)
  return { tokensComputed: batches.reduce((sum, batch) => sum + tokensSent(batch), 0), batches: batches.length }
}

/** Probes each server; the engine is then ready to score. Fails with EngineError, which names the symptom of a server that cannot be used. */
export async function completionsEngine(
  { model, servers, concurrency, retryPolicy, stop }: Connection,
  { encode, onNotice = () => {}, promptsPerRequest = PROMPTS_PER_REQUEST }: CompletionsOptions,
): Promise<Engine> {
  const known = knownText(encode)
  const endpoints = await Promise.all(servers.map(async (server) => ({ name: server.name, server, findings: await probe(server, model, known) })))
  checkAgreement(endpoints)
  const all = (finding: (findings: Findings) => boolean) => endpoints.every(({ findings }) => finding(findings))
  const limits = {
    takesNext: all(({ takesNext }) => takesNext),
    promptsPerRequest: all(({ takesSeveral }) => takesSeveral) ? promptsPerRequest : 1,
    tokensPerRequest: TOKENS_PER_REQUEST,
  }
  const dispatcher = startDispatcher<(typeof endpoints)[number], PromptBatch, SequenceScore[]>(endpoints, {
    concurrency,
    policy: retryPolicy,
    send: async ({ server }, batch) => readScores(await server.post('/completions', requestBody(model.name, batch, model.dialect)), batch),
    check: ({ server, findings }) => askAgain(server, model, known, findings),
    explain,
    split: (batch) => (batch.length === 1 ? [] : [batch.slice(0, batch.length >> 1), batch.slice(batch.length >> 1)]),
    onNotice,
  })

  async function* score(batches: readonly PromptBatch[]): AsyncGenerator<ScoredBatch> {
    try {
      for await (const outcome of dispatcher.dispatch(batches)) {
        if (outcome.kind === 'done') yield { scores: outcome.result, tokensComputed: tokensSent(outcome.job) }
        else yield { scores: [], tokensComputed: 0, failed: sequencesOf(outcome.job).map((sequence) => ({ sequence, reason: outcome.reason })) }
      }
    } catch (error) {
      if (!(error instanceof NoHealthyEndpoint)) throw error
      throw new ServerLostError(`no healthy server is left: ${error.message}`, 'Start the servers again, then the run.')
    }
  }

  return {
    info: {
      name: 'completions',
      provider: model.software ?? 'completions API',
      dtype: 'unknown',
      versions: model.software !== null && model.version !== null ? { [model.software]: model.version } : {},
      served: { model: model.name, endpoints: servers.map(({ url }) => url) },
    },
    score: (sequences: readonly Sequence[]) => score(planPrompts(sequences, limits)),
    async [Symbol.asyncDispose]() {
      dispatcher.stop()
      stop.abort()
    },
  }
}

function explain(error: unknown): Failure {
  if (error instanceof ExchangeError) {
    const blame = { refused: 'job', denied: 'endpoint', busy: 'either', failed: 'either' } as const
    return { blame: blame[error.fault], reason: error.message, ...(error.fault === 'busy' && { retryAfterMs: error.retryAfterMs ?? BUSY_MS }) }
  }
  if (error instanceof WireError) return { blame: 'either', reason: error.message }
  throw error
}
