/** Requests to token sequences by lm-eval's rules: `api/model.py` `_encode_pair`, `models/huggingface.py` `_loglikelihood_tokens` and `loglikelihood_rolling`. */
import { RequestError } from '../errors.ts'
import { stripEnd } from '../text/python-text.ts'
import type { ContinuationRequest, CorpusRequest, LogLikelihood, Request } from '../task/request.ts'
import { corpusWindows } from './corpus-windows.ts'
import { distinctSequences } from './distinct-sequences.ts'
import { rollingWindows } from './rolling-windows.ts'
import type { Sequence, SequenceScore } from './sequence.ts'

/**
 * What precedes a text that is scored as a whole, if the tokenizer itself adds the prefix token (bos). `lm-eval`: the prefix token twice,
 * and the second one is scored. `once`: the prefix token once, and only the text is scored.
 */
export const ROLLING_BOS = ['lm-eval', 'once'] as const
export type RollingBos = (typeof ROLLING_BOS)[number]

/** What encoding needs of a model's tokenizer. */
export interface Encoder {
  /** Token ids of a text, with the special tokens that the tokenizer adds by default, or without. */
  encode(text: string, options?: { readonly specialTokens: boolean }): readonly number[]
  /** Precedes a text that has no context: bos, else eos. */
  readonly prefixToken: number
  /** Absent if the tokenizer has none. */
  readonly bosToken?: number
  /**
   * lm-eval's `add_bos_token`: whether each text that has a context or is scored as a whole begins with bos, and has no other special tokens. Absent:
   * special tokens are those of the tokenizer.
   */
  readonly addBosToken?: boolean
  /** The prefix token as text: a text that begins with it is encoded without special tokens. */
  readonly prefixText: string
  /** The model's window, in tokens. */
  readonly maxLength: number
  /** Tokens of the windows of a corpus; absent for those that its task says, or the model's window if that is shorter. */
  readonly corpusWindow?: number
  readonly rollingBos: RollingBos
}

/** Requests as distinct sequences. */
export interface EncodedRequests {
  readonly sequences: readonly Sequence[]
  /** For each request the sequences whose scores add up to its log-likelihood; none for an empty text. */
  readonly parts: readonly (readonly number[])[]
  /** For each request the tokens of its context that the window has no room for: 0 for nearly all, and for texts, which are scored in windows. */
  readonly tokensCut: readonly number[]
  /** Tokens at the ends of corpora that fill no window and are not scored. */
  readonly tokensLeftOver: number
  /** Positions of the requests whose parts are the windows of a corpus. */
  readonly corpora: ReadonlySet<number>
  /** Tokens that a model would read if each request were asked on its own. */
  readonly tokensAsked: number
}

/** Requests encoded one after another, for a caller who has other things to do in between. */
export interface RequestEncoding {
  /** Encodes one more. Fails with RequestError when no token of the context or of the continuation is left, or the continuation is longer than the window. */
  add(request: Request): void
  /** All requests so far; identical sequences are merged. */
  result(): EncodedRequests
}

/** Tokens that the tokenizer puts behind each text by default, seen on a letter; a context has them too, and then they precede its continuation. */
export function tokensBehind(encoder: Encoder): readonly number[] {
  const [around, letter] = [encoder.encode('a', { specialTokens: true }), encoder.encode('a', { specialTokens: false })]
  const place = around.findLastIndex((_, index) => letter.every((id, offset) => around[index + offset] === id))
  return place < 0 || letter.length === 0 ? [] : around.slice(place + letter.length)
}

/** Encodes requests at once. */
export function encodeRequests(requests: readonly Request[], encoder: Encoder): EncodedRequests {
  const encoding = startEncoding(encoder)
  for (const request of requests) encoding.add(request)
  return encoding.result()
}

/** Begins with no requests. */
export function startEncoding(encoder: Encoder): RequestEncoding {
  const distinct = distinctSequences()
  const parts: number[][] = []
  const tokensCut: number[] = []
  const corpora = new Set<number>()
  let tokensAsked = 0
  let tokensLeftOver = 0
  const indexOf = (sequence: Sequence): number => {
    tokensAsked += sequence.input.length
    return distinct.indexOf(sequence)
  }
  const encode = defaultEncoding(encoder)
  const encodeContext = cacheLast(encode)
  const encodePair = (request: ContinuationRequest): EncodedPair =>
    request.context === '' ? afterNothing(request.continuation, encoder) : splitWhole(request, encodeContext, encode)
  return {
    add(request) {
      if (request.kind === 'corpus') {
        corpora.add(parts.length)
        const { windows, leftOver } = corpusSequences(request, encoder)
        parts.push(windows.map(indexOf))
        tokensLeftOver += leftOver
        tokensCut.push(0)
        return
      }
      if (request.kind === 'rolling') {
        parts.push(textSequences(encode(request.text), encoder).map(indexOf))
        tokensCut.push(0)
        return
      }
      const pair = encodePair(request)
      checkPair(pair, request, encoder.maxLength)
      const { sequence, cut } = cutToWindow(pair, encoder.maxLength)
      parts.push([indexOf(sequence)])
      tokensCut.push(cut)
    },
    result: () => ({ sequences: distinct.sequences, parts, tokensCut, tokensLeftOver, corpora, tokensAsked }),
  }
}

/** Adds the scores of a request's parts; `scores` is indexed like the sequences. Undefined while a part is missing. */
export function sumScores(parts: readonly number[], sequences: readonly Sequence[], scores: readonly (SequenceScore | undefined)[]): LogLikelihood | undefined {
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

type EncodeText = (text: string) => readonly number[]

/** lm-eval's `tok_encode` as it is called by default: the tokenizer's own special tokens, but none for a text that begins with the prefix token's text. */
function defaultEncoding(encoder: Encoder): EncodeText {
  const { prefixText, addBosToken, bosToken } = encoder
  const hasOwn = (text: string) => prefixText !== '' && text.startsWith(prefixText)
  if (addBosToken === undefined) return (text) => encoder.encode(text, { specialTokens: !hasOwn(text) })
  return (text) => {
    const ids = encoder.encode(text, { specialTokens: false })
    return addBosToken && bosToken !== undefined && !hasOwn(text) ? [bosToken, ...ids] : ids
  }
}

/** The choices of an item share their context, so the tokens of the last context are cached. */
function cacheLast(encode: EncodeText): EncodeText {
  let lastText: string | undefined
  let lastTokens: readonly number[] = []
  return (text) => {
    if (text !== lastText) [lastText, lastTokens] = [text, encode(text)]
    return lastTokens
  }
}

/** A request as tokens. */
interface EncodedPair {
  readonly context: readonly number[]
  readonly continuation: readonly number[]
  /** Context and continuation encoded as one text; their tokens need not be these, for one may span the place where the two meet. */
  readonly whole: readonly number[]
}

function afterNothing(text: string, encoder: Encoder): EncodedPair {
  const { prefixToken } = encoder
  const whole = encoder.encode(text, { specialTokens: false })
  return whole[0] === prefixToken
    ? { context: whole.slice(0, 1), continuation: whole.slice(1), whole }
    : { context: [prefixToken], continuation: whole, whole: [prefixToken, ...whole] }
}

/** White space at the end of the context moves to the continuation. The context's tokens are its own; the continuation's are those of the whole that come after as many. */
function splitWhole({ context: given, continuation }: ContinuationRequest, encodeContext: EncodeText, encode: EncodeText): EncodedPair {
  const context = encodeContext(stripEnd(given))
  const whole = encode(given + continuation)
  return { context, continuation: whole.slice(context.length), whole }
}

/** What lm-eval asserts of each request, before any of them is asked. */
function checkPair({ context, continuation, whole }: EncodedPair, request: ContinuationRequest, maxLength: number): void {
  const text = shown(request.continuation)
  if (continuation.length === 0)
    throw new RequestError(
      `nothing is left of the continuation ${text}: its context has the tokens ${tail(context)}, and context and continuation together ${tail(whole)}`,
      'A token spans the end of the prompt and the beginning of the choice, or the choice has no text. lm-eval fails on such a request, too. Leave the row out with --samples, or give a task file whose prompt ends where a token ends.',
    )
  if (context.length === 0)
    throw new RequestError(
      `the context ${shown(request.context)} has no tokens once the white space at its end has moved to the continuation ${text}`,
      'lm-eval fails on such a request, too. Give the prompt text of its own, or none at all.',
    )
  if (continuation.length > maxLength)
    throw new RequestError(
      `the continuation ${text} has ${continuation.length} tokens, the window ${maxLength}`,
      'Raise --max-length, if the model allows it, or leave the row out with --samples.',
    )
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** The last few ids, and how many there are. */
function tail(ids: readonly number[]): string {
  return `[${ids.length > 6 ? '…, ' : ''}${ids.slice(-6).join(', ')}] (${ids.length})`
}

/** The input ends before the last token of the continuation; what does not fit the window is cut from the left. */
function cutToWindow({ context, continuation }: EncodedPair, maxLength: number): { readonly sequence: Sequence; readonly cut: number } {
  const tokens = [...context, ...continuation]
  const cut = Math.max(0, tokens.length - (maxLength + 1))
  return { sequence: { input: Int32Array.from(tokens.slice(cut, -1)), targets: Int32Array.from(continuation) }, cut }
}

/** The windows that are scored; and the tokens behind the last of all windows, if all are. */
function corpusSequences({ text, windowLength, mostWindows }: CorpusRequest, encoder: Encoder): { readonly windows: Sequence[]; readonly leftOver: number } {
  const { corpusWindow, maxLength } = encoder
  const tokens = encoder.encode(text, { specialTokens: true })
  const length = Math.min(corpusWindow ?? windowLength, maxLength)
  const all = corpusWindows(tokens, length)
  const windows = all.slice(0, mostWindows)
  return { windows, leftOver: windows.length < all.length ? 0 : tokens.length - all.length * length }
}

/** The text has the special tokens that the tokenizer adds, once; so a window begins with bos only if it is the first. */
function textSequences(tokens: readonly number[], { prefixToken, maxLength, rollingBos }: Encoder): Sequence[] {
  const scored = rollingBos === 'once' && tokens[0] === prefixToken ? tokens.slice(1) : tokens
  return rollingWindows(scored, prefixToken, maxLength).map(({ input, targets }) => ({
    input: Int32Array.from(input),
    targets: Int32Array.from(targets),
  }))
}
