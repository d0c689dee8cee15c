/** Finds the matches of a pattern of tokenizer.json in a text, in the way of the Rust library. */
import type { NormalizerContent } from './schema.ts'
import { translate } from './regular-expression.ts'

/** Start and end, in UTF-16 units. */
export type Span = readonly [number, number]

/** All matches in a text. */
export type FindMatches = (text: string) => Iterable<Span>

type Pattern = (NormalizerContent & { readonly type: 'Replace' })['pattern']

/** The matches of a literal text or of a regular expression. Fails with Unsupported. */
export function matcherOf(pattern: Pattern): FindMatches {
  if ('Regex' in pattern) return matchesOf(translate(pattern.Regex))
  const { String: literal } = pattern
  return function* find(text) {
    for (let start = text.indexOf(literal); start >= 0; start = text.indexOf(literal, start + literal.length)) yield [start, start + literal.length]
  }
}

/** The matches of an expression with the flag `g`. An empty one right after another match does not count; an empty text has none. */
export function matchesOf(expression: RegExp): FindMatches {
  return (text) => {
    if (text === '') return []
    const spans: Span[] = []
    let last = -1
    // Not matchAll, which makes a copy of the expression for each text.
    expression.lastIndex = 0
    for (let found = expression.exec(text); found; found = expression.exec(text)) {
      const [start, end] = [found.index, expression.lastIndex]
      if (start === end) expression.lastIndex += (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1
      if (start === end && start === last) continue
      last = end
      spans.push([start, end])
    }
    return spans
  }
}
