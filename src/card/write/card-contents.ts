/** What a card is written from: an original, the models that are compared with it, and how their scores are named. */
import { count } from '../../text/count.ts'
import { compareRuns, type CompareOptions } from '../../compare/compare-runs.ts'
import type { Comparison } from '../../compare/comparison.ts'
import { PROFILES, type StatusProfile } from '../../compare/status.ts'
import { UsageError } from '../../errors.ts'
import type { LacoRecord } from '../../prune/pruning-record.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import { rowExtent, type RowExtent } from './row-extent.ts'

/** A model of the card beside its original. */
export interface CardModel {
  /** As the tables call it. */
  readonly label: string
  /** With this model alone. */
  readonly comparison: Comparison
  /** Of each line of the comparison, by task. */
  readonly extents: ReadonlyMap<string, RowExtent>
}

/** Everything that goes into a card. */
export interface CardContents {
  readonly models: readonly CardModel[]
  readonly profile: StatusProfile
  readonly laco: LacoRecord | null
  /** Repository of the original on the hub as given by --base-model; null if it is not given. */
  readonly baseModel: string | null
  /** The one that it was read from; null if that was a folder. */
  readonly repository: string | null
}

/** Facts about the models besides their scores. */
export interface CardFacts {
  readonly laco?: LacoRecord | null
  /** Repository of the original, as given by --base-model. */
  readonly baseModel?: string
}

/** Compares each model with the original. Fails with CompareError as `compareRuns` does. */
export function cardContents(original: StoredRun, variants: readonly StoredRun[], options: CompareOptions = {}, facts: CardFacts = {}): CardContents {
  return {
    models: variants.map((variant) => cardModel(original, variant, options)),
    profile: options.profile ?? PROFILES.default,
    laco: facts.laco ?? null,
    baseModel: facts.baseModel ?? null,
    repository: hubId(facts.laco ? facts.laco.base_model : original.model),
  }
}

function cardModel(original: StoredRun, variant: StoredRun, options: CompareOptions): CardModel {
  const comparison = compareRuns(original, [variant], options)
  const lines = [...comparison.accuracies, ...comparison.perplexities].filter(({ cells }) => cells[0])
  return {
    label: variant.label,
    comparison,
    extents: new Map(lines.map(({ task, itemCount }) => [task, rowExtent(task, itemCount, original, variant)])),
  }
}

/** A source with a commit is a repository; another may be a folder, whatever it looks like. */
function hubId({ source, revision }: { readonly source: string; readonly revision: string | null }): string | null {
  return revision === null ? null : source.split('@')[0]!
}

/** Fails with UsageError if a score is of a part of its split, and names each. */
export function checkWhole({ models }: CardContents): void {
  const parts = models.flatMap(({ label, extents }) =>
    [...extents].filter(([, { reasons }]) => reasons.length > 0).map(([task, extent]) => partText(label, task, extent)),
  )
  if (parts.length > 0)
    throw new UsageError(
      `these scores are of a part of their split:\n  ${parts.join('\n  ')}`,
      'Score the whole split, leave the task out with --tasks, or give --partial: the number of items and why are then beside each score.',
    )
}

function partText(label: string, task: string, extent: RowExtent): string {
  return `${label}, ${task}: ${itemsText(extent)}`
}

/** `5 of 1,838 items (limit 5)`, as the tables have it without the word. */
export function itemsText(extent: RowExtent, unit = ' items'): string {
  const reasons = extent.itemCount === null || extent.reasons.length === 0 ? '' : ` (${extent.reasons.join(', ')})`
  return `${countText(extent, unit)}${reasons}`
}

/** The same without the reasons: `5 of 1,838 items`. */
export function countText({ itemCount, rowCount, reasons }: RowExtent, unit = ' items'): string {
  if (itemCount === null) return '–'
  return `${count(itemCount)}${reasons.length > 0 && rowCount !== null ? ` of ${count(rowCount)}` : ''}${unit}`
}
