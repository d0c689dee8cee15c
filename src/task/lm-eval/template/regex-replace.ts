/** lm-eval's filter `regex_replace`: Python's `re.sub`, for patterns that mean the same in JavaScript and end soon. */
import { WHITE_SPACE } from '../../../text/python-text.ts'
import type { Budget } from './budget.ts'
import { TemplateError } from './template-error.ts'

/** Most steps that matching may take, estimated from the pattern and the length of the text. */
const MOST_STEPS = 1e8

/** What to replace; `count` 0 is everywhere. */
export interface RegexReplacement {
  readonly pattern: string
  readonly replacement: string
  readonly count: number
}

/** Tokens of a pattern: escapes, classes, groups, quantifiers, other signs. */
const TOKEN = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]?|\((?:\?[:=!]|\?<[=!])?|\)[*+?{]?|\{(?:\d+(?:,\d*)?|,\d*)\}\??|[*+?]\??|[^]/gsu

/** The text with matches replaced. Fails with TemplateError on a pattern that is not supported, or that could take too long. */
export function regexReplace(text: string, { pattern, replacement, count }: RegexReplacement, budget: Budget): string {
  const { source, degree, ways } = translate(pattern)
  const steps = text.length ** degree * ways
  if (steps > MOST_STEPS) throw new TemplateError(`regex_replace: the pattern ${JSON.stringify(pattern)} can take too long on a text of this length`)
  budget.match(steps)
  const expression = compile(source, pattern)
  let left = count === 0 ? Number.POSITIVE_INFINITY : count
  const replaced = text.replace(expression, (...found: readonly unknown[]) => {
    if (left-- <= 0) return String(found[0])
    return expand(replacement, found)
  })
  budget.spend(text.length + replaced.length)
  return replaced
}

/** The pattern for JavaScript; matching takes about `ways` × length to the power `degree` steps. */
function translate(pattern: string): { readonly source: string; readonly degree: number; readonly ways: number } {
  let degree = 1
  let ways = 1
  let source = ''
  for (const [token] of pattern.matchAll(TOKEN)) {
    if (/^\)[*+?{]/u.test(token)) throw refused(pattern, 'a repeated group')
    if (/^\\[1-9AZpPkG]/u.test(token)) throw refused(pattern, token)
    if (token.startsWith('{,')) throw refused(pattern, token)
    if (/^(?:[*+]|\{\d+,\})/u.test(token)) degree++
    else if (/^(?:\?|\{\d+,\d+\})/u.test(token)) ways *= token.startsWith('?') ? 2 : Number(/,(\d+)/u.exec(token)![1]) + 1
    else if (token === '|') ways *= 2
    source += translated(token)
  }
  if (/\(\?(?![:=!]|<[=!])/u.test(pattern)) throw refused(pattern, 'a group with a name or a flag')
  return { source, degree, ways }
}

/** `\d`, `\w` and `\s` mean Unicode's in Python; `.` stops at a line feed only; JavaScript's `u` flag allows few needless escapes. */
function translated(token: string): string {
  if (token === '.') return String.raw`[^\n]`
  if (token === '$') return String.raw`(?=\n?$)`
  if (token.startsWith('[')) return token.replace(/\\./gsu, (escape) => inClass(escape)).replace(/^(\[\^?)\]/u, String.raw`$1\]`)
  if (!token.startsWith('\\')) return token
  if (token === String.raw`\b` || token === String.raw`\B`) throw new TemplateError(`regex_replace: ${token} is not supported`)
  const upper = /^\\[DWS]/u.test(token)
  const within = inClass(token.toLowerCase())
  return /[dws]/iu.test(token[1]!) ? `[${upper ? '^' : ''}${within}]` : inClass(token)
}

function inClass(escape: string): string {
  if (escape === String.raw`\d`) return String.raw`\p{Nd}`
  if (escape === String.raw`\w`) return String.raw`\p{L}\p{N}_`
  if (escape === String.raw`\s`) return WHITE_SPACE
  if (/^\\[DWS]/u.test(escape)) throw new TemplateError(`regex_replace: ${escape} in a class is not supported`)
  if (/^\\[a-zA-Z0-9]/u.test(escape) && !/^\\[nrtfv]/u.test(escape)) throw new TemplateError(`regex_replace: ${escape} is not supported`)
  return /^\\[nrtfv]/u.test(escape) ? escape : `\\u{${escape.codePointAt(1)!.toString(16)}}`
}

function compile(source: string, pattern: string): RegExp {
  try {
    return new RegExp(source, 'gu')
  } catch (cause) {
    throw new TemplateError(`regex_replace: ${JSON.stringify(pattern)} is not a pattern: ${String(cause)}`)
  }
}

/** Python's template of a replacement: `\1` and `\g<1>` are groups. */
function expand(replacement: string, found: readonly unknown[]): string {
  return replacement.replace(/\\(?:g<(\d{1,2})>|(\d{1,2})|(.))/gsu, (_, named?: string, numbered?: string, other?: string) => {
    if (other === 'n') return '\n'
    if (other === 't') return '\t'
    if (other === '\\') return '\\'
    if (other !== undefined) throw new TemplateError(`regex_replace: \\${other} in a replacement is not supported`)
    const group = Number(named ?? numbered)
    // After the groups come the position and the whole text.
    if (group > found.length - 3) throw new TemplateError(`regex_replace: there is no group ${group}`)
    const part = found[group]
    return typeof part === 'string' ? part : ''
  })
}

function refused(pattern: string, what: string): TemplateError {
  return new TemplateError(`regex_replace: ${what} in ${JSON.stringify(pattern)} is not supported`)
}
