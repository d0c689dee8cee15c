/** Where each section of a card belongs: its title, and how a card without markers has it. */
import type { SectionName } from '../../text/marked-sections.ts'
import { taskOf } from '../read/benchmark-name.ts'
import { isBenchmarkTable, isBitsTable, isDivergenceTable, isPerplexityTable, isUseCaseTable } from '../read/card-tables.ts'
import type { CardTable } from '../read/read-card.ts'

/** A section's place. */
interface SectionPlace {
  /** Heading of a section that the card has no place for yet. */
  readonly title: string
  /** Whether a table that has no markers is this section; `tasks` are those that the section has scores of. */
  readonly isTable: (table: CardTable, tasks: ReadonlySet<string>) => boolean
  /** Headings that authors give it. */
  readonly heading: RegExp
  /** The table is a list of facts: rows that evalharness does not write stay. */
  readonly keepsRows?: boolean
}

const rowNames = ({ rows }: CardTable) => rows.map(({ cells }) => (cells[0] ?? '').toLowerCase())
const hasRows = (table: CardTable, ...names: readonly string[]) => names.every((name) => rowNames(table).some((row) => row.startsWith(name)))

/** By the names in their markers. */
export const SECTION_PLACES: Readonly<Record<SectionName, SectionPlace>> = {
  summary: {
    title: 'Model Summary',
    isTable: (table) => hasRows(table, 'original layers', 'pruned layers'),
    heading: /^(?:model )?(?:summary|overview)$/iu,
    keepsRows: true,
  },
  'use-cases': {
    title: 'Use Cases',
    isTable: isUseCaseTable,
    heading: /^use[ -]cases?$/iu,
  },
  hyperparameters: {
    title: 'LaCo Hyperparameters',
    isTable: (table) => hasRows(table, 'merge_layers', 'lowest_lay'),
    heading: /^(?:laco )?(?:hyper-?parameters|settings)$/iu,
    keepsRows: true,
  },
  statistics: {
    title: 'Pruning Statistics',
    isTable: (table) => hasRows(table, 'successful merges'),
    heading: /^(?:pruning )?statistics$/iu,
    keepsRows: true,
  },
  similarity: {
    title: 'Hidden State Similarity',
    isTable: (table) => /similarit/iu.test(table.heading) && hasRows(table, 'average', 'min', 'max'),
    heading: /^(?:hidden[ -]states? )?similarit(?:y|ies)(?: \(.*\))?$/iu,
  },
  perplexity: {
    title: 'Perplexity Results',
    isTable: isPerplexityTable,
    heading: /^perplexit(?:y|ies)(?: results?| evaluation)?$/iu,
  },
  'bits-per-byte': {
    title: 'Bits per Byte',
    isTable: isBitsTable,
    heading: /^bits[ -]per[ -]byte$/iu,
  },
  divergence: {
    title: 'Divergence from the Original',
    isTable: isDivergenceTable,
    heading: /^(?:kl )?divergences?(?: from (?:the )?(?:original|base)(?: model)?)?$/iu,
  },
  benchmarks: {
    title: 'Benchmark Results',
    isTable: isBenchmarks,
    heading: /^(?:(?:benchmark|evaluation|eval)s?(?: results?)?|results?)$/iu,
  },
}

/** A table of scores may be headed otherwise; then its rows tell. */
function isBenchmarks(table: CardTable, tasks: ReadonlySet<string>): boolean {
  const isOfTasks = /^(?:task|dataset|evaluation)s?$/iu.test(table.head[0] ?? '') && SECTION_PLACES.benchmarks.heading.test(table.heading)
  return isBenchmarkTable(table) || (isOfTasks && rowNames(table).some((name) => tasks.has(taskOf(name))))
}
