/**
 * Translates the regular expressions of tokenizer.json (Oniguruma with Ruby's syntax, in the Rust library) to JavaScript's. Syntax that
 * has no exact translation is refused by name, because a pattern with another meaning changes every score.
 */
import { afterBackslash, bracketed, category, word, type Reader } from './character-class.ts'
import { type CharacterSet, classSource, has, range, union } from './character-set.ts'
import { Unsupported } from './unsupported.ts'

/** A translated part: its source, and whether it can match the empty text. */
interface Part {
  readonly source: string
  readonly canBeEmpty: boolean
  /** The letters of a literal, for sequences that are equal without regard to case. */
  readonly literal?: string
}

/** Longest repetition count that is translated. */
const MOST_TIMES = 1000

/** The expression with the flags `gu`. Fails with Unsupported. */
export function translate(pattern: string): RegExp {
  const reader: Reader = { pattern, place: 0, groups: 0 }
  const isCaseless = pattern.startsWith('(?i)')
  if (isCaseless) reader.place = 4
  const { source } = alternatives(reader, isCaseless)
  if (reader.place < pattern.length) throw new Unsupported(`an unmatched ")" in ${JSON.stringify(pattern)}`)
  try {
    return new RegExp(source, 'gu')
  } catch (cause) {
    throw new Unsupported(`the pattern ${JSON.stringify(pattern)}`, { cause })
  }
}

function alternatives(reader: Reader, isCaseless: boolean): Part {
  const parts = [sequence(reader, isCaseless)]
  while (reader.pattern[reader.place] === '|') {
    reader.place++
    parts.push(sequence(reader, isCaseless))
  }
  return { source: parts.map(({ source }) => source).join('|'), canBeEmpty: parts.some(({ canBeEmpty }) => canBeEmpty) }
}

function sequence(reader: Reader, isCaseless: boolean): Part {
  const parts: Part[] = []
  while (reader.place < reader.pattern.length && !'|)'.includes(reader.pattern[reader.place]!)) parts.push(quantified(reader, isCaseless))
  if (isCaseless) refuseLongFolds(parts)
  return { source: parts.map(({ source }) => source).join(''), canBeEmpty: parts.every(({ canBeEmpty }) => canBeEmpty) }
}

/** Letter sequences that equal one character without regard to case, such as `ss` for `ß`. */
const LONG_FOLDS = /ss|st|ff|fi|fl|[^\p{ASCII}]/iu

function refuseLongFolds(parts: readonly Part[]): void {
  const letters = parts.map(({ literal }) => literal ?? ' ').join('')
  if (LONG_FOLDS.test(letters)) throw new Unsupported(`the letters ${JSON.stringify(letters)} without regard to case, in a pattern`)
}

function quantified(reader: Reader, isCaseless: boolean): Part {
  const atom = oneAtom(reader, isCaseless)
  const { pattern } = reader
  const found = /^(?:[*+?]|\{(?:\d{1,5}(?:,\d{0,5})?|,\d{1,5})\})/u.exec(pattern.slice(reader.place, reader.place + 16))
  if (!found) return atom
  reader.place += found[0].length
  const suffix = pattern[reader.place] === '?' || pattern[reader.place] === '+' ? pattern[reader.place++]! : ''
  if (/^(?:[*+?]|\{\d|\{,\d)/u.test(pattern.slice(reader.place, reader.place + 3)))
    throw new Unsupported(`a repetition of a repetition in ${JSON.stringify(pattern)}`)
  if (atom.canBeEmpty) throw new Unsupported(`the repetition of a part that can be empty in ${JSON.stringify(pattern)}`)
  const times = found[0].replace('{,', '{0,')
  if (Math.max(...times.split(/\D+/u).map(Number)) > MOST_TIMES) throw new Unsupported(`the repetition ${times} in a pattern`)
  const repeated = `(?:${atom.source})${times}`
  const canBeEmpty = /^(?:[*?]|\{0)/u.test(times)
  const isInterval = times.startsWith('{')
  if (suffix === '') return { source: repeated, canBeEmpty }
  // Ruby reads `{n}?` as an optional part and `{n,m}+` as a repeated one.
  if (suffix === '?') return /^\{\d+\}$/u.test(times) ? { source: `(?:${repeated})?`, canBeEmpty: true } : { source: `${repeated}?`, canBeEmpty }
  if (isInterval) {
    if (canBeEmpty) throw new Unsupported(`the repetition of a part that can be empty in ${JSON.stringify(pattern)}`)
    return { source: `(?:${repeated})+`, canBeEmpty }
  }
  return { source: atomic(reader, repeated), canBeEmpty }
}

function atomic(reader: Reader, source: string): string {
  const name = `a${reader.groups++}`
  return String.raw`(?:(?=(?<${name}>${source}))\k<${name}>)`
}

const WORD_BEFORE = () => `(?<=${classSource(word())})`
const WORD_AFTER = () => `(?=${classSource(word())})`
const NO_WORD_BEFORE = () => `(?<!${classSource(word())})`
const NO_WORD_AFTER = () => `(?!${classSource(word())})`

/** Escapes that match a position. */
const POSITIONS: Readonly<Record<string, () => string>> = {
  A: () => String.raw`(?<![\s\S])`,
  z: () => String.raw`(?![\s\S])`,
  Z: () => String.raw`(?=\n?(?![\s\S]))`,
  b: () => `(?:${WORD_BEFORE()}${NO_WORD_AFTER()}|${NO_WORD_BEFORE()}${WORD_AFTER()})`,
  B: () => `(?:${WORD_BEFORE()}${WORD_AFTER()}|${NO_WORD_BEFORE()}${NO_WORD_AFTER()})`,
}

function oneAtom(reader: Reader, isCaseless: boolean): Part {
  const { pattern } = reader
  const character = String.fromCodePoint(pattern.codePointAt(reader.place)!)
  if (character === '(') return group(reader, isCaseless)
  if (character === '[') return setPart(bracketed(reader), isCaseless, pattern)
  reader.place += character.length
  if (character === '.') return { source: String.raw`[^\n]`, canBeEmpty: false }
  if (character === '^') return { source: String.raw`(?:(?<![\s\S])|(?<=\n)(?=[\s\S]))`, canBeEmpty: true }
  if (character === '$') return { source: String.raw`(?=\n|(?![\s\S]))`, canBeEmpty: true }
  if ('*+?'.includes(character)) throw new Unsupported(`a repetition of nothing in ${JSON.stringify(pattern)}`)
  if (character !== '\\') return literal(character.codePointAt(0)!, isCaseless)
  const place = POSITIONS[pattern[reader.place] ?? '']
  if (place) {
    reader.place++
    return { source: place(), canBeEmpty: true }
  }
  const escaped = afterBackslash(reader, word)
  return typeof escaped === 'number' ? literal(escaped, isCaseless) : setPart(escaped, isCaseless, pattern)
}

function literal(codePoint: number, isCaseless: boolean): Part {
  const text = String.fromCodePoint(codePoint)
  const alike = isCaseless ? { k: [0x212a], s: [0x17f] }[text.toLowerCase()] : undefined
  const set =
    isCaseless && /^[a-z]$/iu.test(text)
      ? union(...[text.toLowerCase().codePointAt(0)!, text.toUpperCase().codePointAt(0)!, ...(alike ?? [])].map((one) => range(one)))
      : range(codePoint)
  return { source: classSource(set), canBeEmpty: false, literal: text }
}

function setPart(set: CharacterSet, isCaseless: boolean, pattern: string): Part {
  if (isCaseless && !isClosedUnderCase(set)) throw new Unsupported(`a class of letters without regard to case in ${JSON.stringify(pattern)}`)
  // An empty class matches nothing.
  return { source: set.length === 0 ? '(?!)' : classSource(set), canBeEmpty: false }
}

function isClosedUnderCase(set: CharacterSet): boolean {
  const letters = union(category('Lu'), category('Ll'), category('Lt'))
  for (let run = 0; run < letters.length; run += 2)
    for (let point = letters[run]!; point < letters[run + 1]!; point++) {
      const text = String.fromCodePoint(point)
      for (const other of [text.toLowerCase(), text.toUpperCase()]) if (has(set, point) !== has(set, other.codePointAt(0)!)) return false
    }
  return true
}

const GROUPS = ['(?:', '(?i:', '(?=', '(?!', '(?<=', '(?<!', '(?>'] as const

function group(reader: Reader, isCaseless: boolean): Part {
  const { pattern } = reader
  const opening = GROUPS.find((start) => pattern.startsWith(start, reader.place))
  if (!opening && pattern[reader.place + 1] === '?')
    throw new Unsupported(`the group ${JSON.stringify(pattern.slice(reader.place, reader.place + 4))} in ${JSON.stringify(pattern)}`)
  reader.place += opening?.length ?? 1
  const inner = alternatives(reader, isCaseless || opening === '(?i:')
  if (pattern[reader.place] !== ')') throw new Unsupported(`an unmatched "(" in ${JSON.stringify(pattern)}`)
  reader.place++
  if (opening === '(?>') return { source: atomic(reader, inner.source), canBeEmpty: inner.canBeEmpty }
  if (opening === undefined || opening === '(?:' || opening === '(?i:') return { source: `(?:${inner.source})`, canBeEmpty: inner.canBeEmpty }
  return { source: `${opening}${inner.source})`, canBeEmpty: true }
}
