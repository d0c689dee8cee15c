/** Characters and sets of them in a regular expression of tokenizer.json: classes in brackets, escapes, categories and scripts. */
import { CATEGORIES, SCRIPTS, WORD, WORD_IN_CLASS } from './character-tables.ts'
import { type CharacterSet, complement, intersection, NONE, range, union, unpack, WHITE_SPACE } from './character-set.ts'
import { Unsupported } from './unsupported.ts'

/** The position of the parser. */
export interface Reader {
  readonly pattern: string
  place: number
  /** Groups made so far: JavaScript has no atomic ones, and they are written with a group and a reference to it. */
  groups: number
}

const sets = new Map<string, CharacterSet>()

/** A set that is made once. */
function known(name: string, make: () => CharacterSet): CharacterSet {
  const set = sets.get(name) ?? make()
  sets.set(name, set)
  return set
}

/** The characters of a general category, such as Lu. */
export const category = (name: string) => known(`category ${name}`, () => unpack(CATEGORIES[name]!))
const DIGIT = () => category('Nd')
const HEX = () => known('hex', () => union(range(48, 57), range(65, 70), range(97, 102)))
/** Word characters of Oniguruma outside of classes. */
export const word = () => known('word', () => unpack(WORD))

/** A class in brackets: sets, ranges and nested classes, with `&&` for intersections. */
export function bracketed(reader: Reader): CharacterSet {
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
export function afterBackslash(reader: Reader, wordSet: () => CharacterSet): CharacterSet | number {
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
