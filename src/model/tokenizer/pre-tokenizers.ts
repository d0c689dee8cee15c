/** Pre-tokenizers: split a text into the pieces that the model looks up. Each matches the pre-tokenizer of the same name in the Rust library. */
import { NUMERIC, PUNCTUATION } from './character-tables.ts'
import { type CharacterSet, classSource, complement, membership, union, unpack, WHITE_SPACE } from './character-set.ts'
import { byteCharacters } from './bytes.ts'
import { type FindMatches, matcherOf, matchesOf, type Span } from './find-matches.ts'
import { translate } from './regular-expression.ts'
import type { PreTokenizerContent } from './schema.ts'
import { WORD_OF_RUST } from './word.ts'

/**
 * Adds the pieces of a text to `pieces`; none is empty. `isStart`: whether the text is the beginning of the encoded text; only Metaspace's scheme
 * "first" uses it. Returns whether the first piece begins where the text began.
 */
export type SplitText = (text: string, isStart: boolean, pieces: string[]) => boolean

/** The pre-tokenizer of tokenizer.json; none leaves the text whole. Fails with Unsupported. */
export function makePreTokenizer(content: PreTokenizerContent | null | undefined): SplitText {
  if (!content) return whole
  switch (content.type) {
    case 'Sequence':
      return sequence(content.pretokenizers.map(makePreTokenizer))
    case 'ByteLevel':
      return byteLevel(content)
    case 'Metaspace':
      return metaspace(content)
    case 'Split':
      return splitAt(matcherOf(content.pattern), content.behavior, content.invert)
    case 'Punctuation':
      return splitAt(oneOf(unpack(PUNCTUATION)), content.behavior)
    case 'Digits':
      return splitAt(oneOf(unpack(NUMERIC)), content.individual_digits ? 'Isolated' : 'Contiguous')
    case 'CharDelimiterSplit':
      return splitAt(matcherOf({ String: content.delimiter }), 'Removed')
    case 'FixedLength':
      return fixedLength(content.length)
    case 'Whitespace':
      return splitAt(words(), 'Removed', true)
    case 'WhitespaceSplit':
      return splitAt(oneOf(WHITE_SPACE), 'Removed')
    case 'BertPreTokenizer':
      return sequence([splitAt(oneOf(WHITE_SPACE), 'Removed'), splitAt(oneOf(unpack(PUNCTUATION)), 'Isolated')])
  }
}

const whole: SplitText = (text, _, pieces) => {
  pieces.push(text)
  return true
}

/** Applies each step to the pieces of the step before. */
function sequence(steps: readonly SplitText[]): SplitText {
  return (text, isStart, pieces) => {
    let before = [text]
    let isCached = true
    for (const step of steps) {
      const after: string[] = []
      for (let index = 0; index < before.length; index++) {
        const isFirstKept = step(before[index]!, isStart && isCached && index === 0, after)
        if (index === 0) isCached &&= isFirstKept
      }
      before = after
    }
    for (const piece of before) pieces.push(piece)
    return isCached
  }
}

type Behavior = (PreTokenizerContent & { readonly type: 'Split' })['behavior']

/** Splits at matches; with `isInverted`, at the text between them. */
function splitAt(find: FindMatches, behavior: Behavior, isInverted = false): SplitText {
  const spansOf = SPANS[behavior]
  return (text, _, pieces) => {
    const spans = spansOf(covered(text, find, isInverted))
    let first: number | undefined
    for (const [start, end] of spans) {
      if (start === end) continue
      first ??= start
      pieces.push(text.slice(start, end))
    }
    return first === 0
  }
}

interface Covered {
  readonly span: Span
  readonly isMatch: boolean
}

/** The whole text, divided into matches and the text between them. */
function covered(text: string, find: FindMatches, isInverted: boolean): Covered[] {
  const spans: Covered[] = []
  let last = 0
  for (const span of find(text)) {
    if (last < span[0]) spans.push({ span: [last, span[0]], isMatch: isInverted })
    spans.push({ span, isMatch: !isInverted })
    last = span[1]
  }
  if (last < text.length) spans.push({ span: [last, text.length], isMatch: isInverted })
  return spans
}

/** Applies the behavior to matches and the rest. */
const SPANS: Readonly<Record<Behavior, (spans: readonly Covered[]) => readonly Span[]>> = {
  Isolated: (spans) => spans.map(({ span }) => span),
  Removed: (spans) => spans.filter(({ isMatch }) => !isMatch).map(({ span }) => span),
  Contiguous: (spans) => joined(spans, (isMatch, wasMatch) => isMatch === wasMatch),
  MergedWithPrevious: (spans) => joined(spans, (isMatch, wasMatch) => isMatch && !wasMatch),
  MergedWithNext: (spans) => joined(spans.toReversed(), (isMatch, wasMatch) => isMatch && !wasMatch).toReversed(),
}

/** Joins neighbors that belong together into one span. Reads the spans in the given order, which may be from the end. */
function joined(spans: readonly Covered[], isJoined: (isMatch: boolean, wasMatch: boolean) => boolean): Span[] {
  const joined: Span[] = []
  let wasMatch = false
  for (const { span, isMatch } of spans) {
    const last = joined.at(-1)
    if (last && isJoined(isMatch, wasMatch)) joined[joined.length - 1] = [Math.min(last[0], span[0]), Math.max(last[1], span[1])]
    else joined.push(span)
    wasMatch = isMatch
  }
  return joined
}

/** Single characters of a set. */
function oneOf(set: CharacterSet): FindMatches {
  const isMember = membership(set)
  return (text) => {
    const spans: Span[] = []
    for (let place = 0; place < text.length;) {
      const codePoint = text.codePointAt(place)!
      const end = place + (codePoint > 0xffff ? 2 : 1)
      if (isMember(codePoint)) spans.push([place, end])
      place = end
    }
    return spans
  }
}

/** Splits into runs of word characters and runs of other characters that are not white space. */
function words(): FindMatches {
  return matchesOf(new RegExp(`${classSource(WORD_OF_RUST())}+|${classSource(complement(union(WORD_OF_RUST(), WHITE_SPACE)))}+`, 'gu'))
}

/** GPT-2's pattern. */
const GPT_2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

function byteLevel({ add_prefix_space: addsSpace, use_regex: usesPattern }: PreTokenizerContent & { readonly type: 'ByteLevel' }): SplitText {
  const find = usesPattern ? matchesOf(translate(GPT_2)) : undefined
  return (text, _, pieces) => {
    const spaced = addsSpace && !text.startsWith(' ') ? ` ${text}` : text
    if (!find) pieces.push(byteCharacters(spaced))
    else for (const [start, end] of find(spaced)) pieces.push(byteCharacters(spaced.slice(start, end)))
    return true
  }
}

function metaspace({ replacement, prepend_scheme: scheme, split }: PreTokenizerContent & { readonly type: 'Metaspace' }): SplitText {
  const atReplacement = splitAt(matcherOf({ String: replacement }), 'MergedWithNext')
  return (text, isStart, pieces) => {
    const replaced = text.replaceAll(' ', () => replacement)
    const isPrefixed = scheme === 'always' || (scheme === 'first' && isStart)
    const written = isPrefixed && !replaced.startsWith(replacement) ? replacement + replaced : replaced
    if (split) atReplacement(written, isStart, pieces)
    else pieces.push(written)
    return true
  }
}

function fixedLength(length: number): SplitText {
  return (text, _, pieces) => {
    const characters = Array.from(text)
    for (let start = 0; start < characters.length; start += length) pieces.push(characters.slice(start, start + length).join(''))
    return true
  }
}
