/** How wide text is, estimated: nothing here has fonts. */
import { FONT_SIZE } from './svg.ts'

/** Width in units of the drawing, rather too large than too small. */
export function textWidth(text: string): number {
  return charactersOf(text).reduce((width, character) => width + characterWidth(character), 0) * FONT_SIZE
}

/** The text, or as much of it as fits with an ellipsis. */
export function textWithin(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  const characters = charactersOf(text)
  while (characters.length > 0 && textWidth(`${characters.join('')}…`) > width) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

/** A text and the size of its letters. */
export interface FittingText {
  readonly shown: string
  readonly size: number
}

/** Smaller letters cannot be read on a phone. */
const LEAST_SIZE = 8

/** The text in letters so small that it fits; with an ellipsis if the smallest are still too wide. */
export function fittingText(text: string, width: number): FittingText {
  const size = Math.max(LEAST_SIZE, Math.min(FONT_SIZE, (FONT_SIZE * width) / textWidth(text)))
  return { shown: textWithin(text, (width * FONT_SIZE) / size + 1e-6), size }
}

const SEGMENTER = new Intl.Segmenter()

/** As a reader counts them: an emoji of several code points is one. */
function charactersOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment)
}

/** In heights of a letter, as in common sans-serif fonts. */
function characterWidth(character: string): number {
  if (/[fijlrtI.,:;'|!()[\] ]/u.test(character)) return 0.4
  if (/[mwMW@%]/u.test(character)) return 1
  if (/[A-Z]/u.test(character)) return 0.75
  // From here on scripts have characters as wide as they are high.
  return character.codePointAt(0)! < 0x11_00 ? 0.62 : 1.05
}
