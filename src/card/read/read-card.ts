/** A model card as plain data: front matter, and every table with its place. Cards are untrusted input. */
import type { Root, RootContent, Table } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { toString as textOf } from 'mdast-util-to-string'
import { gfmTable } from 'micromark-extension-gfm-table'
import { CardError } from '../../errors.ts'
import { OutOfTime, timeLimit } from '../../io/time-limit.ts'
import { readFrontMatter, type FrontMatter } from './front-matter.ts'

/** A place in the card's text, as for `slice`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A block of the card that is not within another. */
export interface CardBlock extends Span {
  readonly type: string
  readonly line: number
  /** Without marks; of HTML all of it. */
  readonly text: string
  /** If it is a table. */
  readonly table?: CardTable
}

/** A table of the card. */
export interface CardTable {
  /** Text of the heading above it; empty if there is none. */
  readonly heading: string
  /** Line of its head, from 1. */
  readonly line: number
  readonly head: readonly string[]
  readonly rows: readonly CardRow[]
}

/** One row, its cells as text without marks. */
export interface CardRow {
  readonly line: number
  readonly cells: readonly string[]
}

/** A card, parsed. */
export interface Card {
  readonly text: string
  readonly frontMatter: FrontMatter | null
  readonly tables: readonly CardTable[]
  /** All text outside tables, a paragraph a line. */
  readonly prose: readonly { readonly line: number; readonly text: string }[]
  /** In the order of the text. */
  readonly blocks: readonly CardBlock[]
  /** HTML anywhere in the text, comments included; never what is in code. */
  readonly html: readonly (Span & { readonly text: string })[]
}

/** Parses a card; `file` is what errors call it. Fails with CardError on YAML that is none, and on nesting that goes deeper than the stack. */
export function readCard(text: string, file: string): Card {
  const frontMatter = readFrontMatter(text, file)
  try {
    return { text, frontMatter, ...inTime(() => readBody(text, frontMatter)) }
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof OutOfTime)) throw cause
    throw new CardError(`${file}: lists, quotes or links are nested too deeply`, 'A card that readers can read has a few levels.', { cause })
  }
}

/** Markdown nested in itself takes time with the square of its depth and more; honest cards take some ten milliseconds. */
const inTime = timeLimit(3000)

function readBody(text: string, frontMatter: FrontMatter | null): Pick<Card, 'tables' | 'prose' | 'blocks' | 'html'> {
  // Blanked, so that places in the tree are places in the card; a byte order mark would not be counted.
  const blanked = frontMatter ? frontMatter.end + 4 : text.startsWith('\uFEFF') ? 1 : 0
  const body = text.slice(0, blanked).replace(/[^\r\n]+/gu, (run) => ' '.repeat(run.length)) + text.slice(blanked)
  const root: Root = fromMarkdown(body, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] })
  const tables: CardTable[] = []
  const prose: { line: number; text: string }[] = []
  const blocks: CardBlock[] = []
  const html: (Span & { text: string })[] = []
  let heading = ''
  for (const node of root.children) {
    if (node.type === 'heading') heading = textOf(node)
    const table = node.type === 'table' ? tableOf(node, heading) : undefined
    if (table) tables.push(table)
    else if (node.type !== 'html' && node.type !== 'code') prose.push({ line: lineOf(node), text: proseOf(node) })
    blocks.push({ type: node.type, ...spanOf(node), line: lineOf(node), text: node.type === 'table' ? '' : textOf(node), ...(table && { table }) })
    collectHtml(node, html)
  }
  return { tables, prose, blocks, html }
}

function spanOf({ position }: RootContent): Span {
  return { start: position?.start.offset ?? 0, end: position?.end.offset ?? 0 }
}

function collectHtml(node: RootContent, found: (Span & { text: string })[]): void {
  if (node.type === 'html') found.push({ ...spanOf(node), text: node.value })
  if ('children' in node) for (const child of node.children) collectHtml(child, found)
}

/** Links give their address too: a source is often nothing else. */
function proseOf(node: RootContent): string {
  const addresses: string[] = []
  const walk = (entry: RootContent) => {
    if (entry.type === 'link') addresses.push(entry.url)
    if ('children' in entry) for (const child of entry.children) walk(child)
  }
  walk(node)
  return [textOf(node), ...addresses].join(' ')
}

function lineOf(node: { readonly position?: { readonly start: { readonly line: number } } | undefined }): number {
  return node.position?.start.line ?? 0
}

function tableOf(node: Table, heading: string): CardTable {
  const [head, ...rows] = node.children.map((row) => ({ line: lineOf(row), cells: row.children.map((cell) => textOf(cell).trim()) }))
  return { heading, line: lineOf(node), head: head!.cells, rows }
}
