/**
 * Colors of verdicts and errors on a terminal. They are added to text that is ready to print, so no table depends on them, and
 * text from files cannot bring its own.
 */

/** Environment variables that say how to print: COLUMNS, NO_COLOR, FORCE_COLOR, TERM. */
export type PrintingEnvironment = Readonly<Record<string, string | undefined>>

/** Whether a stream shows colors. FORCE_COLOR decides if it is set, then NO_COLOR; else a terminal does (no-color.org, force-color.org). */
export function hasColors({ isTTY }: { readonly isTTY: boolean }, { FORCE_COLOR: force, NO_COLOR: no, TERM: term }: PrintingEnvironment): boolean {
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTTY && !no && term !== 'dumb'
}

const [RED, GREEN, YELLOW] = [31, 32, 33]
const COLOR_OF: Readonly<Record<string, number>> = {
  '✅': GREEN,
  '⚠️': YELLOW,
  '❔': YELLOW,
  '❌': RED,
  'gate passed': GREEN,
  'gate failed': RED,
  'evalharness:': RED,
}

/** The text with its verdicts in color: a sign with the words after it, the gate's outcome, and the program's name before an error. */
export function painted(text: string): string {
  return text
    .replace(/(✅|⚠️|❔|❌)( [^│\n,;:()]*[^│\n,;:()\s])?/gu, (all, sign: string) => colored(all, COLOR_OF[sign]!))
    .replace(/^(?:gate passed|gate failed|evalharness:)/gmu, (words) => colored(words, COLOR_OF[words]!))
}

function colored(text: string, color: number): string {
  return `\u001B[${color}m${text}\u001B[39m`
}
