/** Puts sections into a card: where the card has them, under a heading for them, or at its end. All other text stays as it is. */
import { CardError } from '../../errors.ts'
import { marker, markedBlocks, type SectionName } from '../../text/marked-sections.ts'
import { markdownBody } from '../../text/markdown.ts'
import { isBenchmarkTable, isBitsTable, isPerplexityTable, isUseCaseTable, taskOf } from '../read/card-figures.ts'
import { SECTION_TITLES, type CardSection } from './card-sections.ts'
import type { Card, CardBlock, CardTable, Span } from '../read/read-card.ts'

/** How a section is known that has no markers. */
interface Signs {
  readonly isTable: (table: CardTable, tasks: ReadonlySet<string>) => boolean
  /** What people call it. */
  readonly heading: RegExp
  /** Rows that are not ours stay: the table is a list of facts. */
  readonly keepsRows?: boolean
}

const rowNames = ({ rows }: CardTable) => rows.map(({ cells }) => (cells[0] ?? '').toLowerCase())
const hasRows = (table: CardTable, ...names: readonly string[]) => names.every((name) => rowNames(table).some((row) => row.startsWith(name)))

const SIGNS: Readonly<Record<SectionName, Signs>> = {
  summary: { isTable: (table) => hasRows(table, 'original layers', 'pruned layers'), heading: /^(?:model )?(?:summary|overview)$/iu, keepsRows: true },
  'use-cases': { isTable: isUseCaseTable, heading: /^use[ -]cases?$/iu },
  hyperparameters: {
    isTable: (table) => hasRows(table, 'merge_layers', 'lowest_lay'),
    heading: /^(?:laco )?(?:hyper-?parameters|settings)$/iu,
    keepsRows: true,
  },
  statistics: { isTable: (table) => hasRows(table, 'successful merges'), heading: /^(?:pruning )?statistics$/iu, keepsRows: true },
  similarity: {
    isTable: (table) => /similarit/iu.test(table.heading) && hasRows(table, 'average', 'min', 'max'),
    heading: /^(?:hidden[ -]states? )?similarit(?:y|ies)(?: \(.*\))?$/iu,
  },
  perplexity: { isTable: isPerplexityTable, heading: /^perplexit(?:y|ies)(?: results?| evaluation)?$/iu },
  'bits-per-byte': { isTable: isBitsTable, heading: /^bits[ -]per[ -]byte$/iu },
  benchmarks: { isTable: isBenchmarks, heading: /^(?:(?:benchmark|evaluation|eval)s?(?: results?)?|results?)$/iu },
}

/** A table of scores may be headed otherwise; then its rows tell. */
function isBenchmarks(table: CardTable, tasks: ReadonlySet<string>): boolean {
  const isOfTasks = /^(?:task|dataset|evaluation)s?$/iu.test(table.head[0] ?? '') && SIGNS.benchmarks.heading.test(table.heading)
  return isBenchmarkTable(table) || (isOfTasks && rowNames(table).some((name) => tasks.has(taskOf(name))))
}

/** A piece of the card and what takes its place. */
interface Edit extends Span {
  readonly text: string
}

/** The card's text with the sections in it; `tasks` are those that the sections have scores of. Fails with CardError where a place is not clear. */
export function placeSections(card: Card, sections: readonly CardSection[], tasks: ReadonlySet<string>): string {
  const newline = card.text.includes('\r\n') ? '\r\n' : '\n'
  const edits: Edit[] = []
  const appended: string[] = []
  const taken = new Set<CardBlock>()
  for (const section of sections) {
    const { name } = section
    const marked = markedSpan(card, name)
    const tables = card.blocks.filter((block) => block.table && !(marked && isWithin(block, marked)) && SIGNS[name].isTable(block.table, tasks))
    checkOne(name, marked, tables)
    const old = marked ? card.blocks.filter((block) => block.table && isWithin(block, marked)) : tables
    if (name === 'benchmarks' && !marked) checkRows(old, tasks)
    const body = sectionText(section, keptRows(card, name, section, old), newline)
    const place = marked ?? (tables[0] && tableSpan(card, name, tables[0]))
    const heading = place
      ? undefined
      : card.blocks.find((block) => block.type === 'heading' && !taken.has(block) && SIGNS[name].heading.test(block.text.trim()))
    if (place) edits.push({ ...place, text: body })
    else if (heading) {
      taken.add(heading)
      edits.push({ start: heading.end, end: heading.end, text: `${newline}${newline}${body}` })
    } else appended.push(`## ${SECTION_TITLES[name]}${newline}${newline}${body}${newline}`)
  }
  return append(applyEdits(card.text, edits), appended, newline)
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end
}

/** From the begin marker to the end marker; undefined where there is neither. */
function markedSpan({ html }: Card, name: SectionName): Span | undefined {
  const places = (side: 'begin' | 'end') => html.flatMap(({ start, text }) => placesOf(marker(name, side), text).map((index) => start + index))
  const [begins, ends] = [places('begin'), places('end')]
  const [begin, end] = [begins[0], ends[0]]
  if (begin === undefined && end === undefined) return undefined
  if (begin === undefined || end === undefined || end < begin || begins.length > 1 || ends.length > 1)
    throw new CardError(
      `the markers of ${name} do not make one pair: ${begins.length} of begin, ${ends.length} of end${end !== undefined && begin !== undefined && end < begin ? ', end before begin' : ''}`,
      `Put ${marker(name, 'begin')} before ${marker(name, 'end')}, once each, or remove both.`,
    )
  return { start: begin, end: end + marker(name, 'end').length }
}

function placesOf(part: string, text: string): number[] {
  const places: number[] = []
  for (let index = text.indexOf(part); index !== -1; index = text.indexOf(part, index + part.length)) places.push(index)
  return places
}

/** A section that stands twice says two things sooner or later. */
function checkOne(name: SectionName, marked: Span | undefined, tables: readonly CardBlock[]): void {
  const lines = tables.map(({ line }) => line)
  if (marked && tables.length > 0)
    throw new CardError(`the card has a table of ${name} in line ${lines.join(', ')} beside the one between its markers`, 'Remove one of them.')
  if (tables.length > 1)
    throw new CardError(
      `the card has ${tables.length} tables of ${name}, in lines ${lines.join(' and ')}`,
      `Remove one, or put ${marker(name, 'begin')} and ${marker(name, 'end')} around what is to be replaced.`,
    )
}

/** Scores that nobody measured anew are not thrown away. */
function checkRows(tables: readonly CardBlock[], tasks: ReadonlySet<string>): void {
  for (const { table } of tables) {
    const others = table!.rows.filter(({ cells }) => !tasks.has(taskOf(cells[0] ?? '')))
    if (others.length > 0)
      throw new CardError(
        `the table of benchmarks in line ${table!.line} has ${others.map(({ cells }) => cells[0]).join(', ')}, which the runs do not have`,
        `Score these too, remove them, or put ${marker('benchmarks', 'begin')} and ${marker('benchmarks', 'end')} around the table to have it replaced.`,
      )
  }
}

/** The table; of the similarities the list below it too. */
function tableSpan({ blocks }: Card, name: SectionName, table: CardBlock): Span {
  const next = blocks[blocks.indexOf(table) + 1]
  const isList = name === 'similarity' && next?.type === 'paragraph' && /^individual similarities/iu.test(next.text)
  return { start: table.start, end: isList ? next.end : table.end }
}

/** Lines of the old table, as they stand, whose rows the new one does not have. */
function keptRows({ text }: Card, name: SectionName, { blocks }: CardSection, old: readonly CardBlock[]): readonly string[] {
  if (SIGNS[name].keepsRows !== true) return []
  const own = blocks.find((block) => block.type === 'table')
  const names = new Set(own?.children.map(({ children }) => plainText(children[0]).toLowerCase()))
  const columnCount = own?.children[0]?.children.length
  return old.flatMap(({ start, end, line, table }) => {
    if (table!.head.length !== columnCount) return []
    const lines = text.slice(start, end).split(/\r?\n/u)
    return table!.rows.filter(({ cells }) => !names.has((cells[0] ?? '').toLowerCase())).map((row) => lines[row.line - line]!.trim())
  })
}

function plainText(node: { readonly type: string } | undefined): string {
  const { value, children } = (node ?? {}) as { value?: string; children?: readonly { type: string }[] }
  return value ?? (children ?? []).map(plainText).join('')
}

/** Kept rows stand at the end of the section's table. */
function sectionText({ name, blocks }: CardSection, kept: readonly string[], newline: string): string {
  const lines = markdownBody(markedBlocks(name, blocks)).trimEnd().split('\n')
  const last = lines.findLastIndex((line) => line.startsWith('|'))
  return (kept.length === 0 ? lines : lines.toSpliced(last + 1, 0, ...kept)).join(newline)
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
