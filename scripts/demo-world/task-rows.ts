/** The five built-in tasks: rows drawn first, so that the training text can keep away from them. */
import { boolqKey, drawBoolqRow, type BoolqRow, type PassageSize } from './boolq-rows.ts'
import { drawFrom, type Draw } from './facts.ts'
import { drawHellaswagRow, hellaswagKey, type HellaswagRow } from './hellaswag-rows.ts'
import { drawMmluRow, mmluKey, type MmluRow } from './mmlu-rows.ts'
import { drawPiqaRow, piqaKey, type PiqaRow } from './piqa-rows.ts'
import { TOPICS, type Topic } from './relations.ts'
import { drawWikitextRow, wikitextKey, type WikitextRow } from './wikitext-rows.ts'

/** The rows of every task. */
export interface TaskRows {
  readonly piqa: readonly PiqaRow[]
  readonly boolq: readonly BoolqRow[]
  readonly hellaswag: readonly HellaswagRow[]
  /** By subject: five few-shot examples, and the scored questions. */
  readonly mmlu: Readonly<Record<Topic, { readonly dev: readonly MmluRow[]; readonly test: readonly MmluRow[] }>>
  readonly wikitext: readonly WikitextRow[]
}

/** How much text the built-in model was trained on. */
export const TRAINING_DOCUMENTS = 80_000

/** Passages of the task are of the hardest kind that the training text has. */
export const HARDEST_PASSAGE: PassageSize = { mostFacts: 3, secondThing: 0.5 }

/** The rows, always the same. */
export function drawTaskRows(): TaskRows {
  const draw = drawFrom(20)
  const mmlu = TOPICS.map((topic) => {
    const rows = distinct(35, mmluKey, () => drawMmluRow(draw, topic))
    return [topic, { dev: rows.slice(0, 5), test: rows.slice(5) }] as const
  })
  return {
    piqa: distinct(200, piqaKey, () => drawPiqaRow(draw)),
    boolq: balanced(200, draw),
    hellaswag: distinct(160, hellaswagKey, () => drawHellaswagRow(draw)),
    mmlu: Object.fromEntries(mmlu) as unknown as TaskRows['mmlu'],
    wikitext: distinct(60, wikitextKey, () => drawWikitextRow(draw)),
  }
}

/** As many answers of yes as of no, so that always saying one of them is at chance. */
function balanced(count: number, draw: Draw): BoolqRow[] {
  const rows = distinct(count * 2, boolqKey, () => drawBoolqRow(draw, HARDEST_PASSAGE))
  const half = (label: number) => rows.filter((row) => row.label === label).slice(0, count / 2)
  const chosen = new Set([...half(0), ...half(1)])
  return rows.filter((row) => chosen.has(row))
}

/** Draws until there are `count` rows with different keys. */
function distinct<Row>(count: number, keyOf: (row: Row) => string, drawRow: () => Row): Row[] {
  const rows = new Map<string, Row>()
  while (rows.size < count) {
    const row = drawRow()
    rows.set(keyOf(row), row)
  }
  return [...rows.values()]
}

/** The keys of all rows: what the training text must not hold. */
export function heldOutKeys({ piqa, boolq, hellaswag, mmlu, wikitext }: TaskRows): ReadonlySet<string> {
  return new Set([
    ...piqa.map(piqaKey),
    ...boolq.map(boolqKey),
    ...hellaswag.map(hellaswagKey),
    ...Object.values(mmlu).flatMap(({ dev, test }) => [...dev, ...test].map(mmluKey)),
    ...wikitext.map(wikitextKey),
  ])
}
