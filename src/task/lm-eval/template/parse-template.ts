/** Reads a template, as lm-eval's Jinja environment does: `keep_trailing_newline`, no `trim_blocks`. */
import { parse, tokenize } from '@huggingface/jinja'
import { errorText } from '../../../text/error-text.ts'
import { checkNode } from './check-nodes.ts'
import type { Node } from './nodes.ts'
import { TemplateError } from './template-error.ts'

/** Longest template in UTF-16 units; lm-eval's longest has some 700. */
const MOST_LENGTH = 10_000

/** The syntax tree of a text. Fails with TemplateError on text that is not a template, and on what is not supported. */
export function parseTemplate(text: string): Node {
  if (text.length > MOST_LENGTH) throw new TemplateError(`it has more than ${MOST_LENGTH.toLocaleString('en')} characters`)
  if (/\{%[-+]?\s*(?:end)?generation\b/u.test(text)) throw new TemplateError('the statement generation is not supported')
  if (/\{[%{#]\+|\+[%}#]\}/u.test(text)) throw new TemplateError('white space control with + is not supported')
  const lines = text.replaceAll(/\r\n?/gu, '\n')
  const node = syntaxTree(withPythonEscapes(lines))
  checkNode(node)
  return node
}

function syntaxTree(text: string): Node {
  try {
    // The parser drops one line feed at the end.
    return parse(tokenize(text.endsWith('\n') ? `${text}\n` : text)) as Node
  } catch (error) {
    const reason = error instanceof TypeError ? 'it ends too early' : error instanceof RangeError ? 'it is nested too deeply' : errorText(error)
    throw new TemplateError(`it is not a template that can be read: ${reason}`)
  }
}

const BLOCKS: readonly (readonly [string, string])[] = [
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
]

/** In the texts of expressions: a backslash before a sign that needs none stays, as in Python. */
function withPythonEscapes(text: string): string {
  let result = ''
  let at = 0
  while (at < text.length) {
    const block = BLOCKS.find(([open]) => text.startsWith(open, at))
    const end = block ? text.indexOf(block[1], at) : at + 1
    const part = text.slice(at, end < 0 ? text.length : end)
    result += block && block[0] !== '{#' ? withEscapes(part) : part
    at += part.length
  }
  return result
}

function withEscapes(block: string): string {
  return block.replace(/\\(.)/gsu, (escape, sign: string) => {
    if (/[ntrbfv'"\\xu]/u.test(sign)) return escape
    if (/[\da\nNU]/u.test(sign)) throw new TemplateError(`the escape ${JSON.stringify(escape)} is not supported`)
    return `\\${escape}`
  })
}
