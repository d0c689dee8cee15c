/** Scores, retentions, statuses and perplexities of a card against each other. */
import { z } from 'zod'
import { withChance } from '../compare/chance.ts'
import type { Status } from '../compare/comparison.ts'
import { knownSplit } from '../compare/known-splits.ts'
import { statusOf, type StatusProfile } from '../compare/status.ts'
import { CardError } from '../errors.ts'
import { isSameMeasure, shotsOf, taskOf, type BenchmarkRow, type CardFigures, type Cell, type Printed } from './card-figures.ts'
import { checked, PERCENT, type CheckedCell } from './checked-cell.ts'
import type { Card } from './read-card.ts'

/** Every cell of the benchmarks, the model-index, the perplexities and the use cases. Fails with CardError on a model-index that the hub does not read. */
export function scoreCells(card: Card, figures: CardFigures, profile: StatusProfile): CheckedCell[] {
  return [
    ...figures.benchmarks.flatMap((row) => benchmarkCells(row, profile)),
    ...modelIndexCells(card, figures),
    ...perplexityCells(figures),
    ...useCaseCells(figures),
  ]
}

/** Whether a printed number can be the quotient of two printed ones, whatever was rounded away. */
function canBeQuotient(found: Printed, over: Printed, under: Printed, scale: number): boolean {
  const least = ((over.value - over.slack) / (under.value + under.slack)) * scale
  const most = ((over.value + over.slack) / (under.value - under.slack)) * scale
  return found.value + found.slack >= least - 1e-9 && found.value - found.slack <= most + 1e-9
}

function benchmarkCells({ task, original, variant, retention, status }: BenchmarkRow, profile: StatusProfile): CheckedCell[] {
  const share = variant.value / original.value
  return [
    countCell(task, original),
    countCell(task, variant),
    ...(retention ? [checked(retention, 'variant ÷ original', canBeQuotient(retention, variant, original, PERCENT), `${(share * PERCENT).toFixed(1)} %`)] : []),
    ...(status ? [statusCell(task, original, variant, status, profile)] : []),
  ]
}

/** A score on n items is a count over n. */
export function countCell(task: string, score: Printed): CheckedCell {
  const split = knownSplit(task)
  if (!split) return { ...checked(score, 'a count out of the items', true, 'the split is not known'), verdict: 'cited' }
  const count = Math.round((score.value / PERCENT) * split.itemCount)
  const nearest = (count / split.itemCount) * PERCENT
  const items = split.itemCount.toLocaleString('en-US')
  return checked(
    score,
    'a count out of the items',
    score.value >= 0 && score.value <= PERCENT && Math.abs(nearest - score.value) <= score.slack + 1e-9,
    `${nearest.toFixed(score.digits)} is ${count.toLocaleString('en-US')} of ${items}`,
  )
}

/** The word that a benchmark's figures deserve. */
export function statusOfRow(task: string, original: Printed, variant: Printed, profile: StatusProfile): Status {
  const split = knownSplit(task)
  const score = { value: variant.value / PERCENT, standardError: null, provenance: 'cited' as const }
  const chance = split ? withChance(split.uniform, split.majority) : null
  const retention = variant.value / original.value
  const cited = { ...score, value: original.value / PERCENT }
  return statusOf({ score, original: cited, retention, retentionInterval: null, chance, itemCount: split?.itemCount ?? null }, profile)
}

function statusCell(task: string, original: Printed, variant: Printed, status: Cell, profile: StatusProfile): CheckedCell {
  const { name, sign } = statusOfRow(task, original, variant, profile)
  return checked(status, `status of profile ${profile.name}`, status.text === `${sign} ${name}`.trim(), `${sign} ${name}`.trim())
}

const nameOrType = z.string().optional()
const modelIndexSchema = z.array(
  z.looseObject({
    results: z.array(
      z.looseObject({
        dataset: z.looseObject({ type: nameOrType, name: nameOrType }).optional(),
        metrics: z.array(z.looseObject({ type: nameOrType, name: nameOrType, value: z.union([z.number(), z.string()]) })),
      }),
    ),
  }),
)

/** The hub shows the front matter, readers the table: they must say the same. Fails with CardError on a model-index that the hub does not read. */
function modelIndexCells(card: Card, { benchmarks }: CardFigures): CheckedCell[] {
  const index: unknown = (card.frontMatter?.content as Record<string, unknown> | null | undefined)?.['model-index']
  if (index === undefined || index === null) return []
  const known = modelIndexSchema.safeParse(index)
  if (!known.success)
    throw new CardError(
      `the model-index of the front matter is malformed: ${z.prettifyError(known.error)}`,
      'It is a list of models, each with results of a dataset and metrics.',
    )
  const results = known.data.flatMap((entry) => entry.results)
  return results.flatMap(({ dataset, metrics }): CheckedCell[] => {
    const task = taskOf(dataset?.type ?? dataset?.name ?? '')
    const row = benchmarks.find((candidate) => candidate.task === task)
    return metrics.flatMap(({ value, type, name }): CheckedCell[] => {
      const cell: Cell = { table: 'model-index', row: task, column: type ?? 'value', line: 1, text: String(value) }
      if (!row) return [{ ...checked(cell, 'the table', true, 'the table has no such benchmark'), verdict: 'cited' }]
      // The hub shows both percents and shares.
      const isEqual = [1, PERCENT].some((scale) => Math.abs(Number(value) * scale - row.variant.value) < 1e-9)
      const shots = shotsOf(name ?? '')
      const shotCells =
        shots === null || row.shotCount === null
          ? []
          : [checked({ ...cell, text: name! }, 'shots of the table', shots === row.shotCount, `${row.shotCount}-shot`)]
      return [checked(cell, 'the table', isEqual, String(row.variant.value)), ...shotCells]
    })
  })
}

function perplexityCells({ perplexities }: CardFigures): CheckedCell[] {
  return perplexities.flatMap((row) => {
    const { perplexity, ratio } = row
    const original = perplexities.find((candidate) => isSameMeasure(candidate, row))!.perplexity
    const found = `${(perplexity.value / original.value).toFixed(2)}×`
    return ratio ? [checked(ratio, 'perplexity ÷ original', canBeQuotient(ratio, perplexity, original, 1), found)] : []
  })
}

/** A use names a status and a retention, which must be one of the table's. */
function useCaseCells({ useCases, benchmarks }: CardFigures): CheckedCell[] {
  return useCases.map((cell) => {
    const retained = /(?:^|\D)(\d+(?:\.\d+)?)\s*%/u.exec(cell.text)?.[1]
    const words = withoutBrackets(cell.text).trim()
    const statuses = benchmarks.flatMap(({ status }) => (status ? [status.text] : []))
    if (retained === undefined) {
      const isKnown = statuses.includes(words) || /not recommended/iu.test(words)
      return checked(cell, 'a status of the table', isKnown, `one of ${statuses.join(', ')}, or Not recommended`)
    }
    const row = benchmarks.find(({ retention, status }) => retention?.value === Number(retained) && status?.text === words)
    return checked(
      cell,
      'a line of the table',
      row !== undefined,
      `a status and retention of one of ${benchmarks.map(({ status, retention }) => `${status?.text} ${retention?.text}`).join(', ')}`,
    )
  })
}

/** Without what stands between the first opening and the last closing bracket. */
function withoutBrackets(text: string): string {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')]
  return open < 0 || close < open ? text : text.slice(0, open) + text.slice(close + 1)
}
