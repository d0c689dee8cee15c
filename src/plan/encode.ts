/** Requests to token sequences by lm-eval's rules: `api/model.py` `_encode_pair`, `models/huggingface.py` `_loglikelihood_tokens` and `loglikelihood_rolling`. */
import { RequestError } from '../errors.ts'
import { stripEnd } from '../task/python-text.ts'
import type { Answer, Request } from '../task/request.ts'
import { rollingWindows } from './rolling-windows.ts'
import type { Sequence, SequenceScore } from './sequence.ts'

/** What encoding needs of a model's tokenizer. */
export interface Encoder {
  /** Token ids of a text, with the special tokens that the tokenizer adds by default, or without. */
  encode(text: string, options?: { readonly specialTokens: boolean }): readonly number[]
  /** Stands before a text that has no context: bos, else eos. */
  readonly prefixToken: number
  /** The model's window, in tokens. */
  readonly maxLength: number
}

/** Requests as distinct sequences. */
export interface EncodedRequests {
  readonly sequences: readonly Sequence[]
  /** For each request the sequences whose scores add up to its answer; none for an empty text. */
  readonly parts: readonly (readonly number[])[]
  /** Tokens that a model would read if each request were asked on its own. */
  readonly tokensAsked: number
}

/** Requests encoded one after another, for a caller who has other things to do in between. */
export interface RequestEncoding {
  /** Encodes one more. Fails with RequestError when a continuation is empty or longer than the window. */
  add(request: Request): void
  /** All requests so far; identical sequences are kept once. */
  result(): EncodedRequests
}

/** Encodes requests at once. */
export function encodeRequests(requests: readonly Request[], encoder: Encoder): EncodedRequests {
  const encoding = startEncoding(encoder)
  for (const request of requests) encoding.add(request)
  return encoding.result()
}

/** Begins with no requests. */
export function startEncoding(encoder: Encoder): RequestEncoding {
  const sequences: Sequence[] = []
  const parts: number[][] = []
  /** By hash, the sequences that have it: nearly always one. */
  const known = new Map<number, number[]>()
  let tokensAsked = 0
  let lastInput: Int32Array = new Int32Array()
  const keep = ({ input: own, targets }: Sequence): number => {
    tokensAsked += own.length
    // Choices of one token ask about the same input: it is held once.
    const input = isEqual(own, lastInput) ? lastInput : own
    lastInput = input
    const hash = hashTokens(hashTokens(targets.length, targets), input)
    const alike = known.get(hash) ?? []
    const existing = alike.find((index) => isEqual(sequences[index]!.targets, targets) && isEqual(sequences[index]!.input, input))
    if (existing !== undefined) return existing
    known.set(hash, [...alike, sequences.length])
    return sequences.push({ input, targets }) - 1
  }
  const encodeOnce = rememberLast(encoder)
  return {
    add: (request) =>
      void parts.push(
        request.kind === 'continuation'
          ? [keep(continuationSequence(request.context, request.continuation, encodeOnce))]
          : textSequences(request.text, encoder).map(keep),
      ),
    result: () => ({ sequences, parts, tokensAsked }),
  }
}

/** Adds the scores of a request's parts; `scores` is indexed like the sequences. Undefined while a part is missing. */
export function assembleAnswer(parts: readonly number[], sequences: readonly Sequence[], scores: readonly (SequenceScore | undefined)[]): Answer | undefined {
  let logProb = 0
  let isGreedy = true
  let tokenCount = 0
  for (const part of parts) {
    const score = scores[part]
    if (!score) return undefined
    logProb += score.logProb
    isGreedy &&= score.isGreedy
    tokenCount += sequences[part]!.targets.length
  }
  return { logProb, isGreedy, tokenCount }
}

/** FNV-1a over whole numbers; a 32-bit number. */
function hashTokens(seed: number, ids: Int32Array): number {
  let hash = seed ^ 0x811c9dc5
  for (const id of ids) hash = Math.imul(hash ^ id, 0x01000193)
  return hash
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((id, index) => id === b[index]))
}

/** The choices of an item share their context, so the last context encoded is kept. */
function rememberLast(encoder: Encoder): Encoder {
  let lastText: string | undefined
  let lastTokens: readonly number[] = []
  return {
    ...encoder,
    encode(text, options) {
      if (options) return encoder.encode(text, options)
      if (text !== lastText) [lastText, lastTokens] = [text, encoder.encode(text)]
      return lastTokens
    },
  }
}

function continuationSequence(context: string, continuation: string, encoder: Encoder): Sequence {
  const [contextTokens, continuationTokens] = context === '' ? afterNothing(continuation, encoder) : encodePair(context, continuation, encoder)
  const { length } = continuationTokens
  const shown = () => JSON.stringify(continuation.length > 60 ? `${continuation.slice(0, 60)}…` : continuation)
  if (length === 0) throw new RequestError(`the continuation ${shown()} encodes to no tokens`, 'Every choice must have text of its own after the prompt.')
  if (length > encoder.maxLength) {
    throw new RequestError(
      `the continuation ${shown()} has ${length} tokens, the window ${encoder.maxLength}`,
      'Raise --max-length, if the model allows it, or leave the row out.',
    )
  }
  const whole = [...contextTokens, ...continuationTokens]
  const input = whole.slice(-(encoder.maxLength + 1)).slice(0, -1)
  return { input: Int32Array.from(input), targets: Int32Array.from(continuationTokens) }
}

function afterNothing(continuation: string, encoder: Encoder): [readonly number[], readonly number[]] {
  const tokens = encoder.encode(continuation, { specialTokens: false })
  return tokens[0] === encoder.prefixToken ? [tokens.slice(0, 1), tokens.slice(1)] : [[encoder.prefixToken], tokens]
}

/** White space at the end of the context moves to the continuation; the split of the whole is by the context's length, unchecked. */
function encodePair(context: string, continuation: string, encoder: Encoder): [readonly number[], readonly number[]] {
  const stripped = stripEnd(context)
  const whole = encoder.encode(stripped + context.slice(stripped.length) + continuation, { specialTokens: true })
  const { length } = encoder.encode(stripped)
  return [whole.slice(0, length), whole.slice(length)]
}

function textSequences(text: string, encoder: Encoder): Sequence[] {
  const tokens = encoder.encode(text)
  return rollingWindows(tokens, encoder.prefixToken, encoder.maxLength).map(({ input, targets }) => ({
    input: Int32Array.from(input),
    targets: Int32Array.from(targets),
  }))
}
