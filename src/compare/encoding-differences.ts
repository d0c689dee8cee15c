/** What the way in which texts became tokens says about a comparison: prompts that were cut, and settings that must not be mixed. */
import { sumTruncation } from '../store/run-record.ts'
import type { StoredRun, StoredTask } from '../store/stored-run.ts'

/** A note for a run that had prompts cut in a task; none where it had none, or did not count them. */
export function truncationNote(name: string, strata: readonly StoredTask[], { label, model }: StoredRun): string[] {
  const { itemCount, mostTokensLost } = sumTruncation(strata.flatMap(({ truncation }) => truncation ?? []))
  if (itemCount === 0) return []
  const count = (value: number) => value.toLocaleString('en-US')
  const all = strata.every((stratum) => stratum.itemCount !== null) ? ` of ${count(strata.reduce((sum, stratum) => sum + stratum.itemCount!, 0))}` : ''
  const window = model.maxLength === null ? '' : ` of ${count(model.maxLength)} tokens`
  return [`${name}: ${label} had ${count(itemCount)}${all} items cut to its window${window}, by up to ${count(mostTokensLost)} tokens`]
}

/** Why two scores of texts cannot be compared: one has the second bos in it, the other has not. Empty where they can. */
export function differingRollingBos(name: string, original: StoredRun, variant: StoredRun): string[] {
  const [a, b] = [original.rollingBos ?? 'lm-eval', variant.rollingBos ?? 'lm-eval']
  return a === b ? [] : [`${name}: --rolling-bos ${a} against ${b} in ${variant.label}`]
}
