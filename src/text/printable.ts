/** Untrusted text for a terminal. */

/** Control characters of ASCII and Latin-1 but tab and line end; a carriage return only if no line end follows it. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f]|\r(?!\n)/gu

/**
 * The text with control characters as JSON writes them, `\u001b` for an escape: names, rows and cards are untrusted input, and a terminal obeys
 * escape sequences. JSON stays the same JSON.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`)
}
