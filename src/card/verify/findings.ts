/** What a card's figures mean, held against facts that are known without a model. */
import { count } from '../../text/count.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import { knownSplit } from '../../compare/known-split.ts'
import { PROFILES, type StatusProfile } from '../../compare/status.ts'
import type { BenchmarkRow, CardFigures } from '../read/card-figures.ts'
import { lookUp } from '../../io/look-up.ts'
import { attribute, PERCENT } from './checked-cell.ts'
import { profileText } from '../write/card-sections.ts'
import { parameterCells } from './model-checks.ts'
import { parametersWith, PUBLISHED_REPORTS } from './published-figures.ts'
import type { Card } from '../read/read-card.ts'
import { countCell, statusCell, statusOfRow } from './score-checks.ts'

/** Something that a reader of the card should know. */
export interface Finding {
  /** Stable, for machines. */
  readonly id: string
  /** `wrong`: the card contradicts itself or a fact. `misleading`: true, and means less than it says. `note`: good to know. */
  readonly kind: 'wrong' | 'misleading' | 'note'
  readonly text: string
}

/** All findings; `base` is the card's base_model, `model` what config.json of it says, `profile` that of its statuses. */
export function cardFindings(card: Card, figures: CardFigures, base: string | null, model: ModelConfig | undefined, profile: StatusProfile): Finding[] {
  return [
    ...citationFindings(card, figures, base),
    ...chanceFindings(figures),
    ...countFindings(figures),
    ...(model ? parameterFindings(figures, model) : []),
    ...perplexityFindings(card, figures),
    ...statusFindings(figures, profile),
  ]
}

function citationFindings(card: Card, { benchmarks }: CardFigures, base: string | null): Finding[] {
  const report = PUBLISHED_REPORTS.find(({ pattern }) => card.prose.some(({ text }) => /original scores/iu.test(text) && pattern.test(text)))
  const known = report && base !== null ? lookUp(report.scores, base.toLowerCase()) : undefined
  if (!report || !known) return []
  const missing = benchmarks.filter(({ task }) => lookUp(known, task) === undefined)
  const wrong = benchmarks.filter(({ task, original }) => lookUp(known, task) !== undefined && lookUp(known, task) !== original.value)
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
  const adjusted = benchmarks.flatMap(({ task, items, original, variant }) => {
    const split = knownSplit(task)
    // A few items tell little of what a model retains.
    if (!split || (items && items.count < split.itemCount)) return []
    const baseline = Math.max(split.uniform, split.majority ?? 0) * PERCENT
    return [{ row: variant.row, task, split, baseline, variant, share: overChance(original.value, variant.value, baseline) }]
  })
  const below = adjusted.filter(({ variant, baseline }) => variant.value <= baseline)
  return [
    ...below.map(({ row, task, variant, baseline, split }): Finding => ({
      id: `below-chance-${task}`,
      kind: 'misleading',
      text: `${row}: ${variant.value} % is no better than ${baseline.toFixed(2)} %, which ${split.majority === null ? 'guessing' : 'always giving the most frequent answer'} gives: nothing is retained.`,
    })),
    ...(adjusted.length > 0
      ? [
          {
            id: 'over-chance',
            kind: 'note' as const,
            text: `Over chance the variant retains ${adjusted.map(({ row, share }) => `${row} ${share}`).join(', ')}.`,
          },
        ]
      : []),
  ]
}

/** `98 %`. An original that is at its baseline has nothing that could be retained. */
function overChance(original: number, variant: number, baseline: number): string {
  if (original <= baseline) return 'nothing, as the original had none'
  const share = ((variant - baseline) / (original - baseline)) * PERCENT
  return share < 0 ? 'less than nothing' : `${share.toFixed(share < 1 ? 1 : 0)} %`
}

function countFindings({ benchmarks }: CardFigures): Finding[] {
  const counted = benchmarks.filter(({ task }) => knownSplit(task)).flatMap((row) => [countCell(row, row.original), countCell(row, row.variant)])
  const wrong = counted.filter(({ verdict }) => verdict === 'different')
  const parts = benchmarks.filter(({ task, items }) => items && items.count < (items.of ?? knownSplit(task)?.itemCount ?? 0))
  return [
    ...(parts.length > 0
      ? [
          {
            id: 'partial',
            kind: 'misleading' as const,
            text: `Not of the whole split: ${[...new Set(parts.map(({ name, task, items }) => `${name} ${count(items!.count)} of ${count(items!.of ?? knownSplit(task)!.itemCount)} items`))].join(', ')}. Such scores cannot be compared with published ones.`,
          },
        ]
      : []),
    ...(wrong.length > 0
      ? [
          {
            id: 'not-a-count',
            kind: 'wrong' as const,
            text: `Not a count out of the items: ${wrong.map(({ row, text }) => `${row} ${text}`).join(', ')}. It is of a subset, of another split, or a slip.`,
          },
        ]
      : []),
    ...(wrong.length === 0 && parts.length === 0 && counted.length > 0
      ? [
          {
            id: 'full-splits',
            kind: 'note' as const,
            text: `All ${counted.length} scores are counts out of the full splits (${counted
              .filter((_, index) => index % 2 === 1)
              .map(({ expected }) => expected.split(' is ')[1])
              .join('; ')}): no subset was used.`,
          },
        ]
      : []),
  ]
}

function parameterFindings(figures: CardFigures, model: ModelConfig): Finding[] {
  const [original] = attribute(figures, 'original layers')
  const [pruned] = attribute(figures, 'pruned layers', 'layers')
  if (!pruned) return []
  const [before, after] = [parametersWith(model, original?.value ?? model.layerCount), parametersWith(model, pruned.value)]
  const removed = ((before - after) / before) * PERCENT
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
  if (perplexities.every(({ measure }) => measure)) return []
  const names = card.prose.some(({ text }) => /\b(?:wikitext|c4|pile|lambada)/iu.test(text) && /perplexity/iu.test(text))
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

/** The cuts of published cards, with the majority class as chance. */
const CARD_WITH_MAJORITY: StatusProfile = { ...PROFILES.card, nearChance: { ...PROFILES.card.nearChance!, chance: 'baseline' } }

function statusFindings({ benchmarks }: CardFigures, profile: StatusProfile): Finding[] {
  const named = benchmarks.filter(({ status }) => status)
  if (named.length === 0) return []
  const fits = named.every((row) => statusCell(row, row.status!, profile).verdict === 'equal')
  // What the same cuts give where published cards look at uniform chance alone.
  const byDefault = (row: BenchmarkRow) => statusOfRow({ ...row, chance: null }, CARD_WITH_MAJORITY)
  const other = profile === PROFILES.card ? named.filter((row) => statusOfRow({ ...row, chance: null }, profile).name !== byDefault(row).name) : []
  const compared =
    other.length > 0 ? ` Compared with the majority class too, ${other.map((row) => `${row.variant.row} is ${byDefault(row).name}`).join(', ')}.` : ''
  return [
    {
      id: 'statuses',
      kind: fits && other.length === 0 ? 'note' : 'misleading',
      text: `The statuses ${fits ? 'fit' : 'do not fit'} their profile. ${profileText(profile)}${compared}`,
    },
  ]
}
