/** Why two scores of one task cannot be compared, in words. */
import { metricOf } from '../metrics/registry.ts'
import type { StoredRun } from '../store/stored-run.ts'
import { differingAddBosToken, differingRollingBos } from './encoding-differences.ts'
import { differingPrompting } from './prompting-differences.ts'
import { hasItems, perplexityMetrics, storedItemCount, sumOf, type Entry } from './entries.ts'

/** One task or group under both models. */
export interface EntryPair {
  readonly original: Entry
  readonly variant: Entry
}

/** Two runs. */
export interface RunPair {
  readonly original: StoredRun
  readonly variant: StoredRun
}

/** All reasons; empty if the scores can be compared. Of items that are compared one by one, their number and the split's may differ with `areItemsChosen`. */
export function differencesOf(entries: EntryPair, runs: RunPair, { areItemsChosen }: { readonly areItemsChosen: boolean }): string[] {
  const { label } = runs.variant
  return [
    ...differingFields(entries, label, areItemsChosen),
    // A card has one score of a group.
    ...(runs.original.kind === 'cited' || runs.variant.kind === 'cited' ? [] : differingMembers(entries, label)),
    ...differingMetrics(entries, label),
    ...differingTokenizers(entries, runs),
    ...differingAddBosToken(entries.original.name, runs.original, runs.variant),
    ...differingPrompting(entries.original, runs.original, runs.variant),
    ...(perplexityMetrics(entries.original).length > 0 ? differingRollingBos(entries.original.name, runs.original, runs.variant) : []),
  ]
}

function differingFields({ original, variant }: EntryPair, label: string, areItemsChosen: boolean): string[] {
  const differ = comparerOf(original.name, label)
  const areItemsStored = hasItems(original) && hasItems(variant)
  return [
    ...differ('version', versionOf(original), versionOf(variant)),
    ...differ('shots', original.shotCount, variant.shotCount),
    // Chosen items show by themselves what is compared; a dataset that is not read to its end has no count of rows.
    ...(areItemsChosen && areItemsStored ? [] : differ('rows of the split', rowsOf(original), rowsOf(variant))),
    // Stored items are paired one by one.
    ...(areItemsStored ? [] : differ('items', storedItemCount(original), storedItemCount(variant))),
  ]
}

/** For a task: compares one field of both sides; a side that does not say does not differ. */
function comparerOf(task: string, label: string) {
  return (field: string, original: string | number | null, variant: string | number | null) =>
    original === null || variant === null || original === variant ? [] : [`${task}: ${field} ${original} against ${variant} in ${label}`]
}

/** lm-eval writes versions as 1 and as 1.0. */
function versionOf({ version }: Entry): string | number | null {
  return version === null ? null : Number(version) || version
}

function rowsOf({ strata }: Entry): number | null {
  return sumOf(strata, ({ rowCount }) => rowCount)
}

function differingMembers({ original, variant }: EntryPair, label: string): string[] {
  const names = new Set(variant.strata.map(({ name }) => name))
  const missing = original.strata.map(({ name }) => name).filter((name) => !names.has(name))
  if (names.size === 0 || missing.length === 0) return []
  return [`${original.name}: ${label} lacks ${missing.length} of its subsets, such as ${missing.toSorted()[0]}`]
}

/** Scores of different filters, or no metric in common. A side without any scores has problems instead, which notes name. */
function differingMetrics({ original, variant }: EntryPair, label: string): string[] {
  const { name, scores } = original
  const differ = comparerOf(name, label)
  const shared = scores.flatMap((score) => variant.scores.filter(({ metric }) => metric === score.metric).map((other) => [score, other] as const))
  if (shared.length === 0 && scores.length > 0 && variant.scores.length > 0)
    return [`${name}: no metric in common: ${metricsOf(original)} against ${metricsOf(variant)} in ${label}`]
  return shared.flatMap(([score, other]) => differ(`filter of ${score.metric}`, score.filter ?? 'none', other.filter ?? 'none'))
}

function metricsOf({ scores }: Entry): string {
  return scores.map(({ metric }) => metric).join(', ')
}

function differingTokenizers({ original: { name, scores } }: EntryPair, { original, variant }: RunPair): string[] {
  const [a, b] = [original.model.tokenizerHash, variant.model.tokenizerHash]
  const perToken = scores.find(({ metric }) => isPerToken(metric))
  if (!perToken || a === null || b === null || a === b) return []
  return [`${name}: ${perToken.metric} is a figure per token, and ${variant.label} has another tokenizer`]
}

/** Whether a metric is a perplexity per token, so that models with other tokens cannot be compared by it. */
export function isPerToken(name: string): boolean {
  const metric = metricOf(name)
  return metric.comparedAs === 'perplexity' && metric.isPerToken
}
