/** The table of benchmarks, in the form of published cards. */
import type { RootContent } from 'mdast'
import type { AccuracyLine, Comparison, Interval } from '../../../compare/comparison.ts'
import { knownSplit } from '../../../compare/known-split.ts'
import type { StatusProfile } from '../../../compare/status.ts'
import { bounded, NONE } from '../../../report/numbers.ts'
import { paragraph, strongTable } from '../../../text/markdown.ts'
import { comment } from '../../../text/marked-sections.ts'
import { noteComment } from '../../read/card-note.ts'
import { profileText, statusText } from '../../status-text.ts'
import { benchmarkName } from '../benchmark-title.ts'
import { itemsText, type CardContents } from '../card-contents.ts'
import { variantWord, type AccuracyRow } from '../compared-rows.ts'
import { cardPercent } from './card-percent.ts'

/** A column, and what it says of a row. */
interface BenchmarkColumn {
  readonly head: string
  readonly text: (row: AccuracyRow) => string
}

/** The table, the rule of its statuses, and what a reader must know. `indexNames` are the models' names in the model-index. */
export function benchmarkBlocks(contents: CardContents, rows: readonly AccuracyRow[], indexNames: readonly string[]): RootContent[] {
  const { models, profile } = contents
  const columns = columnsOf(contents, rows)
  const notes = new Set(models.flatMap(({ comparison }) => comparison.notes))
  return [
    comment(noteComment({ profile, models: indexNames })),
    strongTable([columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ text }) => text(row)))]),
    paragraph(profileText(profile)),
    ...(rows.some(({ cell }) => cell.retentionInterval) ? [paragraph('Brackets: 95 % interval of the retention, in percent.')] : []),
    ...models.flatMap(({ label, comparison }) => weightsText(label, comparison)).map((text) => paragraph(text)),
    ...[...notes].map((note) => paragraph(`Note: ${note}.`)),
  ]
}

/** How the weights of a model were changed as it was loaded; none for weights as they are stored. */
function weightsText(label: string, { variants: [run] }: Comparison): string[] {
  return run?.model.weights ? [`Weights of ${label}: ${run.model.weights}.`] : []
}

/** Model, items and chance only if they say something. */
function columnsOf({ models, profile }: CardContents, rows: readonly AccuracyRow[]): BenchmarkColumn[] {
  const isSeveral = models.length > 1
  const areMeasured = rows.some(({ extent }) => extent.itemCount !== null)
  const hasChance = areMeasured && rows.some(({ line }) => chanceOf(line, profile) !== null)
  return [
    { head: 'Benchmark', text: ({ line, extent }) => benchmarkName(line.task, line.shotCount ?? extent.shotCount) },
    ...(isSeveral ? [{ head: 'Model', text: ({ model }: AccuracyRow) => model.label }] : []),
    ...(areMeasured ? [{ head: 'Items', text: ({ extent }: AccuracyRow) => itemsText(extent, '') }] : []),
    ...(hasChance ? [{ head: 'Chance', text: (row: AccuracyRow) => chanceText(row, profile) }] : []),
    { head: 'Original', text: ({ line }) => cardPercent(line.original.value) },
    { head: isSeveral ? 'Score' : variantWord(models[0]!), text: ({ cell }) => cardPercent(cell.score.value) },
    { head: 'Retention', text: ({ cell }) => (cell.retention === null ? NONE : `${cardPercent(cell.retention, 1)}${intervalText(cell.retentionInterval)}`) },
    { head: 'Status', text: ({ cell }) => statusText(cell.status) },
  ]
}

/** What guessing gives, as the profile means it. */
function chanceOf({ chance }: AccuracyLine, { nearChance }: StatusProfile): number | null {
  return chance && chance[nearChance?.chance ?? 'baseline']
}

/** The most frequent answer of some rows is seldom that of the split, so the cell says whose it is. */
function chanceText({ line, extent }: AccuracyRow, profile: StatusProfile): string {
  const share = chanceOf(line, profile)
  if (share === null) return NONE
  const isOfPart = extent.reasons.length > 0 && share !== line.chance!.uniform && share !== knownSplit(line.task)?.majority
  return `${cardPercent(share)}${isOfPart ? ' (of these items)' : ''}`
}

/** In percent, to follow a percentage; empty if there is none. */
function intervalText(interval: Interval | null): string {
  if (!interval || interval.some((bound) => Number.isNaN(bound))) return ''
  const [low, high] = interval.map((bound) => bounded(bound * 100, 1))
  return ` [${low}, ${high}]`
}
