/**
 * Translates the regular expressions of tokenizer.json (Oniguruma with Ruby's syntax, in the Rust library) to JavaScript's. Syntax that
 * has no exact translation is refused by name, because a pattern with another meaning changes every score.
 */
import { CATEGORIES, SCRIPTS, WORD, WORD_IN_CLASS } from './character-tables.ts'
import { type CharacterSet, classSource, complement, has, intersection, NONE, range, union, unpack, WHITE_SPACE } from './character-set.ts'
import { Unsupported } from './unsupported.ts'

/** A translated part: its source, and whether it can match the empty text. */
interface Part {
  readonly source: string
  readonly canBeEmpty: boolean
  /** The letters of a literal, for sequences that are equal without regard to case. */
  readonly literal?: string
}

/** The position of the parser. */
interface Reader {
  readonly pattern: string
  place: number
  /** Groups made so far: JavaScript has no atomic ones, and they are written with a group and a reference to it. */
  groups: number
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

const sets = new Map<string, CharacterSet>()

/** A set that is made once. */
function known(name: string, make: () => CharacterSet): CharacterSet {
  const set = sets.get(name) ?? make()
  sets.set(name, set)
  return set
}

const category = (name: string) => known(`category ${name}`, () => unpack(CATEGORIES[name]!))
const DIGIT = () => category('Nd')
const HEX = () => known('hex', () => union(range(48, 57), range(65, 70), range(97, 102)))
const word = () => known('word', () => unpack(WORD))

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

/** A class in brackets: sets, ranges and nested classes, with `&&` for intersections. */
function bracketed(reader: Reader): CharacterSet {
  const { pattern } = reader
  const failed = (what: string) => new Unsupported(`${what} in ${JSON.stringify(pattern)}`)
  reader.place++
  const isNegated = pattern[reader.place] === '^'
  if (isNegated) reader.place++
  if (pattern[reader.place] === ']') throw failed('a class that begins with "]"')
  const operands: CharacterSet[] = []
  let parts: CharacterSet[] = []
  for (;;) {
    if (reader.place >= pattern.length) throw failed('an unmatched "["')
    if (pattern[reader.place] === ']') break
    if (pattern.startsWith('&&', reader.place)) {
      if (parts.length === 0) throw failed('an empty part of a class')
      operands.push(union(...parts))
      parts = []
      reader.place += 2
      continue
    }
    if (pattern.startsWith('[:', reader.place)) throw failed('a POSIX class')
    const first = classPart(reader)
    const isRange = pattern[reader.place] === '-' && pattern[reader.place + 1] !== ']'
    if (typeof first !== 'number') {
      if (isRange) throw failed('a range that begins with a set')
      parts.push(first)
      continue
    }
    if (!isRange) {
      parts.push(range(first))
      continue
    }
    reader.place++
    const last = classPart(reader)
    if (typeof last !== 'number' || last < first) throw failed('a range that does not end with a later character')
    parts.push(range(first, last))
  }
  reader.place++
  if (parts.length === 0) throw failed('an empty part of a class')
  const set = [...operands, union(...parts)].reduce((one, other) => intersection(one, other))
  return isNegated ? complement(set) : set
}

function classPart(reader: Reader): CharacterSet | number {
  const { pattern } = reader
  if (pattern[reader.place] === '[') return bracketed(reader)
  const codePoint = pattern.codePointAt(reader.place)!
  reader.place += codePoint > 0xffff ? 2 : 1
  if (codePoint !== 0x5c) return codePoint
  return afterBackslash(reader, () => known('word in a class', () => unpack(WORD_IN_CLASS)))
}

const CONTROLS: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, f: 12, v: 11, a: 7, e: 27 }

/** The meaning of an escape: a character or a set of them. */
function afterBackslash(reader: Reader, wordSet: () => CharacterSet): CharacterSet | number {
  const { pattern } = reader
  if (reader.place >= pattern.length) throw new Unsupported(`a "\\" at the end of ${JSON.stringify(pattern)}`)
  const codePoint = pattern.codePointAt(reader.place)!
  const letter = String.fromCodePoint(codePoint)
  const unknown = () => new Unsupported(`the escape ${JSON.stringify(`\\${pattern.slice(reader.place, reader.place + 12)}`)} in ${JSON.stringify(pattern)}`)
  const numbered = /^(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))/u.exec(pattern.slice(reader.place, reader.place + 10))
  if (numbered) {
    const value = Number.parseInt(numbered[1] ?? numbered[2] ?? numbered[3]!, 16)
    // One byte above 7f is not a character.
    if (value > 0x10_ffff || (numbered[2] !== undefined && value > 0x7f) || (value >= 0xd800 && value < 0xe000)) throw unknown()
    reader.place += numbered[0].length
    return value
  }
  const property = /^[pP]\{(\^?)([A-Za-z_ ]+)\}/u.exec(pattern.slice(reader.place, reader.place + 40))
  if (property) {
    const set = propertySet(property[2]!)
    if (!set) throw unknown()
    reader.place += property[0].length
    return (letter === 'P') !== (property[1] === '^') ? complement(set) : set
  }
  const set = { s: () => WHITE_SPACE, d: DIGIT, h: HEX, w: wordSet }[letter.toLowerCase()]
  reader.place += letter.length
  if (set) return letter === letter.toUpperCase() ? complement(set()) : set()
  const control = CONTROLS[letter]
  if (control !== undefined) return control
  if (/^[A-Za-z0-9]$/u.test(letter) || codePoint > 0x7f) {
    reader.place -= letter.length
    throw unknown()
  }
  return codePoint
}

/** A general category, or all that begin with its letter, or a script. */
function propertySet(written: string): CharacterSet | undefined {
  const name = written.replaceAll(/[_ ]/gu, '').toLowerCase()
  const script = Object.keys(SCRIPTS).find((each) => each.toLowerCase() === name)
  if (script) return known(`script ${script}`, () => unpack(SCRIPTS[script]!))
  if (!/^[a-z]{1,2}$/u.test(name)) return undefined
  const members = Object.keys(CATEGORIES).filter((each) => (name.length === 1 ? each[0]!.toLowerCase() : each.toLowerCase()) === name)
  if (members.length === 0) return name === 'cn' ? unassigned() : undefined
  const set = union(...members.map(category))
  return name === 'c' ? union(set, unassigned(), range(0xd800, 0xdfff)) : set
}

function unassigned(): CharacterSet {
  return complement(union(NONE, ...Object.keys(CATEGORIES).map(category), range(0xd800, 0xdfff)))
}
