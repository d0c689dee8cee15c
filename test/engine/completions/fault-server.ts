/** A completions server on the loopback with a model that is a hash, and every fault that a server can have, on demand. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What comes in the place of a response. */
export type FaultKind =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The connection is reset before or in the middle of the response. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'cut' }
  /** JSON that is whole, and wrong. */
  | { readonly kind: 'altered'; readonly alter: (body: CompletionBody) => unknown }
  /** Text in the place of JSON. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'NaN' }
  | { readonly kind: 'silence' }

/** A request as it came in. */
export interface AskedCompletion {
  readonly model: string
  readonly prompt: readonly (readonly number[])[]
  readonly echo?: boolean
  readonly logprobs?: number
  readonly prompt_logprobs?: number
  readonly logprob_token_ids?: readonly number[]
}

interface ChoiceBody {
  index: number
  text: string
  logprobs?: { tokens: string[]; token_logprobs: (number | null)[]; top_logprobs: (Record<string, number> | null)[] } | null
  prompt_logprobs?: (Record<string, { logprob: number; rank: number; decoded_token: string }> | null)[] | null
}

/** A response before it is sent. */
export interface CompletionBody {
  choices: ChoiceBody[]
  usage: { prompt_tokens: number }
}

/** How a server behaves. */
export interface Behavior {
  /** `vllm` also knows prompt_logprobs and logprob_token_ids. */
  readonly software?: 'vllm' | 'other'
  readonly models?: readonly string[]
  readonly contextLength?: number | null
  /** A fault for the n-th request for completions, counted from 0; the probe's come first. Undefined: a response. */
  readonly fault?: (asked: AskedCompletion, count: number) => FaultKind | undefined
  readonly delayMs?: number
  /** Another tokenizer's text of ids. */
  readonly spell?: (tokens: readonly number[]) => string
  /** Moves every log-probability: another model. */
  readonly shift?: number
}

/** A server that listens. */
export interface FaultServer extends AsyncDisposable {
  readonly url: string
  /** Requests for completions so far, with their headers. */
  readonly asked: { readonly body: AskedCompletion; readonly authorization: string | undefined }[]
  /** The most that it worked on at one time. */
  readonly mostAtOnce: () => number
  /** Ends it as a crash does. */
  readonly kill: () => void
}

/** Token ids of printable ASCII, as the tokenizer of `tiny-model.ts` has them. */
export function encodeText(text: string): number[] {
  return Array.from(text, (character) => (character === ' ' ? 3 : character === '\n' ? 4 : character.charCodeAt(0) - 28))
}

/** The text of ids. */
export function decodeText(tokens: readonly number[]): string {
  return tokens.map((id) => (id === 3 ? ' ' : id === 4 ? '\n' : String.fromCharCode(id + 28))).join('')
}

/** What the model says next when it is asked to: `!`. */
const NEXT = 5

/** Log-probability of a token after what came before it; a fixed number between −8 and −1. */
export function trueLogProb(before: readonly number[], token: number, shift = 0): number {
  const digest = createHash('sha256').update(before.join()).update(`>${token}`).digest()
  return -1 - shift - (7 * digest.readUInt32LE()) / 2 ** 32
}

/** Listens on a free port. */
export async function startFaultServer(behavior: Behavior = {}): Promise<FaultServer> {
  const asked: FaultServer['asked'] = []
  let atOnce = 0
  let most = 0
  const server = createServer((request, response) => void serve(request, response))
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/v1/models') return send(response, modelList(behavior))
    if (request.url === '/version') return send(response, { version: '0.0.1' })
    if (request.url !== '/v1/completions') return void response.writeHead(404).end('{"detail":"Not Found"}')
    let text = ''
    for await (const piece of request) text += String(piece)
    const body = JSON.parse(text) as AskedCompletion
    const fault = behavior.fault?.(body, asked.length)
    asked.push({ body, authorization: request.headers.authorization })
    most = Math.max(most, ++atOnce)
    await new Promise((resolve) => setTimeout(resolve, behavior.delayMs ?? 0))
    atOnce--
    respond(response, body, fault, behavior)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const kill = () => {
    server.closeAllConnections()
    server.close()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    mostAtOnce: () => most,
    kill,
    async [Symbol.asyncDispose]() {
      kill()
    },
  }
}

function modelList({ software = 'vllm', models = ['hash'], contextLength = 512 }: Behavior): unknown {
  return { data: models.map((id) => ({ id, owned_by: software, ...(contextLength !== null && { max_model_len: contextLength }) })) }
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function respond(response: ServerResponse, asked: AskedCompletion, fault: FaultKind | undefined, behavior: Behavior): void {
  const body = completion(asked, behavior)
  switch (fault?.kind) {
    case undefined:
      return send(response, body)
    case 'status':
      return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '{"error":{"message":"no luck"}}')
    case 'reset':
      return void response.socket?.resetAndDestroy()
    case 'cut': {
      const text = JSON.stringify(body)
      response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, text.length / 2))
      return void setTimeout(() => response.socket?.destroy(), 5)
    }
    case 'altered':
      return send(response, fault.alter(body))
    case 'text':
      return void response.writeHead(200).end(fault.text)
    case 'NaN':
      return void response.writeHead(200).end(JSON.stringify(body).replaceAll(/-\d+\.\d+/gu, 'NaN'))
    case 'silence':
      return
  }
}

function completion(asked: AskedCompletion, { software = 'vllm', shift = 0, spell = decodeText }: Behavior): CompletionBody {
  const choices = asked.prompt.map((tokens, index): ChoiceBody => {
    const positions = tokens.map((token, place) =>
      place === 0 ? null : { token, logProb: trueLogProb(tokens.slice(0, place), token, shift), best: bestAt(tokens.slice(0, place), token, shift) },
    )
    const byId = (token: number) => `token_id:${token}`
    if (software === 'vllm' && asked.logprob_token_ids) {
      const top = Object.fromEntries([...asked.logprob_token_ids, NEXT].map((token) => [byId(token), trueLogProb(tokens, token, shift)]))
      return { index, text: '!', logprobs: { tokens: [byId(NEXT)], token_logprobs: [trueLogProb(tokens, NEXT, shift)], top_logprobs: [top] } }
    }
    if (software === 'vllm' && asked.prompt_logprobs !== undefined) {
      const entries = positions.map((place) => {
        if (!place) return null
        const own = { [place.token]: { logprob: place.logProb, rank: place.best > place.logProb ? 2 : 1, decoded_token: spell([place.token]) } }
        return place.best > place.logProb ? { ...own, 0: { logprob: place.best, rank: 1, decoded_token: '' } } : own
      })
      return { index, text: '!', prompt_logprobs: entries }
    }
    const texts = [...tokens.map((token) => spell([token])), '!']
    if (!asked.echo) return { index, text: '!', logprobs: { tokens: ['!'], token_logprobs: [-1], top_logprobs: [{ '!': -1 }] } }
    return {
      index,
      text: texts.join(''),
      logprobs: {
        tokens: texts,
        token_logprobs: [...positions.map((place) => place?.logProb ?? null), -1],
        top_logprobs: [...positions.map((place) => place && { best: place.best }), { '!': -1 }],
      },
    }
  })
  return { choices, usage: { prompt_tokens: asked.prompt.reduce((sum, { length }) => sum + length, 0) } }
}

/** Every third place or so the token is the best itself. */
function bestAt(before: readonly number[], token: number, shift: number): number {
  return trueLogProb(before, token, shift) + (before.length % 3 === 0 ? 0 : 0.5)
}
