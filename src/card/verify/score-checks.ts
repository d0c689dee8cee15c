/** Scores, retentions, statuses and perplexities of a card against each other. */
import { z } from 'zod'
import { withChance } from '../../compare/chance.ts'
import type { Status } from '../../compare/comparison.ts'
import { knownSplit } from '../../compare/known-split.ts'
import { statusesOf, statusOf, type Judged, type StatusProfile } from '../../compare/status.ts'
import { CardError } from '../../errors.ts'
import {
  isSameMeasure,
  plainName,
  shotsOf,
  taskOf,
  type BenchmarkRow,
  type CardFigures,
  type Cell,
  type PerplexityRow,
  type Printed,
} from '../read/card-figures.ts'
import type { CardNote } from '../read/card-note.ts'
import { statusText, useText } from '../write/card-sections.ts'
import { isOfDataset } from '../write/model-index.ts'
import { checked, PERCENT, type CheckedCell } from './checked-cell.ts'
import type { Card } from '../read/read-card.ts'
import { count as formatCount } from '../../text/count.ts'

/** Every cell of the benchmarks, the model-index, the perplexities and the use cases. Fails with CardError on a model-index that the hub does not read. */
export function scoreCells(card: Card, figures: CardFigures, profile: StatusProfile, note: CardNote | null): CheckedCell[] {
  return [
    ...figures.benchmarks.flatMap((row) => benchmarkCells(row, profile)),
    ...modelIndexCells(card, figures, note),
    ...perplexityCells(figures),
    ...useCaseCells(figures, profile),
  ]
}

/** Whether a printed number can be the quotient of two printed ones, whatever was rounded away. */
function canBeQuotient(found: Printed, over: Printed, under: Printed, scale: number): boolean {
  const least = ((over.value - over.slack) / (under.value + under.slack)) * scale
  const smallest = under.value - under.slack
  const most = smallest > 0 ? ((over.value + over.slack) / smallest) * scale : Infinity
  return found.value + found.slack >= least - 1e-9 && found.value - found.slack <= most + 1e-9
}

function benchmarkCells(row: BenchmarkRow, profile: StatusProfile): CheckedCell[] {
  const { original, variant, retention, retentionInterval, status } = row
  const share = variant.value / original.value
  const isIn = !retention || !retentionInterval || isWithin(retention, retentionInterval)
  return [
    countCell(row, original),
    countCell(row, variant),
    ...(retention ? [checked(retention, 'variant ÷ original', canBeQuotient(retention, variant, original, PERCENT), `${(share * PERCENT).toFixed(1)} %`)] : []),
    ...(isIn ? [] : [checked(retention, 'within its interval', false, 'between the bounds')]),
    ...(status ? [statusCell(row, status, profile)] : []),
  ]
}

function isWithin({ value, slack }: Printed, { low, high }: NonNullable<BenchmarkRow['retentionInterval']>): boolean {
  return value + slack >= low.value - low.slack && value - slack <= high.value + high.slack
}

/** A score on n items is a count over n: of the items that the card names, else of the published split. */
export function countCell({ task, items }: Pick<BenchmarkRow, 'task' | 'items'>, score: Printed): CheckedCell {
  const split = knownSplit(task)
  const itemCount = items?.count ?? split?.itemCount
  if (itemCount === undefined) return { ...checked(score, 'a count out of the items', true, 'the split is not known'), verdict: 'cited' }
  const count = Math.round((score.value / PERCENT) * itemCount)
  const nearest = (count / itemCount) * PERCENT
  const isCount = score.value >= 0 && score.value <= PERCENT && Math.abs(nearest - score.value) <= score.slack + 1e-9
  const expected = `${nearest.toFixed(score.digits)} is ${formatCount(count)} of ${formatCount(itemCount)}`
  const cell = checked(score, 'a count out of the items', isCount, expected)
  // Other metrics, and means over subsets, are not counts.
  return split || isCount ? cell : { ...cell, verdict: 'cited' }
}

/** The word that a benchmark's figures deserve, as far as they decide it. */
export function statusOfRow(row: BenchmarkRow, profile: StatusProfile): Status {
  return statusOf(judgedOf(row), profile)
}

function judgedOf({ task, items, chance, original, variant, retentionInterval }: BenchmarkRow): Judged {
  const split = knownSplit(task)
  const known = split ? withChance(split.uniform, split.majority) : null
  const cited = (value: number) => ({ value: value / PERCENT, standardError: null, provenance: 'cited' as const })
  return {
    score: cited(variant.value),
    original: cited(original.value),
    retention: original.value > 0 ? variant.value / original.value : null,
    retentionInterval: retentionInterval && [retentionInterval.low.value / PERCENT, retentionInterval.high.value / PERCENT],
    chance: chance ? withChance(chance.value / PERCENT, null) : known,
    itemCount: items?.count ?? split?.itemCount ?? null,
  }
}

/** Every word that numbers which round to the printed ones give. */
function possibleStatuses(row: BenchmarkRow, profile: StatusProfile): ReadonlySet<string> {
  const cases = standings(row).flatMap((judged) => retentionsOf(row, profile).map((retained) => ({ ...judged, ...retained })))
  return new Set(cases.map((judged) => plainName(statusText(statusOf(judged, profile)))))
}

/** The farthest that a score can be from chance, the nearest, and as it is printed. */
function standings(row: BenchmarkRow): Judged[] {
  const { original, variant, chance, items, retentionInterval } = row
  const judged = judgedOf(row)
  const shifted = (side: number): Judged => ({
    ...judged,
    score: { ...judged.score, value: Math.min(1, Math.max(0, (variant.value + side * variant.slack) / PERCENT)) },
    original: { ...judged.original, value: (original.value - side * original.slack) / PERCENT },
    chance: chance ? withChance((chance.value - side * chance.slack) / PERCENT, null) : judged.chance,
  })
  const exact = items ? [{ ...judged, score: { ...judged.score, value: Math.round((variant.value / PERCENT) * items.count) / items.count } }] : []
  const all = [...exact, ...[-1, 0, 1].map(shifted)]
  if (!items) return all
  // Of a written row: a task may only be called like a known one, and a score that is not paired may be judged by the known split.
  const unknown = chance ? [] : all.map((entry) => ({ ...entry, chance: null }))
  const counts = retentionInterval ? [] : [knownSplit(row.task)?.itemCount ?? null, null]
  return [...all, ...unknown].flatMap((entry) => [entry, ...counts.map((itemCount) => ({ ...entry, itemCount }))])
}

/** Retention and interval to both ends of their rounding, and at each cut within it. */
function retentionsOf(
  { original, variant, retention, retentionInterval }: BenchmarkRow,
  { cuts }: StatusProfile,
): Pick<Judged, 'retention' | 'retentionInterval'>[] {
  if (original.value === 0 && !retention) return [{ retention: null, retentionInterval: null }]
  const between = (low: number, high: number) => [
    ...new Set([low, (low + high) / 2, high, ...cuts.flatMap(({ atLeast }) => (atLeast !== undefined && atLeast >= low && atLeast <= high ? [atLeast] : []))]),
  ]
  if (retentionInterval) {
    const [lows, highs] = [retentionInterval.low, retentionInterval.high].map(({ value, slack }) =>
      between((value - slack) / PERCENT, (value + slack) / PERCENT),
    )
    const retained = retention ? retention.value / PERCENT : variant.value / original.value
    const shares = retention ? between((retention.value - retention.slack) / PERCENT, (retention.value + retention.slack) / PERCENT) : [retained]
    return [
      ...lows!.flatMap((low) => highs!.map((high) => ({ retention: retained, retentionInterval: [low, high] as const }))),
      ...shares.map((share) => ({ retention: share, retentionInterval: [lows!.at(0)!, highs!.at(-1)!] as const })),
    ]
  }
  const smallest = original.value - original.slack
  const least = Math.max(
    (variant.value - variant.slack) / (original.value + original.slack),
    retention ? (retention.value - retention.slack) / PERCENT : -Infinity,
  )
  const most = Math.min(
    smallest > 0 ? (variant.value + variant.slack) / smallest : Infinity,
    retention ? (retention.value + retention.slack) / PERCENT : Infinity,
  )
  return [...between(least, most), variant.value / original.value]
    .filter((share) => Number.isFinite(share))
    .map((share) => ({ retention: share, retentionInterval: null }))
}

/** Whether a status is one that the row's figures give. */
export function statusCell(row: BenchmarkRow, status: Cell, profile: StatusProfile): CheckedCell {
  const expected = statusText(statusOfRow(row, profile))
  return checked(status, `status of profile ${profile.name}`, possibleStatuses(row, profile).has(plainName(status.text)), expected)
}

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

type IndexedResult = z.infer<typeof modelIndexSchema>[number]['results'][number]

/** The hub shows the front matter, readers the table: they must say the same. Fails with CardError on a model-index that the hub does not read. */
function modelIndexCells(card: Card, figures: CardFigures, note: CardNote | null): CheckedCell[] {
  const index: unknown = (card.frontMatter?.content as Record<string, unknown> | null | undefined)?.['model-index']
  if (index === undefined || index === null) return []
  const known = modelIndexSchema.safeParse(index)
  if (!known.success)
    throw new CardError(
      `the model-index of the front matter is malformed: ${z.prettifyError(known.error)}`,
      'It is a list of models, each with results of a dataset and metrics.',
    )
  // What a written card has of other models was there before.
  const own = known.data.filter(({ name }) => !note || note.models.includes(name ?? ''))
  return own.flatMap(({ name, results }) => results.flatMap((result) => resultCells(result, name ?? '', figures, note !== null)))
}

function resultCells({ dataset, metrics }: IndexedResult, model: string, { benchmarks, perplexities }: CardFigures, isWritten: boolean): CheckedCell[] {
  const task = taskOf(dataset?.name ?? dataset?.type ?? '')
  const rows = benchmarks.filter((row) => row.model === null || plainName(row.model) === plainName(model))
  const row =
    rows.find((candidate) => isOfDataset(candidate, dataset)) ??
    (isWritten ? undefined : rows.find((candidate) => candidate.task === taskOf(dataset?.type ?? dataset?.name ?? '')))
  return metrics.flatMap(({ value, type, name }): CheckedCell[] => {
    const cell: Cell = { table: 'model-index', row: row?.name ?? dataset?.name ?? task, column: type ?? 'value', line: 1, text: String(value) }
    const text = perplexities.find((candidate) => isOfText(candidate, dataset?.name ?? '', type ?? '', model))
    if (text) {
      const { perplexity } = text
      return [checked(cell, 'the table', Math.abs(Number(value) - perplexity.value) <= perplexity.slack * 1.02 + 1e-9, perplexity.text)]
    }
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
}

/** The variant's row of this text and unit; of several models the one that is called so. */
function isOfText({ measure, side, model }: PerplexityRow, name: string, metric: string, entry: string): boolean {
  const isText = side === 'variant' && measure !== null && plainName(measure.task) === plainName(name) && measure.metric === metric
  return isText && (/^(?:pruned|variant) \(/iu.test(model) || plainName(model) === plainName(entry))
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
function useCaseCells({ useCases, benchmarks }: CardFigures, profile: StatusProfile): CheckedCell[] {
  const written = new Set(benchmarks.flatMap((row) => (row.status ? [plainName(writtenUse(row, row.status, profile))] : [])))
  return useCases.map((cell) => {
    if (written.has(plainName(cell.text))) return checked(cell, 'a line of the table', true, cell.text)
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

/** What `card write` says of a row. */
function writtenUse({ retention }: BenchmarkRow, { text }: Cell, profile: StatusProfile): string {
  const status = statusesOf(profile).find((candidate) => plainName(statusText(candidate)) === plainName(text)) ?? { sign: '', name: text }
  return useText(status, retention && `${retention.value.toFixed(retention.digits)}%`, profile)
}

/** Without what stands between the first opening and the last closing bracket. */
function withoutBrackets(text: string): string {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')]
  return open < 0 || close < open ? text : text.slice(0, open) + text.slice(close + 1)
}
