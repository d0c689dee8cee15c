/** One exchange with a server: address, key and time limit, and what its refusals mean. No message contains the key. */
import { EngineError, UsageError } from '../../errors.ts'
import { causeText } from '../../text/error-text.ts'

/** Kinds of failure; each has another remedy. */
export type Fault =
  /** It refuses this request; another may pass. */
  | 'refused'
  /** It refuses everything: key, address or model are wrong. */
  | 'denied'
  /** It is overloaded. */
  | 'busy'
  /** It closed the connection, took too long, or sent an invalid response. */
  | 'failed'

/** A failed exchange. */
export class ExchangeError extends Error {
  readonly fault: Fault
  /** The server's Retry-After, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(fault: Fault, message: string, retryAfterMs?: number) {
    super(message)
    this.name = 'ExchangeError'
    this.fault = fault
    this.retryAfterMs = retryAfterMs
  }
}

/** A server at an address. Its calls return JSON, and fail with ExchangeError. */
export interface Server {
  /** Host and port: what it is called. */
  readonly name: string
  /** Its address, without secrets. */
  readonly url: string
  post(path: string, body: unknown): Promise<unknown>
  get(path: string): Promise<unknown>
  /** A path outside of /v1, which is not part of the API. */
  getBeside(path: string): Promise<unknown>
}

/** How requests are sent. */
export interface Access {
  /** Of OPENAI_API_KEY; undefined if there is none. */
  readonly apiKey: string | undefined
  /** How long a response may take, in milliseconds. */
  readonly timeoutMs: number
  /** Ends all exchanges at once. */
  readonly signal: AbortSignal
}

/** The key for servers, of OPENAI_API_KEY as lm-eval has it. Fails with UsageError on one that cannot be sent, without showing it. */
export function apiKeyOf(environment: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const key = environment['OPENAI_API_KEY']?.trim()
  if (!key) return undefined
  if (!/^[\x21-\x7e]+$/u.test(key))
    throw new UsageError('OPENAI_API_KEY holds characters that cannot be sent', 'Copy it again, or unset it if no key is needed.')
  return key
}

/** The server at `url`, which is `http://HOST:PORT/v1` or the like. */
export function serverAt(url: string, access: Access): Server {
  const { host } = new URL(url)
  return {
    name: host,
    url,
    post: (path, body) => exchange(new URL(url + path), access, JSON.stringify(body)),
    get: (path) => exchange(new URL(url + path), access),
    getBeside: (path) => exchange(new URL(url.replace(/\/v1$/u, '') + path), access),
  }
}

async function exchange(url: URL, { apiKey, timeoutMs, signal }: Access, body?: string): Promise<unknown> {
  const { status, headers, text } = await fetchText(url, body, { apiKey, timeoutMs, signal })
  /** Text of the server for a message: without the key, and shortened. */
  const shown = (words: string) => shortened(apiKey === undefined ? words : words.replaceAll(apiKey, '***'))
  if (status >= 300) throw refusal(url, status, headers, shown(serverMessage(text)))
  try {
    return JSON.parse(text)
  } catch {
    const why = /\b(?:NaN|Infinity)\b/u.test(text) ? 'holds NaN, which is not JSON' : `is not JSON: ${shown(text) || 'it is empty'}`
    throw new ExchangeError('failed', `${url.host}: the response ${why}`)
  }
}

async function fetchText(url: URL, body: string | undefined, { apiKey, timeoutMs, signal }: Access) {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), timeoutMs)
  const end = () => stop.abort()
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
      ...(body !== undefined && { body }),
      // The key is for the server that the user named.
      redirect: 'manual',
      signal: stop.signal,
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    throw new ExchangeError('failed', `${url.host}: ${stop.signal.aborted ? `no response within ${timeoutMs / 1000} s` : causeText(error)}`)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

function refusal(url: URL, status: number, headers: Headers, words: string): ExchangeError {
  const said = `${url.host} responded with ${status}${words === '' ? '' : ` (${words})`}`
  if (status < 400) return new ExchangeError('denied', `${said}: it redirects (${targetOf(headers.get('location'), url)})`)
  if (status === 401 || status === 403 || status === 404) return new ExchangeError('denied', said)
  if (status === 429 || status === 503) return new ExchangeError('busy', said, retryAfter(headers.get('retry-after')))
  return new ExchangeError(status >= 500 || status === 408 || status === 409 || status === 425 ? 'failed' : 'refused', said)
}

/** Scheme, host and path: a query may hold secrets. */
function targetOf(location: string | null, base: URL): string {
  const target = location !== null && URL.canParse(location, base.href) ? new URL(location, base) : undefined
  return target ? `${target.origin}${target.pathname}` : 'without a location'
}

/** Milliseconds of a Retry-After header: seconds or a date of HTTP (RFC 9110, 10.2.3). Undefined if there is none that can be read. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/u.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** The message of an error response, in the format of OpenAI or FastAPI, or else the whole text. */
function serverMessage(text: string): string {
  try {
    const body = JSON.parse(text) as { error?: { message?: unknown }; message?: unknown; detail?: unknown } | null
    const said = body?.error?.message ?? body?.message ?? body?.detail ?? text
    return typeof said === 'string' ? said : JSON.stringify(said)
  } catch {
    return text
  }
}

const SHOWN_CHARACTERS = 200

function shortened(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line
}

/** The error for a user if a server cannot be used at all. */
export function unusable(error: unknown): EngineError {
  if (error instanceof EngineError) return error
  if (!(error instanceof ExchangeError)) throw error
  const hints: Readonly<Record<Fault, string>> = {
    denied: 'Check the address, which ends in /v1, the name of the model, and OPENAI_API_KEY.',
    refused: 'Is it a completions API that takes token ids, as vLLM and SGLang have it?',
    busy: 'Try again when it has less to do.',
    failed: 'Is the server running, and can it be reached from here?',
  }
  return new EngineError(error.message, hints[error.fault])
}
