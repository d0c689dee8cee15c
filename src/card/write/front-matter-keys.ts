/** Puts keys into a card's front matter and leaves every other byte as it was. */
import { isDeepStrictEqual } from 'node:util'
import { isMap, parse } from 'yaml'
import { CardError } from '../../errors.ts'
import type { FrontMatter } from '../read/front-matter.ts'

/** A key of the front matter with its value, a line or more. */
export interface FrontMatterKey {
  readonly key: string
  readonly yaml: string
}

/** The card's text with the keys in its front matter, each in the place of its old value. Fails with CardError if that is not possible. */
export function putKeys(text: string, frontMatter: FrontMatter | null, keys: readonly FrontMatterKey[]): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const pieces = keys.map(({ key, yaml }) => ({ key, yaml: yaml.replaceAll('\n', newline) }))
  if (!frontMatter) {
    const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
    return `${mark}---${newline}${pieces.map(({ yaml }) => yaml).join('')}---${newline}${newline}${text.slice(mark.length)}`
  }
  const { document, start, end } = frontMatter
  if (document.contents !== null && (!isMap(document.contents) || document.contents.flow === true))
    throw new CardError('the front matter is not a list of keys, one on each line', 'Write it as `key: value` lines.')
  const source = text.slice(start, end)
  const places = pieces.map(({ key, yaml }) => ({ yaml, ...(rangeOf(document.contents, key, source) ?? { from: source.length, to: source.length }) }))
  // Later pieces first; of two that are appended the first stays first.
  const result = places
    .toReversed()
    .toSorted((a, b) => b.from - a.from)
    .reduce((changed, { yaml, from, to }) => changed.slice(0, from) + yaml + changed.slice(to), source)
  checkOtherKeys(source, result, keys)
  return text.slice(0, start) + result + text.slice(end)
}

/** Fails with CardError if another key would change: it may use an anchor that an old value defines. */
function checkOtherKeys(before: string, after: string, keys: readonly FrontMatterKey[]): void {
  const names = new Set(keys.map(({ key }) => key))
  if (!isDeepStrictEqual(otherKeys(before, names), otherKeys(after, names)))
    throw new CardError('the model-index cannot be replaced: other keys of the front matter use its anchors', 'Replace the aliases with their values.')
}

/** Undefined if the text is not YAML. */
function otherKeys(source: string, names: ReadonlySet<string>): Readonly<Record<string, unknown>> | undefined {
  try {
    const content = (parse(source) ?? {}) as Readonly<Record<string, unknown>>
    return Object.fromEntries(Object.entries(content).filter(([key]) => !names.has(key)))
  } catch {
    return undefined
  }
}

/** From the key to the next one, without the comments and blank lines before that. */
function rangeOf(contents: unknown, key: string, source: string): { readonly from: number; readonly to: number } | null {
  const items = (contents as { items?: readonly { key: { value?: unknown; range?: readonly number[] } }[] } | null)?.items ?? []
  const index = items.findIndex((item) => item.key.value === key)
  const from = items[index]?.key.range?.[0]
  if (from === undefined) return null
  const next = items[index + 1]?.key.range?.[0] ?? source.length
  const lines = source.slice(from, next).split(/(?<=\n)/u)
  const isCommentOrBlank = (line: string) => line.startsWith('#') || line.trim() === ''
  while (lines.length > 1 && isCommentOrBlank(lines.at(-1)!)) lines.pop()
  return { from, to: from + lines.join('').length }
}
