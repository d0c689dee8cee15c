/**
 * Quoted texts over several lines as PyYAML reads them: their lines need not be indented further than the key, as YAML wants it. White space at the
 * beginning of such lines is not a part of the text, so they can be indented.
 */
import { Lexer } from 'yaml'

/** Most texts that are indented, and most characters of the result. */
const MOST_TEXTS = 200
const MOST_CHARACTERS = 4_000_000

/** The YAML with the lines of its quoted texts indented where they have to be. */
export function indentQuoted(yaml: string): string {
  let text = yaml
  for (let count = 0; count < MOST_TEXTS; count++) {
    const start = brokenText(text)
    const end = start === undefined ? -1 : closingQuote(text, start)
    if (start === undefined || end < 0) return text
    const column = start - text.lastIndexOf('\n', start)
    const lines = text.slice(start, end).split('\n')
    if (text.length + lines.length * column > MOST_CHARACTERS) return text
    text = text.slice(0, start) + lines.join(`\n${' '.repeat(column)}`) + text.slice(end)
  }
  return text
}

/** The place of the first quoted text that the parser takes for unfinished. */
function brokenText(text: string): number | undefined {
  let place = 0
  let previous = ''
  for (const token of new Lexer().lex(text)) {
    // Not the content of a block, which has this before it.
    if (/^["']/u.test(token) && previous !== PLAIN && closingQuote(token, 0) < 0) return place
    if (!CONTROLS.includes(token)) place += token.length
    previous = token
  }
  return undefined
}

/** What the lexer puts before a text without quotes, and other tokens that are not in the source: beginnings of documents and ends of flows. */
const PLAIN = '\u001F'
const CONTROLS: readonly string[] = [PLAIN, '\u0002', '\u0018']

/** Where the text that begins at `start` has its closing quote; -1 if nowhere. */
function closingQuote(text: string, start: number): number {
  const quote = text[start]!
  for (let place = start + 1; place < text.length; place++) {
    if (quote === '"' && text[place] === '\\') place++
    else if (text[place] === quote && quote === "'" && text[place + 1] === quote) place++
    else if (text[place] === quote) return place
  }
  return -1
}
