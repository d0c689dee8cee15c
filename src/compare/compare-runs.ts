/** An original run against variants': lines that can be compared, paired item by item, with what pairing makes possible. */
import { CompareError } from '../errors.ts'
import { isPerplexity, isShare } from '../store/metric-kind.ts'
import type { StoredItem, StoredRun, StoredScore, StoredTask } from '../store/stored-run.ts'
import { ALPHA, meanInterval, ratioInterval, type CountedPair } from './betting-bounds.ts'
import { chanceOf } from './chance.ts'
import { commonItemsOf } from './common-items.ts'
import type { AccuracyCell, AccuracyLine, AverageCell, ComparedScore, Comparison, PerplexityCell, PerplexityLine, RunSummary } from './comparison.ts'
import { differingRollingBos, truncationNote, windowNote } from './encoding-differences.ts'
import { knownSplit } from './known-splits.ts'
import { pairItems } from './pair-items.ts'
import { holm, mcnemarExact } from './significance.ts'
import { PROFILES, statusOf, type StatusProfile } from './status.ts'
import { logRatioOfMeans, natsChange, type Change, type TextPair } from './text-interval.ts'
import { kindNotes, nothingInCommon, problemNotes, sampleNotes } from './uncompared.ts'

/** Options of a comparison. */
export interface CompareOptions {
  readonly profile?: StatusProfile
  /** Only these tasks or groups. */
  readonly tasks?: readonly string[]
  /** One line a task, of its main metric, when false. */
  readonly allMetrics?: boolean
  /** Subsets and their groups too. */
  readonly subsets?: boolean
  /** Compare the items that all runs have, where one has more: every score is of these items. `subset`: only where it is the original that has more. */
  readonly commonItems?: boolean | 'subset'
}

/** A task or group of a run, as one thing to be compared. */
interface Entry {
  readonly name: string
  readonly version: string | null
  readonly shotCount: number | null
  readonly scores: readonly StoredScore[]
  /** The task itself, or a group's members. */
  readonly strata: readonly StoredTask[]
  /** Why a metric cannot be compared, or its items not be paired. */
  readonly problems?: Readonly<Record<string, string>>
}

/** Two entries and what pairing their items gave. */
interface PairedEntry {
  readonly original: Entry
  readonly variant: Entry
  /** Null where a side has no items. */
  readonly pairs: readonly (readonly [StoredItem, StoredItem])[] | null
}

/** Compares. Fails with CompareError, which names each task and field that differ. */
export function compareRuns(storedOriginal: StoredRun, storedVariants: readonly StoredRun[], options: CompareOptions = {}): Comparison {
  const stored = [storedOriginal, ...storedVariants]
  const { runs, notes: commonNotes } = options.commonItems
    ? commonItemsOf(stored, { onlyIfSubset: options.commonItems === 'subset' })
    : { runs: stored, notes: [] }
  const [original, variants] = [runs[0]!, runs.slice(1)]
  const { profile = PROFILES.default } = options
  const entries = selectEntries(original, options)
  const reasons: string[] = []
  const notes = [...provenanceNotes(original, variants), ...commonNotes, ...entries.flatMap(({ name }) => truncationNotes(name, stored))]
  const shownOf = (entry: Entry) => [...accuracyMetrics(entry, options), ...perplexityMetrics(entry)]
  notes.push(
    ...sampleNotes(entries, original),
    ...entries.flatMap((entry) => [...kindNotes(entry, shownOf(entry)), ...problemNotes(entry, shownOf(entry), original.label)]),
  )
  const paired = variants.map((variant) => {
    const others = new Map(entriesOf(variant).map((entry) => [entry.name, entry]))
    notes.push(
      ...sampleNotes(
        entries.flatMap(({ name }) => others.get(name) ?? []),
        variant,
      ),
    )
    return entries.map((entry): PairedEntry | null => {
      const other = others.get(entry.name)
      if (!other) {
        notes.push(`${variant.label} has no ${entry.name}`)
        return null
      }
      reasons.push(...differingFields(entry, other, variant.label, options), ...differingTokenizers(entry, original, variant))
      if (perplexityMetrics(entry).length > 0) {
        reasons.push(...differingRollingBos(entry.name, original, variant))
        notes.push(...windowNote(entry.name, original, variant))
      }
      notes.push(...problemNotes(other, shownOf(entry), variant.label))
      const { pair, leftOut } = pairEntries(entry, other)
      if (leftOut > 0) reasons.push(`${entry.name}: ${leftOut} items are only in ${original.label} or only in ${variant.label}${exampleOf(entry, other)}`)
      return pair
    })
  })
  if (reasons.length > 0) {
    throw new CompareError(
      `the runs cannot be compared:\n  ${[...new Set(reasons)].join('\n  ')}`,
      options.commonItems
        ? 'Score both with the same settings, or leave tasks out with --tasks.'
        : 'Score both with the same settings, leave tasks out with --tasks, or compare what both have with --common-items.',
    )
  }
  const context = { original, variants, paired, profile }
  const accuracies = withHolm(entries.flatMap((entry, index) => accuracyMetrics(entry, options).map((metric) => accuracyLine(entry, index, metric, context))))
  const perplexities = entries.flatMap((entry, index) => perplexityMetrics(entry).flatMap((metric) => perplexityLine(entry, index, metric, context)))
  const lines = [...accuracies, ...perplexities]
  const empty = variants.find((_, index) => lines.every(({ cells }) => !cells[index]))
  if (empty) throw nothingInCommon(original, empty, (run) => selectEntries(run, { subsets: options.subsets ?? false }))
  return {
    original: summaryOf(original),
    variants: variants.map(summaryOf),
    settings: { profile: profile.name, confidence: 1 - ALPHA },
    accuracies,
    perplexities,
    averages: variants.map((_, index) => average(accuracies, index)),
    notes: [...new Set(notes)],
  }
}

/** Of each run as it was stored: prompts that were cut are counted over all items of a task. */
function truncationNotes(name: string, runs: readonly StoredRun[]): string[] {
  return runs.flatMap((run) => truncationNote(name, entriesOf(run).find((entry) => entry.name === name)?.strata ?? [], run))
}

function summaryOf({ kind, label, file, sources, tool, date, isComplete, limit, model }: StoredRun): RunSummary {
  return { kind, label, file, ...(sources && { sources }), tool, date, isComplete, ...(limit !== undefined && { limit }), model }
}

/** Tasks and groups, each with the tasks that it is made of. */
function entriesOf(run: StoredRun): Entry[] {
  const groups = run.groups.map((group): Entry => ({
    ...group,
    strata: group.members.flatMap((member) => run.tasks.find(({ name }) => name === member) ?? []),
  }))
  return [...run.tasks.map((task): Entry => ({ ...task, strata: [task] })), ...groups]
}

/** What is asked for; otherwise each task once: a group stands for its members, and the largest group for smaller ones. */
function selectEntries(run: StoredRun, { tasks, subsets = false }: CompareOptions): Entry[] {
  const entries = entriesOf(run)
  if (tasks) {
    return tasks.map((task) => {
      const found = entries.find(({ name }) => name === task)
      if (!found) throw new CompareError(`${run.label} has no task ${JSON.stringify(task)}`, `It has: ${entries.map(({ name }) => name).join(', ')}.`)
      return found
    })
  }
  if (subsets) return entries
  const inLarger = (name: string, members: readonly string[]) =>
    run.groups.some((group) => group.name !== name && group.members.length > members.length && members.every((member) => group.members.includes(member)))
  return entries.filter(({ name, strata }) => {
    const members = strata.map((stratum) => stratum.name)
    return run.groups.some((group) => group.name === name) ? !inLarger(name, members) : !run.groups.some((group) => group.members.includes(name))
  })
}

/** Fields that make two scores of one task incomparable, in words. */
function differingFields(a: Entry, b: Entry, label: string, { commonItems }: CompareOptions): string[] {
  const differ = (field: string, left: string | number | null, right: string | number | null) =>
    left === null || right === null || left === right ? [] : [`${a.name}: ${field} ${left} against ${right} in ${label}`]
  const version = (entry: Entry) => (entry.version === null ? null : Number(entry.version) || entry.version)
  const members = (entry: Entry) => entry.strata.map(({ name }) => name).sort()
  const rows = ({ strata }: Entry) => (strata.some(({ rowCount }) => rowCount === null) ? null : strata.reduce((sum, { rowCount }) => sum + rowCount!, 0))
  const reasons = [...differ('version', version(a), version(b)), ...differ('shots', a.shotCount, b.shotCount)]
  // Items tell it by themselves where fewer are enough; a source without end says no more than what was read of it.
  const areItemsCompared = commonItems === 'subset' && hasItems(a) && hasItems(b)
  if (!areItemsCompared) reasons.push(...differ('rows of the split', rows(a), rows(b)))
  // Where items are there they are paired, and tell it one by one.
  if (!hasItems(a) || !hasItems(b)) reasons.push(...differ('items', itemsOf(a), itemsOf(b)))
  const missing = members(a).filter((name) => !members(b).includes(name))
  if (a.strata.length > 0 && b.strata.length > 0 && missing.length > 0)
    reasons.push(`${a.name}: ${label} lacks ${missing.length} of its subsets, such as ${missing[0]}`)
  const shared = a.scores.flatMap((score) => b.scores.filter(({ metric }) => metric === score.metric).map((other) => [score, other] as const))
  for (const [score, other] of shared) reasons.push(...differ(`filter of ${score.metric}`, score.filter ?? 'none', other.filter ?? 'none'))
  // A side whose figures are not numbers has none: a note says so.
  if (shared.length === 0 && a.scores.length > 0 && b.scores.length > 0)
    reasons.push(
      `${a.name}: no metric in common: ${a.scores.map(({ metric }) => metric).join(', ')} against ${b.scores.map(({ metric }) => metric).join(', ')} in ${label}`,
    )
  return reasons
}

function hasItems({ strata }: Entry): boolean {
  return strata.every(({ items }) => items)
}

function itemsOf({ strata }: Entry): number | null {
  return strata.length === 0 || strata.some(({ itemCount }) => itemCount === null) ? null : strata.reduce((sum, { itemCount }) => sum + itemCount!, 0)
}

function differingTokenizers({ name, scores }: Entry, original: StoredRun, variant: StoredRun): string[] {
  const [a, b] = [original.model.tokenizerHash, variant.model.tokenizerHash]
  const perToken = scores.find(({ metric }) => PER_TOKEN.has(metric))
  return perToken && a !== null && b !== null && a !== b
    ? [`${name}: ${perToken.metric} is a figure per token, and ${variant.label} has another tokenizer`]
    : []
}

function pairEntries(original: Entry, variant: Entry): { readonly pair: PairedEntry; readonly leftOut: number } {
  const strata = original.strata.map((stratum) => ({ stratum, other: variant.strata.find(({ name }) => name === stratum.name) }))
  if (strata.length === 0 || strata.some(({ stratum, other }) => !stratum.items || !other?.items))
    return { pair: { original, variant, pairs: null }, leftOut: 0 }
  const pairings = strata.map(({ stratum, other }) => pairItems(stratum.items!, other!.items!))
  const leftOut = pairings.reduce((sum, { onlyInOriginal, onlyInVariant }) => sum + onlyInOriginal.length + onlyInVariant.length, 0)
  return { pair: { original, variant, pairs: pairings.flatMap(({ pairs }) => pairs) }, leftOut }
}

/** Whether items were asked differently or not at all: the first row that both runs have, with another prompt. */
function exampleOf(a: Entry, b: Entry): string {
  for (const stratum of a.strata) {
    const others = new Map(b.strata.find(({ name }) => name === stratum.name)?.items?.map((item) => [item.docId, item]))
    for (const item of stratum.items ?? []) {
      const other = others.get(item.docId)
      if (other && other.promptHash !== item.promptHash) return `; row ${item.docId} of ${stratum.name} has another prompt: the template or the shots differ`
      if (other && other.targetHash !== item.targetHash) return `; row ${item.docId} of ${stratum.name} has another right answer: the datasets differ`
    }
  }
  return ''
}

/** Units of these are tokens: another tokenizer makes another number. */
const PER_TOKEN = new Set(['token_perplexity', 'sentence_perplexity'])

/** The metric that benchmarks are reported by: normalised by length where a task has it. */
function accuracyMetrics({ scores }: Entry, { allMetrics = false }: CompareOptions): string[] {
  const metrics = scores.map(({ metric }) => metric).filter(isShare)
  if (allMetrics) return metrics
  const main = ['acc_norm', 'acc'].find((metric) => metrics.includes(metric)) ?? metrics[0]
  return main === undefined ? [] : [main]
}

function perplexityMetrics({ scores }: Entry): string[] {
  return scores.map(({ metric }) => metric).filter(isPerplexity)
}

interface LineContext {
  readonly original: StoredRun
  readonly variants: readonly StoredRun[]
  /** By variant, then by entry. */
  readonly paired: readonly (readonly (PairedEntry | null)[])[]
  readonly profile: StatusProfile
}

function scoreOf(entry: Entry, metric: string, { kind }: StoredRun): ComparedScore | null {
  const score = entry.scores.find((candidate) => candidate.metric === metric)
  return score ? { value: score.value, standardError: score.standardError, provenance: kind } : null
}

function accuracyLine(entry: Entry, index: number, metric: string, context: LineContext): AccuracyLine {
  const pairs = context.paired.map((line) => line[index] ?? null)
  const items = entry.strata.length > 0 && entry.strata.every((stratum) => stratum.items) ? entry.strata.flatMap((stratum) => stratum.items!) : null
  const chance = chanceOf(entry.name, items)
  const paired = pairs.find((pair) => pair?.pairs)
  const itemCount = paired ? paired.pairs!.length : countOf(entry)
  const original = scoreOf(entry, metric, context.original)!
  const cells = pairs.map((pair, variant): AccuracyCell | null => {
    const score = pair && scoreOf(pair.variant, metric, context.variants[variant]!)
    return score ? accuracyCell({ pair, metric, original, score, chance, itemCount: itemCount ?? countOf(pair.variant) }, context) : null
  })
  return { task: entry.name, metric, shotCount: entry.shotCount, itemCount, splitCount: splitCountOf(entry), chance, original, cells }
}

/** Rows of the whole split, as far as they are known. */
function splitCountOf({ name, strata }: Entry): number | null {
  const known = strata.length > 0 && strata.every(({ rowCount }) => rowCount !== null)
  return known ? strata.reduce((sum, { rowCount }) => sum + rowCount!, 0) : (knownSplit(name)?.itemCount ?? null)
}

function countOf({ name, strata }: Entry): number | null {
  const known = strata.length > 0 && strata.every(({ itemCount }) => itemCount !== null)
  return known ? strata.reduce((sum, { itemCount }) => sum + itemCount!, 0) : (knownSplit(name)?.itemCount ?? null)
}

interface CellInput {
  readonly pair: PairedEntry
  readonly metric: string
  readonly original: ComparedScore
  readonly score: ComparedScore
  readonly chance: AccuracyLine['chance']
  readonly itemCount: number | null
}

function accuracyCell({ pair, metric, original, score, chance, itemCount }: CellInput, { profile }: LineContext): AccuracyCell {
  const outcomes = outcomesOf(pair, metric)
  const flips = outcomes && flipsOf(outcomes)
  const retention = original.value === 0 ? null : score.value / original.value
  const retentionInterval = outcomes && retention !== null ? ratioInterval(outcomes) : null
  return {
    score,
    difference: score.value - original.value,
    differenceInterval:
      outcomes &&
      meanInterval(
        outcomes.map((outcome) => ({ value: outcome.variant - outcome.original, count: outcome.count })),
        { low: -1, high: 1 },
      ),
    retention,
    retentionInterval,
    adjustedRetention: chance && original.value > chance.baseline ? (score.value - chance.baseline) / (original.value - chance.baseline) : null,
    flips,
    pValue: flips && mcnemarExact(flips.lost, flips.gained),
    adjustedPValue: null,
    status: statusOf({ score, original, retention, retentionInterval, chance, itemCount }, profile),
  }
}

/** How many items have each pair of scores. Null without items, or where a score is not from 0 to 1. */
function outcomesOf({ original: before, variant: after, pairs }: PairedEntry, metric: string): CountedPair[] | null {
  if (!pairs || pairs.length === 0 || hasProblem(before, metric) || hasProblem(after, metric)) return null
  const counts = new Map<string, { original: number; variant: number; count: number }>()
  for (const [a, b] of pairs) {
    const [original, variant] = [a.values[metric], b.values[metric]]
    if (!isShareValue(original) || !isShareValue(variant)) return null
    const key = `${original} ${variant}`
    const known = counts.get(key)
    if (known) known.count++
    else counts.set(key, { original, variant, count: 1 })
  }
  return [...counts.values()]
}

function isShareValue(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1
}

/** Items that flipped between right and wrong; null where scores are not 0 or 1. */
function flipsOf(outcomes: readonly CountedPair[]): AccuracyCell['flips'] {
  if (outcomes.some(({ original, variant }) => ![0, 1].includes(original) || ![0, 1].includes(variant))) return null
  const countOfPair = (from: number, to: number) => outcomes.find(({ original, variant }) => original === from && variant === to)?.count ?? 0
  return { lost: countOfPair(1, 0), gained: countOfPair(0, 1) }
}

function hasProblem({ problems }: Entry, metric: string): boolean {
  return problems !== undefined && Object.hasOwn(problems, metric)
}

/** Corrects the p-values of each variant over its lines. */
function withHolm(lines: readonly AccuracyLine[]): AccuracyLine[] {
  const adjusted = (lines[0]?.cells ?? []).map((_, variant) => {
    const tested = lines.flatMap(({ cells }, line) => (cells[variant]?.pValue == null ? [] : [{ line, pValue: cells[variant].pValue }]))
    const values = holm(tested.map(({ pValue }) => pValue))
    return new Map(tested.map(({ line }, index) => [line, values[index]!]))
  })
  return lines.map((line, index) => ({
    ...line,
    cells: line.cells.map((cell, variant) => cell && { ...cell, adjustedPValue: adjusted[variant]!.get(index) ?? null }),
  }))
}

function perplexityLine(entry: Entry, index: number, metric: string, context: LineContext): PerplexityLine[] {
  const original = scoreOf(entry, metric, context.original)!
  const cells = context.paired.map((line, variant): PerplexityCell | null => {
    const pair = line[index]
    const score = pair && scoreOf(pair.variant, metric, context.variants[variant]!)
    return score ? perplexityCell(pair, metric, original, score) : null
  })
  return [{ task: entry.name, metric, itemCount: countOf(entry), splitCount: splitCountOf(entry), original, cells }]
}

function perplexityCell(pair: PairedEntry, metric: string, original: ComparedScore, score: ComparedScore): PerplexityCell {
  const ratio = score.value / original.value
  const nats = metric === 'bits_per_byte' ? (score.value - original.value) * Math.LN2 : metric === 'sentence_perplexity' ? null : Math.log(ratio)
  const texts = textPairsOf(pair, metric)
  if (!texts) return { score, ratio, ratioInterval: null, nats, natsInterval: null }
  const change = natsChange(texts)
  const { interval } = changeOfMetric(metric, texts, change)
  return {
    score,
    ratio,
    ratioInterval: interval && [Math.exp(interval[0]), Math.exp(interval[1])],
    nats,
    natsInterval: nats === null ? null : change.interval,
  }
}

/** Change of the metric's logarithm. */
function changeOfMetric(metric: string, texts: readonly TextPair[], change: Change): Change {
  if (metric === 'bits_per_byte') return logRatioOfMeans(texts.map(([a, b]) => [-a.logProb, -b.logProb]))
  if (metric === 'sentence_perplexity') return logRatioOfMeans(texts.map(([a, b]) => [Math.exp(-a.logProb / a.weight), Math.exp(-b.logProb / b.weight)]))
  return change
}

/** Texts with weight under both models; null where a side has none. */
function textPairsOf({ original: before, variant: after, pairs }: PairedEntry, metric: string): TextPair[] | null {
  if (!pairs || pairs.length === 0 || hasProblem(before, metric) || hasProblem(after, metric)) return null
  const texts: TextPair[] = []
  for (const [a, b] of pairs) {
    const [original, variant] = [a.values[metric], b.values[metric]]
    if (typeof original !== 'object' || typeof variant !== 'object') return null
    if (original.weight > 0) texts.push([original, variant])
  }
  return texts
}

/** Over the lines that a variant has, one a task. */
function average(lines: readonly AccuracyLine[], variant: number): AverageCell | null {
  const used = lines.flatMap(({ original, cells }) => (cells[variant] ? [{ original, cell: cells[variant] }] : []))
  if (used.length === 0) return null
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [original, own] = [mean(used.map((line) => line.original.value)), mean(used.map(({ cell }) => cell.score.value))]
  const ratios = used.map(({ cell }) => cell.retention)
  return {
    lineCount: used.length,
    original,
    variant: own,
    meanOfRatios: ratios.every((ratio) => ratio !== null) ? mean(ratios) : null,
    ratioOfMeans: original === 0 ? null : own / original,
  }
}

/** What a reader must know of where scores come from. */
function provenanceNotes(original: StoredRun, variants: readonly StoredRun[]): string[] {
  const notes = [original, ...variants].flatMap(({ label, isComplete }) =>
    isComplete ? [] : [`${label} was interrupted: items that it did not reach are missing`],
  )
  notes.push(...[original, ...variants].flatMap((run) => run.notes?.map((note) => `${run.label}: ${note}`) ?? []))
  for (const variant of variants) {
    if (variant.kind !== original.kind) {
      const [cited, measured] = original.kind === 'cited' ? [original, variant] : [variant, original]
      notes.push(`${cited.label}'s scores are cited (${cited.tool}), ${measured.label}'s were measured (${measured.tool}): not like for like`)
    } else if (variant.tool !== original.tool) notes.push(`${original.label} was scored by ${original.tool}, ${variant.label} by ${variant.tool}`)
  }
  return notes
}
