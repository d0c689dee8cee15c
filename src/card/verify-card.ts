/** Recomputes a card from itself: each cell's arithmetic, and what its figures mean held against facts that are known without a model. */
import { z } from 'zod'
import { knownSplit } from '../compare/known-splits.ts'
import { CardError } from '../errors.ts'
import { collapseLayers } from '../prune/laco.ts'
import { PROFILES, statusOf, type StatusProfile } from '../compare/status.ts'
import { withChance } from '../compare/chance.ts'
import { cardFigures, printed, taskOf, type BenchmarkRow, type CardFigures, type Cell, type Printed } from './card-figures.ts'
import { KNOWN_MODELS, knownParameters, PUBLISHED_REPORTS, type KnownModel } from './published-figures.ts'
import type { Card } from './read-card.ts'

/** `equal`: what the other figures give. `different`: not that. `cited`: nothing here to hold it against. */
export type CellVerdict = 'equal' | 'different' | 'cited'

/** One check of one cell; a cell may have several. */
export interface CheckedCell extends Cell {
  readonly check: string
  readonly verdict: CellVerdict
  /** What it should say, or why it cannot be told. */
  readonly expected: string
}

/** Something that a reader of the card should know. */
export interface Finding {
  /** Stable, for machines. */
  readonly id: string
  /** `wrong`: the card contradicts itself or a fact. `misleading`: true, and means less than it says. `note`: good to know. */
  readonly kind: 'wrong' | 'misleading' | 'note'
  readonly text: string
}

/** All that was found. */
export interface CardVerdict {
  readonly cells: readonly CheckedCell[]
  readonly findings: readonly Finding[]
}

/** Checks a card with the words of `profile`. `config` is what config.json of the original says, where it is not a known model. */
export async function verifyCard(card: Card, profile: StatusProfile = PROFILES.card, config?: KnownModel): Promise<CardVerdict> {
  const figures = cardFigures(card)
  const base = baseModelOf(card)
  const model = config ?? (base === null ? undefined : KNOWN_MODELS[base.toLowerCase()])
  return {
    cells: [
      ...figures.benchmarks.flatMap((row) => benchmarkCells(row, profile)),
      ...modelIndexCells(card, figures),
      ...perplexityCells(figures),
      ...useCaseCells(figures),
      ...compressionCells(figures),
      ...(await searchCells(figures)),
      ...similarityCells(card, figures),
      ...(model ? parameterCells(figures, model) : []),
    ],
    findings: [
      ...citationFindings(card, figures, base),
      ...chanceFindings(figures),
      ...countFindings(figures),
      ...(model ? parameterFindings(figures, model) : []),
      ...perplexityFindings(card, figures),
      ...statusFindings(figures),
    ],
  }
}

function baseModelOf({ frontMatter }: Card): string | null {
  const base: unknown = frontMatter?.document.get('base_model')
  return typeof base === 'string' ? base : null
}

function checked(cell: Cell, check: string, isEqual: boolean, expected: string): CheckedCell {
  const { table, row, column, line, text } = cell
  return { table, row, column, line, text, check, verdict: isEqual ? 'equal' : 'different', expected }
}

/** Whether a printed number can be the quotient of two printed ones, whatever was rounded away. */
function canBeQuotient(found: Printed, over: Printed, under: Printed, scale: number): boolean {
  const least = ((over.value - over.slack) / (under.value + under.slack)) * scale
  const most = ((over.value + over.slack) / (under.value - under.slack)) * scale
  return found.value + found.slack >= least - 1e-9 && found.value - found.slack <= most + 1e-9
}

const PERCENT = 100

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
function countCell(task: string, score: Printed): CheckedCell {
  const split = knownSplit(task)
  if (!split) return { ...checked(score, 'a count out of the items', true, 'the split is not known'), verdict: 'cited' }
  const count = Math.round((score.value / PERCENT) * split.itemCount)
  const nearest = (count / split.itemCount) * PERCENT
  const digits = Math.round(-Math.log10(score.slack * 2))
  const items = split.itemCount.toLocaleString('en-US')
  return checked(
    score,
    'a count out of the items',
    Math.abs(nearest - score.value) <= score.slack + 1e-9,
    `${nearest.toFixed(digits)} is ${count.toLocaleString('en-US')} of ${items}`,
  )
}

function statusOfRow(task: string, original: Printed, variant: Printed, profile: StatusProfile) {
  const split = knownSplit(task)
  const score = { value: variant.value / PERCENT, standardError: null, provenance: 'cited' as const }
  const chance = split ? withChance(split.uniform, split.majority) : null
  return statusOf({ score, retention: variant.value / original.value, retentionInterval: null, chance, itemCount: split?.itemCount ?? null }, profile)
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
        metrics: z.array(z.looseObject({ type: nameOrType, value: z.union([z.number(), z.string()]) })),
      }),
    ),
  }),
)

/** The hub shows the front matter, readers the table: they must say the same. Fails with CardError on a model-index that the hub does not read. */
function modelIndexCells(card: Card, { benchmarks }: CardFigures): CheckedCell[] {
  const index: unknown = (card.frontMatter?.document.toJS() as Record<string, unknown> | null | undefined)?.['model-index']
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
    return metrics.map(({ value, type }) => {
      const cell: Cell = { table: 'model-index', row: task, column: type ?? 'value', line: 1, text: String(value) }
      if (!row) return { ...checked(cell, 'the table', true, 'the table has no such benchmark'), verdict: 'cited' }
      return checked(cell, 'the table', Number(value) === row.variant.value, String(row.variant.value))
    })
  })
}

function perplexityCells({ perplexities }: CardFigures): CheckedCell[] {
  const [first] = perplexities
  return perplexities.flatMap(({ perplexity, ratio }) =>
    ratio && first
      ? [
          checked(
            ratio,
            'perplexity ÷ original',
            canBeQuotient(ratio, perplexity, first.perplexity, 1),
            `${(perplexity.value / first.perplexity.value).toFixed(2)}×`,
          ),
        ]
      : [],
  )
}

/** A use names a status and a retention, which must be one of the table's. */
function useCaseCells({ useCases, benchmarks }: CardFigures): CheckedCell[] {
  return useCases.map((cell) => {
    const retained = /(\d+(?:\.\d+)?)\s*%/u.exec(cell.text)?.[1]
    const words = cell.text.replace(/\(.*\)/u, '').trim()
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

function attribute({ attributes }: CardFigures, ...names: readonly string[]): readonly Printed[] {
  return names.flatMap((name) => attributes.get(name) ?? []).flatMap((cell) => printed(cell) ?? [])
}

function compressionCells(figures: CardFigures): CheckedCell[] {
  const [original] = attribute(figures, 'original layers')
  const [pruned] = attribute(figures, 'pruned layers')
  if (!original || !pruned) return []
  const removed = original.value - pruned.value
  const share = (removed / original.value) * PERCENT
  return [
    ...attribute(figures, 'layers removed').map((cell) => checked(cell, 'original − pruned', cell.value === removed, String(removed))),
    ...attribute(figures, 'compression', 'final compression').map((cell) =>
      checked(cell, 'removed ÷ original', Math.abs(cell.value - share) <= cell.slack + 1e-9, `${share.toFixed(1)} %`),
    ),
    ...attribute(figures, 'layers').map((cell) => checked(cell, 'pruned layers', cell.value === pruned.value, String(pruned.value))),
    checked(pruned, 'fewer than the original', pruned.value < original.value, `below ${original.value}`),
  ]
}

/** LaCo's settings decide how many merges and looks there are where none is rejected, and so how many layers are left. */
async function searchCells(figures: CardFigures): Promise<CheckedCell[]> {
  const one = (name: string) => attribute(figures, name)[0]
  const settings = [one('merge_layers (c)'), one('lowest_lay (l)'), one('highest_lay (h)'), one('interval (i)'), one('max_compression')]
  const [merges, rejected, iterations, original, pruned] = [
    one('successful merges'),
    one('rejected merges'),
    one('total iterations'),
    one('original layers'),
    one('pruned layers'),
  ]
  if (!merges || !iterations || !original || !pruned || settings.includes(undefined)) return []
  const [groupSize, lowest, highest, interval, share] = settings as Printed[]
  const isPossible = highest!.value <= original.value && highest!.value - groupSize!.value >= lowest!.value && interval!.value >= 1 && groupSize!.value >= 2
  const search =
    isPossible && rejected?.value === 0
      ? await collapseLayers(
          {
            mergeLayers: groupSize!.value,
            lowestLayer: lowest!.value,
            highestLayer: highest!.value,
            interval: interval!.value,
            threshold: 0,
            maxCompression: share!.value / PERCENT,
          },
          original.value,
          async () => [1],
        )
      : null
  if (!search) {
    // With rejections the settings do not decide it; the counts still have to agree with each other.
    const least = merges.value + (rejected?.value ?? 0)
    return [
      checked(
        iterations,
        'merges + rejected, or one more',
        isPossible && (iterations.value === least || iterations.value === least + 1),
        `${least} or ${least + 1}`,
      ),
      checked(
        merges,
        'layers removed ÷ (C − 1)',
        isPossible && merges.value * (groupSize!.value - 1) === original.value - pruned.value,
        String((original.value - pruned.value) / (groupSize!.value - 1)),
      ),
    ]
  }
  const agrees = search.acceptedCount === merges.value && search.iterations.length === iterations.value && search.layers.length === pruned.value
  const found = `${search.acceptedCount} merges, ${search.iterations.length} iterations, ${search.layers.length} layers`
  return [merges, rejected!, iterations, ...(settings as Printed[])].map((cell) => checked(cell, 'the search with these settings', agrees, found))
}

function similarityCells(card: Card, figures: CardFigures): CheckedCell[] {
  const list = card.prose.map(({ text }) => /individual similarities:?\s*\[?([\d.,\s]+)/iu.exec(text)?.[1]).find((found) => found !== undefined)
  if (list === undefined) return []
  const values = list
    .split(',')
    .map((value) => Number(value.trim()))
    .filter((value) => value > 0)
  const expected = { average: values.reduce((sum, value) => sum + value, 0) / values.length, min: Math.min(...values), max: Math.max(...values) }
  const threshold = attribute(figures, 'threshold (t)').map((cell) =>
    checked(
      cell,
      'below the average similarity',
      cell.value < expected.average,
      `below ${expected.average.toFixed(4)}, or the last merge would have been rejected`,
    ),
  )
  return [
    ...threshold,
    ...Object.entries(expected).flatMap(([name, value]) =>
      attribute(figures, name).map((cell) =>
        checked(cell, `${name} of the individual similarities`, Math.abs(cell.value - value) <= cell.slack + 1e-9, value.toFixed(4)),
      ),
    ),
  ]
}

function parameterCells(figures: CardFigures, model: KnownModel): CheckedCell[] {
  const [pruned] = attribute(figures, 'pruned layers', 'layers')
  const cells = attribute(figures, 'vocabulary size').map((cell) =>
    checked(cell, 'rows of the embedding matrix', cell.value === model.vocabularySize, model.vocabularySize.toLocaleString('en-US')),
  )
  for (const [name, value] of [
    ['original layers', model.layers],
    ['hidden size', model.hiddenSize],
    ['attention heads (q)', model.heads],
    ['attention heads (kv)', model.keyValueHeads],
    ['intermediate size', model.intermediateSize],
  ] as const)
    cells.push(...attribute(figures, name).map((cell) => checked(cell, 'config.json of the original', cell.value === value, String(value))))
  if (pruned) {
    const billions = knownParameters(model, pruned.value) / 1e9
    cells.push(
      ...attribute(figures, 'parameters').map((cell) =>
        checked(cell, 'parameters by config.json', Math.abs(cell.value - billions) <= cell.slack + 1e-9, `~${billions.toFixed(2)}B`),
      ),
    )
  }
  return cells
}

function citationFindings(card: Card, { benchmarks }: CardFigures, base: string | null): Finding[] {
  const report = PUBLISHED_REPORTS.find(({ pattern }) => card.prose.some(({ text }) => /original scores/iu.test(text) && pattern.test(text)))
  const known = report && base !== null ? report.scores[base.toLowerCase()] : undefined
  if (!report || !known) return []
  const missing = benchmarks.filter(({ task }) => known[task] === undefined)
  const wrong = benchmarks.filter(({ task, original }) => known[task] !== undefined && known[task] !== original.value)
  const names = (rows: readonly BenchmarkRow[]) => rows.map(({ original }) => original.row).join(', ')
  return [
    ...(missing.length > 0
      ? [
          {
            id: 'cited-elsewhere',
            kind: 'wrong' as const,
            text: `The original scores are said to be from the ${report.name}, whose table has no ${names(missing)}: retention is of two harnesses, not like for like.`,
          },
        ]
      : []),
    ...(wrong.length > 0
      ? [
          {
            id: 'cited-wrongly',
            kind: 'wrong' as const,
            text: `The ${report.name} has other scores for ${names(wrong)}: ${wrong.map(({ task }) => known[task]).join(', ')}.`,
          },
        ]
      : []),
  ]
}

function chanceFindings({ benchmarks }: CardFigures): Finding[] {
  const adjusted = benchmarks.flatMap(({ task, original, variant }) => {
    const split = knownSplit(task)
    if (!split) return []
    const baseline = Math.max(split.uniform, split.majority ?? 0) * PERCENT
    return [{ row: variant.row, split, baseline, variant, share: ((variant.value - baseline) / (original.value - baseline)) * PERCENT }]
  })
  const below = adjusted.filter(({ variant, baseline }) => variant.value <= baseline)
  return [
    ...below.map(({ row, variant, baseline, split }): Finding => ({
      id: `below-chance-${split.task}`,
      kind: 'misleading',
      text: `${row}: ${variant.value} % is no better than ${baseline.toFixed(2)} %, which ${split.majority === null ? 'guessing' : 'always giving the most frequent answer'} gives: nothing is retained.`,
    })),
    ...(adjusted.length > 0
      ? [
          {
            id: 'over-chance',
            kind: 'note' as const,
            text: `Over chance the variant retains ${adjusted.map(({ row, share }) => `${row} ${share < 0 ? 'less than nothing' : `${share.toFixed(share < 1 ? 1 : 0)} %`}`).join(', ')}.`,
          },
        ]
      : []),
  ]
}

function countFindings({ benchmarks }: CardFigures): Finding[] {
  const counted = benchmarks.flatMap((row) => (knownSplit(row.task) ? [countCell(row.task, row.original), countCell(row.task, row.variant)] : []))
  const wrong = counted.filter(({ verdict }) => verdict === 'different')
  if (counted.length === 0) return []
  return wrong.length === 0
    ? [
        {
          id: 'full-splits',
          kind: 'note',
          text: `All ${counted.length} scores are counts out of the full splits (${counted
            .filter((_, index) => index % 2 === 1)
            .map(({ expected }) => expected.split(' is ')[1])
            .join('; ')}): no subset was used.`,
        },
      ]
    : [
        {
          id: 'not-a-count',
          kind: 'wrong',
          text: `Not a count out of the full split: ${wrong.map(({ row, text }) => `${row} ${text}`).join(', ')}. It is of a subset, of another split, or a slip.`,
        },
      ]
}

function parameterFindings(figures: CardFigures, model: KnownModel): Finding[] {
  const [original] = attribute(figures, 'original layers')
  const [pruned] = attribute(figures, 'pruned layers', 'layers')
  if (!pruned) return []
  const [before, after] = [knownParameters(model, original?.value ?? model.layers), knownParameters(model, pruned.value)]
  const removed = ((before - after) / before) * PERCENT
  const count = (value: number) => value.toLocaleString('en-US')
  const sizes = `${pruned.value} layers are ${count(after)} of ${count(before)} parameters, ${removed.toFixed(1)} % fewer`
  const wrong = parameterCells(figures, model).filter(({ verdict, check }) => verdict === 'different' && check !== 'rows of the embedding matrix')
  const vocabulary = attribute(figures, 'vocabulary size').find(({ value }) => value !== model.vocabularySize)
  return [
    {
      id: 'parameters',
      kind: wrong.length > 0 ? 'wrong' : 'note',
      text: `${sizes}${wrong.length > 0 ? `, and not ${[...new Set(wrong.map(({ text }) => text))].join(' or ')}: the share of layers is not the share of parameters` : ''}.`,
    },
    ...(vocabulary
      ? [
          {
            id: 'vocabulary',
            kind: 'wrong' as const,
            text: `The embedding matrix has ${count(model.vocabularySize)} rows; ${vocabulary.text} is what the tokenizer uses.`,
          },
        ]
      : []),
  ]
}

function perplexityFindings(card: Card, { perplexities }: CardFigures): Finding[] {
  if (perplexities.length === 0) return []
  const names = card.prose.some(({ text }) => /wikitext|c4\b|pile|lambada/iu.test(text) && /perplexity/iu.test(text))
  return names
    ? []
    : [
        {
          id: 'perplexity-text',
          kind: 'misleading',
          text: 'The card does not say on which text perplexity was measured, nor its unit: only the ratio can be compared with anything.',
        },
      ]
}

function statusFindings({ benchmarks }: CardFigures): Finding[] {
  const named = benchmarks.filter(({ status }) => status)
  const wordOf = ({ task, original, variant }: BenchmarkRow, profile: StatusProfile) => statusOfRow(task, original, variant, profile)
  const asCard = named.every((row) => row.status!.text === `${wordOf(row, PROFILES.card).sign} ${wordOf(row, PROFILES.card).name}`)
  const other = named.filter((row) => wordOf(row, PROFILES.card).name !== wordOf(row, PROFILES.default).name)
  if (named.length === 0) return []
  const cuts = 'Good from 75 %, Acceptable from 65 %, Degraded below, Near random where a score is no better than uniform chance'
  const held =
    other.length > 0
      ? ` Held against the majority class too, ${other.map((row) => `${row.variant.row} is ${wordOf(row, PROFILES.default).name}`).join(', ')}.`
      : ''
  return [
    {
      id: 'statuses',
      kind: asCard && other.length === 0 ? 'note' : 'misleading',
      text: `The statuses ${asCard ? 'fit' : 'do not fit'} these cuts: ${cuts}.${held}`,
    },
  ]
}
