/** A model card as plain data: front matter, and every table with its place. Cards come from strangers. */
import type { Root, RootContent, Table } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { toString as textOf } from 'mdast-util-to-string'
import { gfmTable } from 'micromark-extension-gfm-table'
import { parseDocument, type Document } from 'yaml'
import { CardError } from '../errors.ts'

/** The YAML between the first two `---`. */
export interface FrontMatter {
  readonly document: Document
  /** Its text starts and ends here in the card, the `---` lines not included. */
  readonly start: number
  readonly end: number
}

/** A table of the card. */
export interface CardTable {
  /** Text of the heading above it; empty where there is none. */
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
}

/** Parses a card; `file` is what errors call it. Fails with CardError on YAML that is none. */
export function readCard(text: string, file: string): Card {
  const frontMatter = readFrontMatter(text, file)
  // Blanked, so that places in the tree are places in the card.
  const body = frontMatter ? text.slice(0, frontMatter.end + 4).replace(/[^\r\n]/gu, ' ') + text.slice(frontMatter.end + 4) : text
  const root: Root = fromMarkdown(body, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] })
  const tables: CardTable[] = []
  const prose: { line: number; text: string }[] = []
  let heading = ''
  for (const node of root.children) {
    if (node.type === 'heading') heading = textOf(node)
    if (node.type === 'table') tables.push(tableOf(node, heading))
    else if (node.type !== 'html' && node.type !== 'code') prose.push({ line: lineOf(node), text: proseOf(node) })
  }
  return { text, frontMatter, tables, prose }
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

function readFrontMatter(text: string, file: string): FrontMatter | null {
  const opening = /^\uFEFF?---[ \t]*\r?\n/u.exec(text)
  if (!opening) return null
  const start = opening[0].length
  const closing = /^---[ \t]*$/mu.exec(text.slice(start))
  if (!closing) throw new CardError(`${file}: the front matter that begins in line 1 does not end`, 'Close it with a line of three dashes.')
  const end = start + closing.index
  const document = parseDocument(text.slice(start, end), { keepSourceTokens: true })
  const [problem] = document.errors
  if (problem)
    throw new CardError(`${file}: the front matter is not YAML: ${problem.message}`, 'Mend it first; the hub does not read it either.', { cause: problem })
  return { document, start, end }
}

/** The only table that `is` tells apart, undefined where there is none. Fails with CardError where there are several. */
export function onlyTable({ tables }: Card, name: string, is: (table: CardTable) => boolean): CardTable | undefined {
  const found = tables.filter(is)
  if (found.length > 1)
    throw new CardError(
      `the card has ${found.length} tables of ${name}, in lines ${found.map(({ line }) => line).join(' and ')}`,
      'Keep one; two may say different things.',
    )
  return found[0]
}
