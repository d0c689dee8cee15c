/** Python's `ast.literal_eval`: lm-eval reads choices and targets from the text that a template gives. */
import { TemplateError } from './template-error.ts'
import { Dict, Tuple, type Value } from './values.ts'

/** Longest text, in UTF-16 units, and most brackets within each other. */
const MOST_LENGTH = 1_000_000
const MOST_DEPTH = 50

/** Most digits of an int that Python reads from a text. */
export const MOST_DIGITS = 4300

/** A text that is being read. */
interface Reader {
  readonly text: string
  at: number
}

/** The value that the text writes. Fails with TemplateError if it is not a literal of numbers, texts, lists, tuples and dicts. */
export function pythonLiteral(text: string): Value {
  if (text.length > MOST_LENGTH) throw new TemplateError('the literal is too long')
  const reader = { text, at: 0 }
  const value = readTuple(reader, '')
  return reader.at === text.length ? value : fail(reader)
}

const NUMBER = /[+-]?(?:(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|0+(?!\d)|[1-9]\d*)(?![\w.])/uy
const WORD = /(?:True|False|None)(?!\w)/uy
const WORDS: Readonly<Record<string, Value>> = { True: true, False: false, None: null }

/** Values up to the closing bracket: a tuple if there is a comma. */
function readTuple(reader: Reader, close: string, depth = 0): Value {
  const { items, hasComma } = readItems(reader, close, depth)
  if (hasComma || (close === ')' && items.length === 0)) return new Tuple(items)
  return items.length === 1 ? items[0]! : fail(reader)
}

function readItems(reader: Reader, close: string, depth: number): { readonly items: Value[]; readonly hasComma: boolean } {
  const items: Value[] = []
  let hasComma = false
  for (;;) {
    skipSpace(reader)
    if (reader.text.charAt(reader.at) === close) break
    items.push(readValue(reader, depth))
    skipSpace(reader)
    if (!take(reader, ',')) break
    hasComma = true
  }
  if (close !== '' && !take(reader, close)) fail(reader)
  return { items, hasComma }
}

function readValue(reader: Reader, depth: number): Value {
  if (depth > MOST_DEPTH) throw new TemplateError('the literal is nested too deeply')
  if (take(reader, '[')) return readItems(reader, ']', depth + 1).items
  if (take(reader, '(')) return readTuple(reader, ')', depth + 1)
  if (take(reader, '{')) return readDict(reader, depth + 1)
  const word = match(reader, WORD)
  if (word !== undefined) return WORDS[word]!
  const number = match(reader, NUMBER)
  if (number !== undefined && number.length > MOST_DIGITS) fail(reader)
  if (number !== undefined) return /[.eE]/u.test(number) ? Number(number) : BigInt(number.replace(/^\+/u, ''))
  return readTexts(reader)
}

function readDict(reader: Reader, depth: number): Value {
  const entries = new Map<string, Value>()
  for (;;) {
    skipSpace(reader)
    if (take(reader, '}')) return new Dict(entries)
    const key = readTexts(reader)
    skipSpace(reader)
    if (!take(reader, ':')) fail(reader)
    skipSpace(reader)
    entries.set(key, readValue(reader, depth))
    skipSpace(reader)
    if (!take(reader, ',') && reader.text.charAt(reader.at) !== '}') fail(reader)
  }
}

/** One or more texts in quotes, which are joined. */
function readTexts(reader: Reader): string {
  let text = readText(reader)
  for (;;) {
    const before = reader.at
    skipSpace(reader)
    if (!/['"]/u.test(reader.text.charAt(reader.at))) {
      reader.at = before
      return text
    }
    text += readText(reader)
  }
}

function readText(reader: Reader): string {
  const quote = match(reader, /'''|"""|'|"/uy) ?? fail(reader)
  let text = ''
  while (!reader.text.startsWith(quote, reader.at)) {
    const character = reader.text.charAt(reader.at)
    if (character === '' || (quote.length === 1 && character === '\n')) fail(reader)
    text += character === '\\' ? readEscape(reader) : character
    if (character !== '\\') reader.at++
  }
  reader.at += quote.length
  return text
}

const ESCAPE = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U00(?:0[\da-fA-F]|10)[\da-fA-F]{4}|[0-7]{1,3}|[^xuUN])/suy
const PLAIN: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v', "'": "'", '"': '"', '\\': '\\', '\n': '' }

function readEscape(reader: Reader): string {
  const escape = match(reader, ESCAPE)?.slice(1) ?? fail(reader)
  if (/^[xuU]./u.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16))
  if (/^[0-7]/u.test(escape)) return String.fromCodePoint(Number.parseInt(escape, 8))
  return PLAIN[escape] ?? `\\${escape}`
}

function skipSpace(reader: Reader): void {
  match(reader, /[ \t\n\r\f]*/uy)
}

function take(reader: Reader, sign: string): boolean {
  if (!reader.text.startsWith(sign, reader.at)) return false
  reader.at += sign.length
  return true
}

function match(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0]
  if (found !== undefined) reader.at += found.length
  return found
}

function fail({ text }: Reader): never {
  throw new TemplateError(`${text.length > 60 ? `${text.slice(0, 60)}…` : text} is not a Python literal`)
}
