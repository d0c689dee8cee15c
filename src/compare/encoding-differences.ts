/** Differences in how texts became tokens: truncated prompts, and settings that cannot be mixed. */
import { count } from '../text/count.ts'
import { sumTruncation } from '../store/run-record.ts'
import type { StoredRun, StoredTask } from '../store/stored-run.ts'

/** A note for a run with truncated prompts in a task; empty if it had none, or did not count them. */
export function truncationNote(name: string, strata: readonly StoredTask[], { label, model }: StoredRun): string[] {
  const { itemCount, mostTokensLost } = sumTruncation(strata.flatMap(({ truncation }) => truncation ?? []))
  if (itemCount === 0) return []
  const all = strata.every((stratum) => stratum.itemCount !== null) ? ` of ${count(strata.reduce((sum, stratum) => sum + stratum.itemCount!, 0))}` : ''
  const window = model.maxLength === null ? '' : ` of ${count(model.maxLength)} tokens`
  return [`${name}: ${label} had ${count(itemCount)}${all} items cut to its window${window}, by up to ${count(mostTokensLost)} tokens`]
}

/** Why two scores of texts cannot be compared: only one includes the second bos token. Empty if they can. */
export function differingRollingBos(name: string, original: StoredRun, variant: StoredRun): string[] {
  const [a, b] = [original.rollingBos ?? 'lm-eval', variant.rollingBos ?? 'lm-eval']
  return a === b ? [] : [`${name}: --rolling-bos ${a} against ${b} in ${variant.label}`]
}

/** Why two scores cannot be compared: their texts begin in different ways. Empty if they can. */
export function differingAddBosToken(name: string, original: StoredRun, variant: StoredRun): string[] {
  const shown = ({ addBosToken }: StoredRun) => (addBosToken === undefined ? 'as the tokenizer' : addBosToken ? 'on' : 'off')
  const [a, b] = [shown(original), shown(variant)]
  return a === b ? [] : [`${name}: --add-bos-token ${a} against ${b} in ${variant.label}`]
}

/** A note for perplexities with different windows: tokens have less context in the smaller one. Empty if a side does not say. */
export function windowNote(name: string, original: StoredRun, variant: StoredRun): string[] {
  const [a, b] = [original.model.maxLength, variant.model.maxLength]
  if (a === null || b === null || a === b) return []
  return [
    `${name}: ${original.label} read it in windows of ${count(a)} tokens, ${variant.label} in windows of ${count(b)}: texts longer than that have less context in the smaller one`,
  ]
}
