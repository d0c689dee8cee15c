/** Notes on what a comparison leaves out, so that a missing line is not read as an equal score. */
import { listNames } from '../text/list-names.ts'
import { CompareError } from '../errors.ts'
import { metricOf } from '../metrics/registry.ts'
import type { StoredRun, StoredScore, StoredTask } from '../store/stored-run.ts'
import { leftOutText } from './provenance.ts'

/** The fields of a task or group that are used here. */
interface Compared {
  readonly name: string
  readonly scores: readonly StoredScore[]
  readonly strata: readonly StoredTask[]
  readonly problems?: Readonly<Record<string, string>>
}

/** Notes on the metrics of an entry that a run has no usable values of: those that are shown, and those that would be if they were numbers. */
export function problemNotes({ name, scores, problems, strata }: Compared, shown: readonly string[], label: string): string[] {
  const wouldBeShown = (metric: string) => metricOf(metric).comparedAs !== null && !scores.some((score) => score.metric === metric)
  const notesOf = (task: string, own: Compared['problems'], isTold: (metric: string) => boolean) =>
    Object.entries(own ?? {}).flatMap(([metric, reason]) => (isTold(metric) ? [`${label}, ${task} ${metric}: ${reason}`] : []))
  const isShown = (metric: string) => shown.includes(metric)
  return [
    ...notesOf(name, problems, (metric) => isShown(metric) || wouldBeShown(metric)),
    ...strata.flatMap((stratum) => (stratum.name === name ? [] : notesOf(stratum.name, stratum.problems, isShown))),
  ]
}

/** A note if nothing of an entry is compared because all of its metrics are of other kinds. */
export function kindNotes({ name, scores }: Compared, shown: readonly string[]): string[] {
  if (shown.length > 0 || scores.length === 0) return []
  return [`${name} is left out: ${scores.map(({ metric }) => metric).join(', ')} ${scores.length === 1 ? 'is' : 'are'} neither accuracy nor perplexity`]
}

/** A note on tasks of a measured run whose items were not stored. */
export function sampleNotes(entries: readonly Compared[], { kind, label }: StoredRun): string[] {
  const missing = entries.filter(({ strata }) => strata.some(({ items }) => !items)).map(({ name }) => name)
  return kind === 'cited' || missing.length === 0 ? [] : [`${label} has no samples of ${listNames(missing, 12)}: items are not paired`]
}

/** Two runs of which no figure can be compared; `parts` are tasks and groups, subsets too, that both have. */
export function nothingInCommon(
  original: StoredRun,
  variant: StoredRun,
  { entriesOf, parts }: { readonly entriesOf: (run: StoredRun) => readonly Compared[]; readonly parts: readonly string[] },
): CompareError {
  const [ours, theirs] = [entriesOf(original), entriesOf(variant)]
  const isShared = ours.some(({ name }) => theirs.some((entry) => entry.name === name))
  const others = parts.length === 0 ? 'Give runs of the same tasks.' : `Both have ${listNames(parts, 3)}: give --subsets, or --tasks with one of these.`
  const has = (label: string, entries: readonly Compared[]) =>
    `${label} has ${
      entries.length === 0
        ? 'none'
        : listNames(
            entries.map(({ name, scores }) => `${name} (${scores.map(({ metric }) => metric).join(', ') || 'no figure'})`),
            12,
          )
    }`
  return new CompareError(
    `${original.label} and ${variant.label} have no ${isShared ? 'figure' : 'task'} in common:\n  ${has(original.label, ours)}\n  ${has(variant.label, theirs)}`,
    `${isShared ? 'Accuracies, exact matches and perplexities are compared; score both by one of them.' : others}${leftOutText([original, variant])}`,
  )
}
