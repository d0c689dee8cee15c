/** The tables that a card of a compressed model has. */
import type { RootContent } from 'mdast'
import type { AccuracyCell, AccuracyLine, Interval, PerplexityCell, PerplexityLine, Status } from '../../compare/comparison.ts'
import { TOO_FEW_ITEMS, type StatusProfile } from '../../compare/status.ts'
import type { PerplexityMetric } from '../../metrics/metric.ts'
import { metricOf, UNNAMED_PERPLEXITY } from '../../metrics/registry.ts'
import { benchmarkOf } from '../../task/built-in-tasks.ts'
import { comment, type SectionName } from '../../text/marked-sections.ts'
import { hyperparameterBlocks, similarityBlocks, statisticsBlocks, summaryBlocks } from '../../prune/laco-tables.ts'
import { paragraph, strongTable, table } from '../../text/markdown.ts'
import { bounded } from '../../report/numbers.ts'
import { itemsText, type CardContents, type CardModel } from './card-contents.ts'
import { noteComment } from '../read/card-note.ts'
import type { RowExtent } from './row-extent.ts'

/** A part of the card, by the name in its markers. */
export interface CardSection {
  readonly name: SectionName
  readonly blocks: readonly RootContent[]
}

/** Headings of sections that a card has no place for yet. */
export const SECTION_TITLES: Readonly<Record<SectionName, string>> = {
  summary: 'Model Summary',
  'use-cases': 'Use Cases',
  hyperparameters: 'LaCo Hyperparameters',
  statistics: 'Pruning Statistics',
  similarity: 'Hidden State Similarity',
  perplexity: 'Perplexity Results',
  'bits-per-byte': 'Bits per Byte',
  benchmarks: 'Benchmark Results',
}

/** `MMLU (5-shot)`; the task's own name where the benchmark is not known. */
export function benchmarkName(task: string, shotCount: number | null): string {
  return `${benchmarkOf(task)?.title ?? task}${shotCount ? ` (${shotCount}-shot)` : ''}`
}

/** A model's accuracy in a task. */
export interface AccuracyRow {
  readonly model: CardModel
  readonly line: AccuracyLine
  readonly cell: AccuracyCell
  readonly extent: RowExtent
}

/** A model's perplexity of a text. */
interface PerplexityRow {
  readonly model: CardModel
  readonly line: PerplexityLine
  readonly cell: PerplexityCell
  readonly extent: RowExtent
}

/** Task by task, each with its models. */
export function accuracyRows({ models }: CardContents): AccuracyRow[] {
  const rows = models.flatMap((model) =>
    model.comparison.accuracies.flatMap((line) => (line.cells[0] ? [{ model, line, cell: line.cells[0], extent: model.extents.get(line.task)! }] : [])),
  )
  return groupsOf(rows, ({ line }) => line.task).flat()
}

function perplexityRows({ models }: CardContents): PerplexityRow[] {
  return models.flatMap((model) =>
    model.comparison.perplexities.flatMap((line) => (line.cells[0] ? [{ model, line, cell: line.cells[0], extent: model.extents.get(line.task)! }] : [])),
  )
}

/**
 * The sections that there are figures for, in a card's order. `indexNames` are the models' names in the model-index, `baseModel` is the original's
 * repository where it is known.
 */
export function cardSections(contents: CardContents, indexNames: readonly string[], baseModel: string | null): CardSection[] {
  const { laco, repository } = contents
  const accuracies = accuracyRows(contents)
  const all = perplexityRows(contents)
  const [bits, perplexities] = [all.filter(({ line }) => isBits(line)), all.filter(({ line }) => !isBits(line))]
  const section = (name: SectionName, isThere: boolean, blocks: () => readonly RootContent[]) => (isThere ? [{ name, blocks: blocks() }] : [])
  return [
    ...section('summary', laco !== null, () => summaryBlocks(laco!, baseModel ?? repository ?? folderName(laco!.base_model.source))),
    ...section('use-cases', accuracies.length > 0, () => useCases(contents, accuracies)),
    ...section('hyperparameters', laco !== null, () => hyperparameterBlocks(laco!)),
    ...section('statistics', laco !== null, () => statisticsBlocks(laco!)),
    ...section('similarity', laco !== null, () => similarityBlocks(laco!)),
    ...section('perplexity', perplexities.length > 0, () => perplexity(perplexities)),
    ...section('bits-per-byte', bits.length > 0, () => bitsPerByte(bits)),
    ...section('benchmarks', accuracies.length > 0, () => benchmarks(contents, accuracies, indexNames)),
  ]
}

function isBits(line: PerplexityLine): boolean {
  return cardOf(line).table === 'bits-per-byte'
}

/** How cards show the metric of a line of perplexities. */
function cardOf({ metric }: PerplexityLine): PerplexityMetric['card'] {
  return (metricOf(metric) as PerplexityMetric).card
}

/** A folder's path is of nobody else's machine. */
function folderName(source: string): string {
  const name = source.split(/[/\\]/u).findLast((part) => part !== '') ?? source
  return `\`${name}\``
}

const percent = (share: number, digits = 2) => `${(share * 100).toFixed(digits)}%`

/** The published form; items, chance and model where they are known. */
function benchmarks(contents: CardContents, rows: readonly AccuracyRow[], indexNames: readonly string[]): RootContent[] {
  const { models, profile } = contents
  const isSeveral = models.length > 1
  const areMeasured = rows.some(({ extent }) => extent.itemCount !== null)
  const chances = rows.map(({ line }) => chanceOf(line, profile))
  const hasChance = areMeasured && chances.some((chance) => chance !== null)
  const head = [
    'Benchmark',
    ...(isSeveral ? ['Model'] : []),
    ...(areMeasured ? ['Items'] : []),
    ...(hasChance ? ['Chance'] : []),
    'Original',
    isSeveral ? 'Score' : variantWord(models[0]!),
    'Retention',
    'Status',
  ]
  const body = rows.map(({ model, line, cell, extent }, index) => [
    benchmarkName(line.task, line.shotCount ?? extent.shotCount),
    ...(isSeveral ? [model.label] : []),
    ...(areMeasured ? [itemsText(extent, '')] : []),
    ...(hasChance ? [chances[index] === null ? '–' : percent(chances[index]!)] : []),
    percent(line.original.value),
    percent(cell.score.value),
    cell.retention === null ? '–' : `${percent(cell.retention, 1)}${intervalText(cell.retentionInterval)}`,
    statusText(cell.status),
  ])
  const notes = [...new Set(models.flatMap(({ comparison }) => comparison.notes))]
  return [
    comment(noteComment({ profile, models: indexNames })),
    strongTable([head, ...body]),
    paragraph(profileText(profile)),
    ...(rows.some(({ cell }) => cell.retentionInterval) ? [paragraph('Brackets: 95 % interval of the retention, in percent.')] : []),
    ...notes.map((note) => paragraph(`Note: ${note}.`)),
  ]
}

/** What guessing gives, as the profile means it. */
function chanceOf({ chance }: AccuracyLine, { nearChance }: StatusProfile): number | null {
  return chance && chance[nearChance?.chance ?? 'baseline']
}

/** `Pruned` is what published cards say. */
function variantWord({ comparison }: CardModel): string {
  return comparison.variants[0]!.model.variant === null ? 'Pruned' : 'Variant'
}

/** In percent, behind a percentage; empty where there is none. */
function intervalText(interval: Interval | null): string {
  if (!interval || interval.some((bound) => Number.isNaN(bound))) return ''
  const [low, high] = interval.map((bound) => bounded(bound * 100, 1))
  return ` [${low}, ${high}]`
}

/** `✅ Good`. */
export function statusText({ sign, name }: Status): string {
  return `${sign} ${name}`.trim()
}

/** The profile's rule in a sentence. */
export function profileText({ name, by, cuts, nearChance }: StatusProfile): string {
  const words = cuts.map((cut) => `${statusText(cut)} ${cut.atLeast === undefined ? 'below' : `from ${Number((cut.atLeast * 100).toPrecision(12))} %`}`)
  const chance = nearChance
    ? `; ${statusText(nearChance)} where a score is shown to be no better than ${nearChance.chance === 'uniform' ? 'uniform chance' : 'chance or the most frequent answer'}`
    : ''
  return `Status by ${by === 'interval' ? 'the interval of the retention where there is one' : 'the retention alone'}, profile ${name}: ${words.join(', ')}${chance}.`
}

/** One table; text and unit in a column, unless all that is known is that it is a perplexity. */
function perplexity(rows: readonly PerplexityRow[]): RootContent[] {
  const isNamed = rows.some(({ line }) => line.metric !== UNNAMED_PERPLEXITY)
  const measure = (line: PerplexityLine) => `${benchmarkName(line.task, null)}, ${cardOf(line).name}`
  return [textTable(rows, 'Perplexity', isNamed ? { head: 'Measure', text: measure } : null)]
}

function bitsPerByte(rows: readonly PerplexityRow[]): RootContent[] {
  return [textTable(rows, 'Bits per byte', { head: 'Text', text: ({ task }) => benchmarkName(task, null) })]
}

/** The original's figure before those of its models; once for models that were scored on the same items. */
function textTable(
  rows: readonly PerplexityRow[],
  head: string,
  named: { readonly head: string; readonly text: (line: PerplexityLine) => string } | null,
): RootContent {
  const areMeasured = rows.some(({ extent }) => extent.itemCount !== null)
  const isSeveral = new Set(rows.map(({ model }) => model)).size > 1
  const key = ({ line, extent }: PerplexityRow) => JSON.stringify([line.task, line.metric, itemsText(extent), line.original.value])
  const body = groupsOf(rows, key).flatMap((alike) => {
    const [{ line, extent, model }] = alike as [PerplexityRow]
    const before = (name: string) => [name, ...(named ? [named.text(line)] : []), ...(areMeasured ? [itemsText(extent, '')] : [])]
    return [
      [...before(`Original (${model.comparison.original.label})`), figure(line.original.value, cardOf(line).digits), '1.00×'],
      ...alike.map(({ cell, model: own }) => [
        ...before(isSeveral ? own.label : `${variantWord(own)} (${own.label})`),
        figure(cell.score.value, cardOf(line).digits),
        `${figure(cell.ratio, 2)}×${ratioInterval(cell.ratioInterval)}`,
      ]),
    ]
  })
  return table([['Model', ...(named ? [named.head] : []), ...(areMeasured ? ['Items'] : []), head, 'Ratio'], ...body])
}

function ratioInterval(interval: Interval | null): string {
  return interval && interval.every((bound) => Number.isFinite(bound)) ? ` [${interval.map((bound) => figure(bound, 2)).join(', ')}]` : ''
}

/** With so many digits after the point; what those do not show, in powers of ten. */
function figure(value: number, digits: number): string {
  const isPlain = value === 0 || (Math.abs(value) < 1e9 && Math.abs(value) >= 10 ** -digits)
  return isPlain ? value.toFixed(digits) : value.toExponential(2)
}

/** The status and what is retained; what is no better than chance is not recommended. */
function useCases({ models, profile }: CardContents, rows: readonly AccuracyRow[]): RootContent[] {
  const isSeveral = models.length > 1
  const body = rows.flatMap(({ model, line: { task }, cell: { status, retention } }) =>
    (benchmarkOf(task)?.uses ?? [task]).map((use) => [
      use,
      ...(isSeveral ? [model.label] : []),
      useText(status, retention === null ? null : percent(retention, 1), profile),
    ]),
  )
  return [table([['Use Case', ...(isSeveral ? ['Model'] : []), 'Status'], ...body])]
}

/** `✅ Good (82.6% retained)`. */
export function useText(status: Status, retained: string | null, { nearChance }: StatusProfile): string {
  if (nearChance && status.name === nearChance.name && status.sign === nearChance.sign) return `${status.sign} Not recommended`.trim()
  return `${statusText(status)}${retained === null || status.name === TOO_FEW_ITEMS.name ? '' : ` (${retained} retained)`}`
}

/** What has the same key, in the order of the first of each. */
function groupsOf<T>(list: readonly T[], key: (entry: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const entry of list) groups.set(key(entry), [...(groups.get(key(entry)) ?? []), entry])
  return [...groups.values()]
}
