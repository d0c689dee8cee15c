/** Python's rules for text where JavaScript's differ, for prompts that must be equal to lm-eval's byte by byte. */

/** What Python's `str.isspace`, `strip` and `\s` take for white space: U+001C to U+001F and U+0085 too, U+FEFF not. */
export const WHITE_SPACE = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`

const LEADING = new RegExp(`^[${WHITE_SPACE}]+`, 'u')
const IS_SPACE = new RegExp(`[${WHITE_SPACE}]`, 'u')
const RUNS = new RegExp(`[${WHITE_SPACE}]+`, 'gu')

/** Whether the text begins with white space. */
export function startsWithSpace(text: string): boolean {
  return IS_SPACE.test(text[0] ?? '')
}

/** Whether the text ends in white space. */
export function endsWithSpace(text: string): boolean {
  return IS_SPACE.test(text.at(-1) ?? '')
}

/** Python's `' '.join(text.split())`. */
export function squeeze(text: string): string {
  return strip(text.replace(RUNS, ' '))
}

/** Python's `str.strip()`; with `characters`, those instead of white space. */
export function strip(text: string, characters?: string): string {
  return stripEnd(stripStart(text, characters), characters)
}

/** Python's `str.lstrip()`; with `characters`, those instead of white space. */
export function stripStart(text: string, characters?: string): string {
  if (characters === undefined) return text.replace(LEADING, '')
  const [points, removed] = [codePoints(text), new Set(characters)]
  const start = points.findIndex((point) => !removed.has(point))
  return start < 0 ? '' : points.slice(start).join('')
}

/**
 * Python's `str.rstrip()`; with `characters`, those instead of white space. Scans from the end, for a pattern would look at every run of white space
 * in a long text.
 */
export function stripEnd(text: string, characters?: string): string {
  if (characters !== undefined) {
    const [points, removed] = [codePoints(text), new Set(characters)]
    return points.slice(0, points.findLastIndex((point) => !removed.has(point)) + 1).join('')
  }
  let end = text.length
  while (end > 0 && IS_SPACE.test(text[end - 1]!)) end--
  return text.slice(0, end)
}

/** Characters whose title case is not their upper case, as far as one character becomes two. */
const TITLE_CASE: Readonly<Record<string, string>> = {
  ß: 'Ss',
  ŉ: 'ʼN',
  ǰ: 'J̌',
  ﬀ: 'Ff',
  ﬁ: 'Fi',
  ﬂ: 'Fl',
  ﬃ: 'Ffi',
  ﬄ: 'Ffl',
  ﬅ: 'St',
  ﬆ: 'St',
  և: 'Եւ',
  ǆ: 'ǅ',
  ǅ: 'ǅ',
  Ǆ: 'ǅ',
  ǉ: 'ǈ',
  ǈ: 'ǈ',
  Ǉ: 'ǈ',
  ǌ: 'ǋ',
  ǋ: 'ǋ',
  Ǌ: 'ǋ',
  ǳ: 'ǲ',
  ǲ: 'ǲ',
  Ǳ: 'ǲ',
}

/** Python's `str.capitalize()`: the first character in title case, the others in lower case. */
export function capitalize(text: string): string {
  const [first] = text
  if (first === undefined) return ''
  return (TITLE_CASE[first] ?? first.toUpperCase()) + text.slice(first.length).toLowerCase()
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

/** Python's `repr()` of a text: in single quotes, unless it has some and no double quote. */
export function quotedText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replace(/[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) => ESCAPES[character] ?? codePoint(character))
  return quote + (quote === "'" ? escaped.replaceAll("'", String.raw`\'`) : escaped) + quote
}

function codePoint(character: string): string {
  const code = character.codePointAt(0)!
  const hexadecimal = (digits: number) => code.toString(16).padStart(digits, '0')
  if (code < 0x100) return String.raw`\x${hexadecimal(2)}`
  return code < 0x1_0000 ? String.raw`\u${hexadecimal(4)}` : String.raw`\U${hexadecimal(8)}`
}

/** Unicode code points: what Python takes for the characters of a text. */
export function codePoints(text: string): string[] {
  return Array.from(text)
}

/** Number of Unicode code points: Python's `len()`. */
export function codePointCount(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
