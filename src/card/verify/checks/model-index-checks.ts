/** The model-index of the front matter against the tables: the hub shows the index, readers see the tables. */
import { z } from 'zod'
import { CardError } from '../../../errors.ts'
import { plainName, shotsOf, taskOf, textTaskOf } from '../../read/benchmark-name.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { CardFigures } from '../../read/card-figures.ts'
import type { PerplexityRow } from '../../read/perplexity-rows.ts'
import type { Cell } from '../../read/printed-cell.ts'
import { isOfDataset } from '../../read/model-index.ts'
import type { CardContext } from '../card-context.ts'
import { argumentCells } from './argument-checks.ts'
import { checked, PERCENT, ROUNDING, undecided, type CheckedCell } from '../checked-cell.ts'

const nameOrType = z.string().optional()
const modelIndexSchema = z.array(
  z.looseObject({
    name: nameOrType,
    results: z.array(
      z.looseObject({
        dataset: z.looseObject({ type: nameOrType, name: nameOrType, config: z.string().nullish() }).optional(),
        metrics: z.array(z.looseObject({ type: nameOrType, name: nameOrType, value: z.union([z.number(), z.string()]) })),
      }),
    ),
  }),
)

type IndexedModel = z.infer<typeof modelIndexSchema>[number]
type IndexedResult = IndexedModel['results'][number]
type IndexedMetric = IndexedResult['metrics'][number]

/** Every metric of the index, and the settings of its datasets. Fails with CardError on an index that the hub does not read. */
export function modelIndexCells({ card, figures, note }: CardContext): CheckedCell[] {
  const index: unknown = (card.frontMatter?.content as Record<string, unknown> | null | undefined)?.['model-index']
  if (index === undefined || index === null) return []
  const known = modelIndexSchema.safeParse(index)
  if (!known.success)
    throw new CardError(
      `the model-index of the front matter is malformed: ${z.prettifyError(known.error)}`,
      'Write a list of models, each with results of a dataset and metrics.',
    )
  // A card that evalharness wrote keeps the entries of other models, which its tables do not show.
  const own = known.data.filter(({ name }) => !note || note.models.includes(name ?? ''))
  return own.flatMap(({ name = '', results }) => results.flatMap((result) => resultCells(result, { model: name, figures, isWritten: note !== null })))
}

/** The model that an entry is of, and the card around it. */
interface EntryContext {
  readonly model: string
  readonly figures: CardFigures
  /** By evalharness, whose entries name their benchmarks exactly. */
  readonly isWritten: boolean
}

function resultCells(result: IndexedResult, context: EntryContext): CheckedCell[] {
  const { dataset, metrics } = result
  const row = rowOf(result, context)
  const place = { table: 'model-index', row: row?.name ?? dataset?.name ?? taskOf(dataset?.type ?? ''), line: 1 }
  const texts = metrics.map(({ type = '' }) => context.figures.perplexities.find((text) => isOfText(text, dataset?.name ?? '', type, context.model)))
  const values = metrics.flatMap((metric, index) => {
    const { type, value } = metric
    const cell: Cell = { ...place, column: type ?? 'value', text: String(value) }
    const text = texts[index]
    if (text) return [perplexityCell(cell, Number(value), text)]
    return row ? accuracyCells(cell, metric, row) : [undecided(cell, 'the table', 'the table has no such benchmark')]
  })
  return [...values, ...argumentCells(dataset, { row, text: texts.find((text) => text), isWritten: context.isWritten }, place)]
}

/** The row that an entry repeats. */
function rowOf({ dataset }: IndexedResult, { model, figures, isWritten }: EntryContext): BenchmarkRow | undefined {
  const rows = figures.benchmarks.filter((row) => row.model === null || plainName(row.model) === plainName(model))
  const exact = rows.find((row) => isOfDataset(row, dataset))
  if (exact || isWritten) return exact
  const task = taskOf(dataset?.type ?? dataset?.name ?? '')
  return rows.find((row) => row.task === task)
}

function perplexityCell(cell: Cell, value: number, { perplexity }: PerplexityRow): CheckedCell {
  // The index has more digits than the table, each rounded on its own.
  return checked(cell, 'the table', Math.abs(value - perplexity.value) <= perplexity.slack * 1.02 + ROUNDING, perplexity.text)
}

function accuracyCells(cell: Cell, { value, name = '' }: IndexedMetric, { variant, shotCount }: BenchmarkRow): CheckedCell[] {
  // The hub shows both percents and shares.
  const isEqual = [1, PERCENT].some((scale) => Math.abs(Number(value) * scale - variant.value) < ROUNDING)
  const score = checked(cell, 'the table', isEqual, String(variant.value))
  const shots = shotsOf(name)
  return shots === null || shotCount === null
    ? [score]
    : [score, checked({ ...cell, text: name }, 'shots of the table', shots === shotCount, `${shotCount}-shot`)]
}

/** Whether a row is the variant's, of this text and unit; of several models the one that has the entry's name. */
function isOfText({ measure, side, model }: PerplexityRow, name: string, metric: string, entry: string): boolean {
  const isText = side === 'variant' && measure !== null && plainName(measure.task) === plainName(textTaskOf(name)) && measure.metric === metric
  return isText && (/^(?:pruned|variant) \(/iu.test(model) || plainName(model) === plainName(entry))
}
