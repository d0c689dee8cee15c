/** Compares an original run with runs of variants: the scores that can be compared, paired item by item, with what pairing makes possible. */
import { CompareError } from '../errors.ts'
import type { StoredRun, StoredTask } from '../store/stored-run.ts'
import { accuracyLine, averageOf, withAdjustedPValues } from './accuracy-line.ts'
import { ALPHA } from './betting-bounds.ts'
import { commonItemsOf, type CommonRuns } from './common-items.ts'
import type { AccuracyLine, Comparison, RunSummary } from './comparison.ts'
import { divergenceLines } from './divergence-line.ts'
import { differencesOf, type EntryPair, type RunPair } from './differences.ts'
import { truncationNote, windowNote } from './encoding-differences.ts'
import { accuracyMetrics, entriesOf, outermostOf, perplexityMetrics, selectEntries, type Entry, type EntrySelection } from './entries.ts'
import type { LineInput } from './line-input.ts'
import { pairEntries, unpairedExample, type PairedEntry } from './pair-entries.ts'
import { perplexityLine } from './perplexity-line.ts'
import { provenanceNotes } from './provenance.ts'
import { PROFILES, type StatusProfile } from './status.ts'
import { kindNotes, nothingInCommon, problemNotes, sampleNotes } from './uncompared.ts'

/** Options of a comparison. */
export interface CompareOptions extends EntrySelection {
  readonly profile?: StatusProfile
  /** One line a task, of its main metric, when false. */
  readonly allMetrics?: boolean
  /** Compare only the items that all runs have; every score is computed over them. `subset`: only if the original has more. */
  readonly commonItems?: boolean | 'subset'
}

/** A comparison, and the runs that it is of. */
export interface ComparedRuns extends Comparison {
  /** The original, then the variants; cut to their common items if these were asked for. */
  readonly runs: readonly StoredRun[]
}

/** Compares. Fails with CompareError, which names each task and field that differ. */
export function compareRuns(storedOriginal: StoredRun, storedVariants: readonly StoredRun[], options: CompareOptions = {}): ComparedRuns {
  const stored = [storedOriginal, ...storedVariants]
  const { runs, notes: commonNotes } = runsToCompare(stored, options)
  const [original, variants] = [runs[0]!, runs.slice(1)]
  const { profile = PROFILES.default } = options
  const entries = selectEntries(original, options)
  const matched = variants.map((variant) => matchEntries(entries, { original, variant }, options))
  throwIfDifferent(
    matched.flatMap(({ reasons }) => reasons),
    options,
  )
  const inputs = (metricsOf: (entry: Entry) => readonly string[]) =>
    entries.flatMap((entry, index) =>
      metricsOf(entry).map((metric): LineInput => ({
        entry,
        metric,
        original,
        variants: matched.map(({ paired }, variant) => ({ run: variants[variant]!, paired: paired[index]! })),
      })),
    )
  const accuracies = withAdjustedPValues(inputs((entry) => accuracyMetrics(entry, options.allMetrics ?? false)).map((input) => accuracyLine(input, profile)))
  const perplexities = inputs(perplexityMetrics).map(perplexityLine)
  checkNothingEmpty(runs, [...accuracies, ...perplexities], options)
  return {
    runs,
    original: summaryOf(storedOriginal),
    variants: storedVariants.map(summaryOf),
    settings: { profile: profile.name, confidence: 1 - ALPHA },
    accuracies,
    perplexities,
    divergences: divergenceLines(
      entries.map(({ name }) => name),
      original,
      matched.map(({ paired }) => paired),
    ),
    averages: variants.map((_, variant) => averageOf(averagedLines(accuracies, entries, variant), variant, profile)),
    notes: [
      ...new Set([
        ...provenanceNotes(original, variants),
        ...commonNotes,
        ...entries.flatMap(({ name }) => truncationNotes(name, stored)),
        ...originalNotes(entries, original, options),
        ...matched.flatMap(({ notes }) => notes),
      ]),
    ],
  }
}

/** Each task that the variant has once, whatever else is shown. */
function averagedLines(lines: readonly AccuracyLine[], entries: readonly Entry[], variant: number): AccuracyLine[] {
  const main = lines.filter(({ isMain, cells }) => isMain && cells[variant])
  const outermost = outermostOf(entries.filter(({ name }) => main.some(({ task }) => task === name)))
  return main.filter(({ task }) => outermost.some(({ name }) => name === task))
}

function runsToCompare(stored: readonly StoredRun[], { commonItems }: CompareOptions): CommonRuns {
  return commonItems ? commonItemsOf(stored, { onlyIfSubset: commonItems === 'subset' }) : { runs: stored, notes: [] }
}

/** The entries of one variant. */
interface MatchedEntries {
  /** In the order of the original's entries; null for one that the variant lacks. */
  readonly paired: readonly (PairedEntry | null)[]
  readonly notes: readonly string[]
  /** Why scores cannot be compared. */
  readonly reasons: readonly string[]
}

function matchEntries(entries: readonly Entry[], runs: RunPair, options: CompareOptions): MatchedEntries {
  const { variant } = runs
  const others = new Map(entriesOf(variant).map((entry) => [entry.name, entry]))
  const matches = entries.map((entry) => {
    const other = others.get(entry.name)
    return other
      ? matchEntry({ original: entry, variant: other }, runs, options)
      : { paired: null, notes: [`${variant.label} has no ${entry.name}`], reasons: [] }
  })
  const own = entries.flatMap(({ name }) => others.get(name) ?? [])
  return {
    paired: matches.map(({ paired }) => paired),
    notes: [...sampleNotes(own, variant), ...matches.flatMap(({ notes }) => notes)],
    reasons: matches.flatMap(({ reasons }) => reasons),
  }
}

function matchEntry(entries: EntryPair, runs: RunPair, options: CompareOptions) {
  const { original, variant } = runs
  const paired = pairEntries(entries)
  const { name } = entries.original
  const unpaired =
    paired.leftOutCount === 0
      ? []
      : [`${name}: ${paired.leftOutCount} items are only in ${original.label} or only in ${variant.label}${unpairedExample(entries)}`]
  return {
    paired,
    notes: [
      ...(perplexityMetrics(entries.original).length > 0 ? windowNote(name, original, variant) : []),
      ...problemNotes(entries.variant, shownMetrics(entries.original, options), variant.label),
    ],
    reasons: [...differencesOf(entries, runs, { areItemsChosen: options.commonItems === 'subset' }), ...unpaired],
  }
}

function shownMetrics(entry: Entry, { allMetrics = false }: CompareOptions): string[] {
  return [...accuracyMetrics(entry, allMetrics), ...perplexityMetrics(entry)]
}

function originalNotes(entries: readonly Entry[], original: StoredRun, options: CompareOptions): string[] {
  return [
    ...sampleNotes(entries, original),
    ...entries.flatMap((entry) => {
      const shown = shownMetrics(entry, options)
      return [...kindNotes(entry, shown), ...problemNotes(entry, shown, original.label)]
    }),
  ]
}

/** For each run as it was stored: truncated prompts are counted over all items of a task. */
function truncationNotes(name: string, runs: readonly StoredRun[]): string[] {
  return runs.flatMap((run) => truncationNote(name, entriesOf(run).find((entry) => entry.name === name)?.strata ?? [], run))
}

function throwIfDifferent(reasons: readonly string[], { commonItems }: CompareOptions): void {
  if (reasons.length === 0) return
  throw new CompareError(
    `the runs cannot be compared:\n  ${[...new Set(reasons)].join('\n  ')}`,
    commonItems
      ? 'Score both with the same settings, or leave tasks out with --tasks.'
      : 'Score both with the same settings, leave tasks out with --tasks, or compare what both have with --common-items.',
  )
}

/** Fails with CompareError on a variant that no line has a score of. */
function checkNothingEmpty(runs: readonly StoredRun[], lines: readonly { readonly cells: readonly unknown[] }[], { subsets = false }: CompareOptions): void {
  const [original, ...variants] = runs
  const empty = variants.find((_, variant) => lines.every(({ cells }) => !cells[variant]))
  if (!empty) return
  // Groups, which say more than their tasks, come last in a run.
  const theirs = new Set(entriesOf(empty).map(({ name }) => name))
  const parts = entriesOf(original!).flatMap(({ name }) => (theirs.has(name) ? [name] : []))
  throw nothingInCommon(original!, empty, { entriesOf: (run) => selectEntries(run, { subsets }), parts: parts.toReversed() })
}

function summaryOf({ kind, label, file, sources, tool, date, isComplete, tasks, model }: StoredRun): RunSummary {
  const areChosen = ({ itemCount, rowCount }: StoredTask) => isComplete && itemCount !== null && rowCount !== null && itemCount < rowCount
  const limits = [...new Set(tasks.map((task) => task.limit ?? (areChosen(task) ? 'chosen' : null)))]
  return { kind, label, file, ...(sources && { sources }), tool, date, isComplete, limits, model }
}
