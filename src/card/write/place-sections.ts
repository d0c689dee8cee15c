/** Puts sections into a card: where the card has them, under a heading for them, or at its end. All other text stays as it is. */
import { toString as textOf } from 'mdast-util-to-string'
import { CardError } from '../../errors.ts'
import { marker, markedBlocks, type SectionName } from '../../text/marked-sections.ts'
import { markdownBody } from '../../text/markdown.ts'
import { taskOf } from '../read/benchmark-name.ts'
import type { Card, CardBlock, Span } from '../read/read-card.ts'
import type { CardSection } from './card-sections.ts'
import { SECTION_PLACES } from './section-places.ts'

/** A piece of the card and what takes its place. */
interface Edit extends Span {
  readonly text: string
}

/** The card's text with the sections in it; `tasks` are those that the sections have scores of. Fails with CardError if a place is not clear. */
export function placeSections(card: Card, sections: readonly CardSection[], tasks: ReadonlySet<string>): string {
  const newline = card.text.includes('\r\n') ? '\r\n' : '\n'
  const edits: Edit[] = []
  const appended: string[] = []
  const taken = new Set<CardBlock>()
  for (const section of sections) {
    const { title, heading: pattern } = SECTION_PLACES[section.name]
    const { span, tables } = findSection(card, section.name, tasks)
    const body = sectionText(section, keptRows(card, section, tables), newline)
    const heading = span ? undefined : card.blocks.find((block) => block.type === 'heading' && !taken.has(block) && pattern.test(block.text.trim()))
    if (span) edits.push({ ...span, text: body })
    else if (heading) {
      taken.add(heading)
      edits.push({ start: heading.end, end: heading.end, text: `${newline}${newline}${body}` })
    } else appended.push(`## ${title}${newline}${newline}${body}${newline}`)
  }
  return append(applyEdits(card.text, edits), appended, newline)
}

/** Where the card has a section: what is to be replaced, and the tables in it; no span if the card does not have it. */
function findSection(card: Card, name: SectionName, tasks: ReadonlySet<string>): { readonly span: Span | undefined; readonly tables: readonly CardBlock[] } {
  const { blocks } = card
  const marked = markedSpan(card, name)
  const tables = blocks.filter((block) => block.table && !(marked && isWithin(block, marked)) && SECTION_PLACES[name].isTable(block.table, tasks))
  checkOne(name, marked, tables)
  if (marked) return { span: marked, tables: blocks.filter((block) => block.table && isWithin(block, marked)) }
  if (name === 'benchmarks') checkRows(tables, tasks)
  return { span: tables[0] && tableSpan(card, name, tables[0]), tables }
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end
}

/** From the begin marker to the end marker; undefined if there is neither. */
function markedSpan({ html }: Card, name: SectionName): Span | undefined {
  const places = (side: 'begin' | 'end') => html.flatMap(({ start, text }) => placesOf(marker(name, side), text).map((index) => start + index))
  const [begins, ends] = [places('begin'), places('end')]
  const [begin, end] = [begins[0], ends[0]]
  if (begin === undefined && end === undefined) return undefined
  if (begin === undefined || end === undefined || end < begin || begins.length > 1 || ends.length > 1)
    throw new CardError(
      `the markers of ${name} are not one pair: ${begins.length} of begin, ${ends.length} of end${end !== undefined && begin !== undefined && end < begin ? ', end before begin' : ''}`,
      `Put ${marker(name, 'begin')} before ${marker(name, 'end')}, once each, or remove both.`,
    )
  return { start: begin, end: end + marker(name, 'end').length }
}

function placesOf(part: string, text: string): number[] {
  const places: number[] = []
  for (let index = text.indexOf(part); index !== -1; index = text.indexOf(part, index + part.length)) places.push(index)
  return places
}

/** Of two copies of a section one would go out of date. */
function checkOne(name: SectionName, marked: Span | undefined, tables: readonly CardBlock[]): void {
  const lines = tables.map(({ line }) => line)
  if (marked && tables.length > 0)
    throw new CardError(`the card has a table of ${name} in line ${lines.join(', ')} outside its markers, and another between them`, 'Remove one of them.')
  if (tables.length > 1)
    throw new CardError(
      `the card has ${tables.length} tables of ${name}, in lines ${lines.join(' and ')}`,
      `Remove one, or put ${marker(name, 'begin')} and ${marker(name, 'end')} around the one to replace.`,
    )
}

/** Fails with CardError if a table has scores that the runs do not have: they would be lost. */
function checkRows(tables: readonly CardBlock[], tasks: ReadonlySet<string>): void {
  for (const { table } of tables) {
    const others = table!.rows.filter(({ cells }) => !tasks.has(taskOf(cells[0] ?? '')))
    if (others.length > 0)
      throw new CardError(
        `the table of benchmarks in line ${table!.line} has ${others.map(({ cells }) => cells[0]).join(', ')}, which the runs do not have`,
        `Score these too, remove them, or put ${marker('benchmarks', 'begin')} and ${marker('benchmarks', 'end')} around the table to replace it.`,
      )
  }
}

/** The table; of the similarities the list below it too. */
function tableSpan({ blocks }: Card, name: SectionName, table: CardBlock): Span {
  const next = blocks[blocks.indexOf(table) + 1]
  const isList = name === 'similarity' && next?.type === 'paragraph' && /^individual similarities/iu.test(next.text)
  return { start: table.start, end: isList ? next.end : table.end }
}

/** Lines of the old table whose rows the new one does not have, unchanged. */
function keptRows({ text }: Card, { name, blocks }: CardSection, old: readonly CardBlock[]): readonly string[] {
  if (SECTION_PLACES[name].keepsRows !== true) return []
  const own = blocks.find((block) => block.type === 'table')
  const names = new Set(own?.children.map(({ children }) => textOf(children[0]).toLowerCase()))
  const columnCount = own?.children[0]?.children.length
  return old.flatMap(({ start, end, line, table }) => {
    if (table!.head.length !== columnCount) return []
    const lines = text.slice(start, end).split(/\r?\n/u)
    return table!.rows.filter(({ cells }) => !names.has((cells[0] ?? '').toLowerCase())).map((row) => lines[row.line - line]!.trim())
  })
}

/** The section between its markers, with the rows that stay at the end of its table. */
function sectionText({ name, blocks }: CardSection, others: readonly string[], newline: string): string {
  const lines = markdownBody(markedBlocks(name, blocks)).trimEnd().split('\n')
  const last = lines.findLastIndex((line) => line.startsWith('|'))
  return (others.length === 0 ? lines : lines.toSpliced(last + 1, 0, ...others)).join(newline)
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits.toSorted((a, b) => b.start - a.start).reduce((result, { start, end, text: piece }) => result.slice(0, start) + piece + result.slice(end), text)
}

function append(text: string, sections: readonly string[], newline: string): string {
  return sections.reduce((result, section) => {
    const gap = result === '' || result.endsWith(newline + newline) ? '' : result.endsWith(newline) ? newline : newline + newline
    return result + gap + section
  }, text)
}
