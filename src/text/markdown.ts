/** Markdown from plain data, escaped by a library: names of models and files are untrusted input. */
import type { Root, RootContent, Table, TableCell, TableRow } from 'mdast'
import { gfmTableToMarkdown } from 'mdast-util-gfm-table'
import { toMarkdown } from 'mdast-util-to-markdown'
import { stringify } from 'yaml'
import type { TextTable } from './text-table.ts'

/** Text of a cell; code if it begins and ends with a backtick. */
type Cell = string

/** A document under its YAML front matter. */
export function markdownDocument(frontMatter: Readonly<Record<string, unknown>>, blocks: readonly RootContent[]): string {
  return `---\n${stringify(frontMatter)}---\n\n${markdownBody(blocks)}`
}

/** Blocks alone. */
export function markdownBody(blocks: readonly RootContent[]): string {
  const root: Root = { type: 'root', children: [...blocks] }
  return toMarkdown(root, { bullet: '-', extensions: [gfmTableToMarkdown()] })
}

export function heading(depth: 1 | 2 | 3, text: string): RootContent {
  return { type: 'heading', depth, children: [{ type: 'text', value: text }] }
}

export function paragraph(text: string): RootContent {
  return { type: 'paragraph', children: inline(text) }
}

export function codeBlock(lang: string, value: string): RootContent {
  return { type: 'code', lang, value }
}

/** The first row is the head. */
export function table(rows: readonly (readonly Cell[])[]): RootContent {
  const cell = (text: Cell): TableCell => ({ type: 'tableCell', children: inline(text) })
  return { type: 'table', children: rows.map((row) => ({ type: 'tableRow', children: row.map(cell) })) }
}

/** A table of text with its columns aligned as they are in a terminal. */
export function alignedTable({ columns, rows }: TextTable): RootContent {
  const plain = table([columns.map(({ head }) => head), ...rows]) as Table
  return { ...plain, align: columns.map(({ align }) => (align === 'right' ? 'right' : null)) }
}

/** The same as `table` with the first column strong below the head. */
export function strongTable(rows: readonly (readonly Cell[])[]): RootContent {
  const plain = table(rows) as Table
  const [head, ...body] = plain.children
  const strong = body.map((row): TableRow => {
    const [first, ...rest] = row.children
    return { ...row, children: [{ type: 'tableCell', children: [{ type: 'strong', children: first!.children }] }, ...rest] }
  })
  return { ...plain, children: [head!, ...strong] }
}

/** Text with `code` between backticks; everything else is taken literally. */
function inline(text: string) {
  return text
    .split(/(`[^`]+`)/u)
    .filter((part) => part !== '')
    .map((part) =>
      part.length > 2 && part.startsWith('`') && part.endsWith('`')
        ? { type: 'inlineCode' as const, value: part.slice(1, -1) }
        : { type: 'text' as const, value: part },
    )
}
