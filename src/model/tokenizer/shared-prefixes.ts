/**
 * Encodes the common prefix of two texts in a row once. MMLU's prompts share five few-shot examples, and the choices of an item share
 * their whole prompt, so this avoids most of the host's work.
 *
 * It is exact for pre-tokenizers that scan from left to right and whose pieces are runs of characters of a class: the known ones below. A
 * cut after a character that is not white space is then decided by the text up to and including the next character, and so is every cut
 * before it. After white space it is not (` \n ` is two pieces at the end of a text and one before another line end), nor after an
 * apostrophe (`'r` is two pieces and `'re` is one).
 */
import { sharedTextLength } from '../../text/shared-text.ts'
import type { Pipeline } from './pipeline.ts'

/** The fields of tokenizer.json that are read. */
export interface TokenizerContent {
  readonly normalizer?: unknown
  readonly pre_tokenizer?: unknown
}

/** Token ids of a text without special tokens. */
export type EncodeText = (text: string) => readonly number[]

/** The last encoded text: for each of its pieces the end in the text (UTF-16 units) and the number of tokens up to there. */
interface Encoded {
  readonly text: string
  readonly ends: readonly number[]
  readonly counts: readonly number[]
  readonly ids: readonly number[]
}

const NOTHING: Encoded = { text: '', ends: [], counts: [], ids: [] }

/** An encoder with the results of `pipeline.encode`, faster if texts begin alike; undefined if the pre-tokenizer is not a known one. */
export function encodeSharingBeginnings(pipeline: Pipeline, content: TokenizerContent): EncodeText | undefined {
  if (!isLeftToRight(content.pre_tokenizer) || !isStable(content.normalizer)) return undefined
  const { split, encodePiece, encode: plain, addedTexts: added } = pipeline
  const longestAdded = Math.max(0, ...added.map(({ length }) => length))
  let last = NOTHING
  return (text) => {
    const shared = piecesInCommon(last, text)
    const [start, sharedTokens] = shared === 0 ? [0, 0] : [last.ends[shared - 1]!, last.counts[shared - 1]!]
    const rest = text.slice(start)
    if (!isPlainText(rest) || containsAny(text.slice(Math.max(0, start - longestAdded)), added)) return plain(text)
    const pieces = split(rest)
    const ends = endsOf(pieces, rest, start)
    if (!ends) return plain(text)
    const ids = last.ids.slice(0, sharedTokens)
    const counts = last.counts.slice(0, shared)
    for (const piece of pieces) {
      for (const id of encodePiece(piece)) ids.push(id)
      counts.push(ids.length)
    }
    last = { text, ends: [...last.ends.slice(0, shared), ...ends], counts, ids }
    return ids
  }
}

/** Number of pieces of the last text that this text begins with, independent of the text after them. */
function piecesInCommon({ text: before, ends }: Encoded, text: string): number {
  const shared = sharedTextLength(before, text)
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]! < shared) low = middle + 1
    else high = middle
  }
  while (low > 0 && /[\s']/u.test(before[ends[low - 1]! - 1]!)) low--
  return low
}

/** Whether the text is already normalized and does not begin with a mark that joins the character before it. */
function isPlainText(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- ASCII is in every normal form
  if (/^[\x00-\x7f]*$/u.test(text)) return true
  return !/^\p{M}/u.test(text) && text.normalize('NFC') === text
}

function containsAny(text: string, words: readonly string[]): boolean {
  return words.some((word) => text.includes(word))
}

/** Where each piece ends; pieces are of byte characters. Undefined if they are not the whole text. */
function endsOf(pieces: readonly string[], text: string, start: number): number[] | undefined {
  const ends: number[] = []
  let place = 0
  for (const { length } of pieces) {
    for (let bytes = length; bytes > 0;) {
      const character = text.codePointAt(place)
      if (character === undefined) return undefined
      bytes -= character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4
      if (bytes < 0) return undefined
      place += character < 0x1_0000 ? 1 : 2
    }
    ends.push(start + place)
  }
  return place === text.length ? ends : undefined
}

/** Patterns of Split pre-tokenizers, as in tokenizer.json: of Qwen 2 and 3, and of Llama 3. They take time in proportion to the text. */
export const KNOWN_PATTERNS: ReadonlySet<unknown> = new Set([
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
])

interface PreTokenizerContent {
  readonly type?: unknown
  readonly pretokenizers?: unknown
  readonly pattern?: { readonly Regex?: unknown }
  readonly behavior?: unknown
  readonly invert?: unknown
  readonly individual_digits?: unknown
  readonly add_prefix_space?: unknown
  readonly use_regex?: unknown
}

/** Whether all steps are of known kinds and the last one writes bytes. */
function isLeftToRight(content: unknown): boolean {
  const steps = sequenceOf(content)
  const isByteLevel = ({ type, add_prefix_space: prefix }: PreTokenizerContent) => type === 'ByteLevel' && prefix === false
  const isKnownSplit = ({ type, pattern, behavior, invert }: PreTokenizerContent) =>
    type === 'Split' && behavior === 'Isolated' && invert !== true && KNOWN_PATTERNS.has(pattern?.Regex)
  const isDigits = ({ type, individual_digits: each }: PreTokenizerContent) => type === 'Digits' && each === true
  const end = steps.at(-1)
  if (!end || !isByteLevel(end)) return false
  const before = steps.slice(0, -1)
  // Without its own pattern ByteLevel does not split.
  return before.every((step) => isKnownSplit(step) || isDigits(step)) && (end.use_regex !== false || before.some(isKnownSplit))
}

function sequenceOf(content: unknown): readonly PreTokenizerContent[] {
  if (typeof content !== 'object' || content === null) return []
  const { type, pretokenizers } = content as PreTokenizerContent
  if (type !== 'Sequence' || !Array.isArray(pretokenizers)) return [content]
  // A step that is not an object has an unknown kind.
  return pretokenizers.map((step: unknown) => (typeof step === 'object' && step !== null ? step : {}))
}

/** Whether the normalizer does not change text in normal form C. */
function isStable(normalizer: unknown): boolean {
  return normalizer === null || normalizer === undefined || (normalizer as { readonly type?: unknown }).type === 'NFC'
}
