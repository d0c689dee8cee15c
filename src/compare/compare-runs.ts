/** An original run against variants': lines that can be compared, paired item by item, with what pairing makes possible. */
import { CompareError } from '../errors.ts'
import { isPerplexity, isShare } from '../store/metric-kind.ts'
import type { StoredItem, StoredRun, StoredScore, StoredTask } from '../store/stored-run.ts'
import { percentileInterval, resampleIndices, resampleOutcomes, type BootstrapOptions } from './bootstrap.ts'
import { chanceOf } from './chance.ts'
import type { AccuracyCell, AccuracyLine, AverageCell, ComparedScore, Comparison, PerplexityCell, PerplexityLine, RunSummary } from './comparison.ts'
import { differingRollingBos, truncationNote, windowNote } from './encoding-differences.ts'
import { knownSplit } from './known-splits.ts'
import { pairItems } from './pair-items.ts'
import { holm, mcnemarExact } from './significance.ts'
import { PROFILES, statusOf, type StatusProfile } from './status.ts'
import { kindNotes, nothingInCommon, problemNotes, sampleNotes } from './uncompared.ts'

/** Options of a comparison. */
export interface CompareOptions {
  readonly profile?: StatusProfile
  /** Bootstrap resamples; 10,000 when absent. */
  readonly resamples?: number
  readonly seed?: number
  /** Only these tasks or groups. */
  readonly tasks?: readonly string[]
  /** One line a task, of its main metric, when false. */
  readonly allMetrics?: boolean
  /** Subsets and their groups too. */
  readonly subsets?: boolean
  /** Compare the items that both have, where one run has more; `subset`: only where it is the original that has more. */
  readonly commonItems?: boolean | 'subset'
  /** Statuses say so where an interval leaves more than one possible. */
  readonly isStrict?: boolean
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
  /** A stratum each; null where a side has no items. */
  readonly pairs: readonly (readonly (readonly [StoredItem, StoredItem])[])[] | null
  /** Items that are left out. */
  readonly leftOut: number
  /** Those of them that the original lacks. */
  readonly onlyInVariant: number
}

/** Compares. Fails with CompareError, which names each task and field that differ. */
export function compareRuns(original: StoredRun, variants: readonly StoredRun[], options: CompareOptions = {}): Comparison {
  const { profile = PROFILES.default, resamples = 10_000, seed = 0 } = options
  const entries = selectEntries(original, options)
  const reasons: string[] = []
  const notes = [...provenanceNotes(original, variants), ...entries.flatMap(({ name, strata }) => truncationNote(name, strata, original))]
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
      notes.push(...truncationNote(entry.name, other.strata, variant), ...problemNotes(other, shownOf(entry), variant.label))
      const pair = pairEntries(entry, other)
      if (pair.leftOut > 0) {
        const what = `${entry.name}: ${pair.leftOut} items are only in ${original.label} or only in ${variant.label}`
        const isSubset = pair.onlyInVariant === 0 && pair.pairs!.some(({ length }) => length > 0)
        if (options.commonItems === true) notes.push(`${what} and are left out`)
        else if (options.commonItems === 'subset' && isSubset) notes.push(subsetNote(pair, variant.label))
        else reasons.push(`${what}${exampleOf(entry, other)}`)
      }
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
  const context = { original, variants, paired, bootstrap: { resamples, seed }, profile, isStrict: options.isStrict ?? false }
  const accuracies = withHolm(entries.flatMap((entry, index) => accuracyMetrics(entry, options).map((metric) => accuracyLine(entry, index, metric, context))))
  const perplexities = entries.flatMap((entry, index) => perplexityMetrics(entry).flatMap((metric) => perplexityLine(entry, index, metric, context)))
  const lines = [...accuracies, ...perplexities]
  const empty = variants.find((_, index) => lines.every(({ cells }) => !cells[index]))
  if (empty) throw nothingInCommon(original, empty, (run) => selectEntries(run, { subsets: options.subsets ?? false }))
  return {
    original: summaryOf(original),
    variants: variants.map(summaryOf),
    settings: { profile: profile.name, resamples, seed },
    accuracies,
    perplexities,
    averages: variants.map((_, index) => average(accuracies, index)),
    notes: [...new Set(notes)],
  }
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
  const areItemsCompared = commonItems === 'subset' && [a, b].every(({ strata }) => strata.every(({ items }) => items))
  if (!areItemsCompared) reasons.push(...differ('rows of the split', rows(a), rows(b)))
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

function differingTokenizers({ name, scores }: Entry, original: StoredRun, variant: StoredRun): string[] {
  const [a, b] = [original.model.tokenizerHash, variant.model.tokenizerHash]
  const perToken = scores.find(({ metric }) => PER_TOKEN.has(metric))
  return perToken && a !== null && b !== null && a !== b
    ? [`${name}: ${perToken.metric} is a figure per token, and ${variant.label} has another tokenizer`]
    : []
}

function pairEntries(original: Entry, variant: Entry): PairedEntry {
  const strata = original.strata.map((stratum) => ({ stratum, other: variant.strata.find(({ name }) => name === stratum.name) }))
  if (strata.length === 0 || strata.some(({ stratum, other }) => !stratum.items || !other?.items))
    return { original, variant, pairs: null, leftOut: 0, onlyInVariant: 0 }
  const pairings = strata.map(({ stratum, other }) => pairItems(stratum.items!, other!.items!))
  const onlyInVariant = pairings.reduce((sum, pairing) => sum + pairing.onlyInVariant.length, 0)
  const leftOut = pairings.reduce((sum, { onlyInOriginal }) => sum + onlyInOriginal.length, onlyInVariant)
  return { original, variant, pairs: pairings.map(({ pairs }) => pairs), leftOut, onlyInVariant }
}

function subsetNote({ original, pairs, leftOut }: PairedEntry, label: string): string {
  const count = pairs!.reduce((sum, { length }) => sum + length, 0)
  return `${original.name}: ${count} of ${count + leftOut} items are compared: ${label} has no others`
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
  readonly bootstrap: BootstrapOptions
  readonly profile: StatusProfile
  readonly isStrict: boolean
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
  const itemCount = paired ? paired.pairs!.reduce((sum, { length }) => sum + length, 0) : countOf(entry)
  const original = scoreOf(entry, metric, context.original)!
  const cells = pairs.map((pair, variant): AccuracyCell | null => {
    const score = pair && scoreOf(pair.variant, metric, context.variants[variant]!)
    return score ? accuracyCell({ pair, metric, original, score, chance, itemCount: itemCount ?? countOf(pair.variant) }, context) : null
  })
  return { task: entry.name, metric, shotCount: entry.shotCount, itemCount, chance, original, cells }
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

function accuracyCell(
  { pair, metric, original: stored, score: storedScore, chance, itemCount }: CellInput,
  { bootstrap, profile, isStrict }: LineContext,
): AccuracyCell {
  const strata = outcomesOf(pair, metric)
  const count = strata?.reduce((sum, { length }) => sum + length, 0) ?? 0
  const tally = (outcome: number) => strata!.reduce((sum, outcomes) => sum + outcomes.filter((value) => value === outcome).length, 0)
  const flips = strata ? { lost: tally(1), gained: tally(2) } : null
  const both = strata ? tally(3) : 0
  // Over the items that both have; where nothing is left out these are the stored scores.
  const recount = (own: ComparedScore, right: number): ComparedScore =>
    pair.leftOut > 0 ? { ...own, value: right / count, standardError: Math.sqrt(((right / count) * (1 - right / count)) / (count - 1)) } : own
  const original = flips ? recount(stored, both + flips.lost) : stored
  const score = flips ? recount(storedScore, both + flips.gained) : storedScore
  const resampled = strata ? resampleOutcomes(strata, bootstrap) : null
  const retention = original.value === 0 ? null : score.value / original.value
  const retentionInterval = resampled && percentileInterval(Float64Array.from(resampled.variant, (right, index) => right / resampled.original[index]!))
  return {
    score,
    difference: score.value - original.value,
    differenceInterval: resampled && percentileInterval(Float64Array.from(resampled.variant, (right, index) => (right - resampled.original[index]!) / count)),
    retention,
    retentionInterval,
    adjustedRetention: chance && original.value > chance.baseline ? (score.value - chance.baseline) / (original.value - chance.baseline) : null,
    flips,
    pValue: flips && mcnemarExact(flips.lost, flips.gained),
    adjustedPValue: null,
    status: statusOf({ score, retention, retentionInterval, chance, itemCount: strata ? count : itemCount }, profile, isStrict),
  }
}

/** For each stratum 0 to 3 an item: bit 0 right in the original, bit 1 right in the variant. Null without pairs, or where scores are not 0 or 1. */
function outcomesOf({ original, variant, pairs }: PairedEntry, metric: string): Uint8Array[] | null {
  if (!pairs || hasProblem(original, metric) || hasProblem(variant, metric)) return null
  const strata: Uint8Array[] = []
  for (const stratum of pairs) {
    const outcomes = new Uint8Array(stratum.length)
    for (const [index, [a, b]] of stratum.entries()) {
      const [left, right] = [a.values[metric], b.values[metric]]
      if ((left !== 0 && left !== 1) || (right !== 0 && right !== 1)) return null
      outcomes[index] = left + 2 * right
    }
    strata.push(outcomes)
  }
  return strata
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
    return score ? perplexityCell(pair, metric, original, score, context) : null
  })
  return [{ task: entry.name, metric, itemCount: countOf(entry), original, cells }]
}

function perplexityCell(pair: PairedEntry, metric: string, original: ComparedScore, score: ComparedScore, { bootstrap }: LineContext): PerplexityCell {
  const texts = pair.pairs?.flat().map((items) => items.map(({ values }) => values[metric]))
  const isSound = !hasProblem(pair.original, metric) && !hasProblem(pair.variant, metric)
  const isPaired = isSound && (texts?.every((values) => values.every((value) => typeof value === 'object')) ?? false)
  const ratio = score.value / original.value
  const nats = metric === 'bits_per_byte' ? (score.value - original.value) * Math.LN2 : metric === 'sentence_perplexity' ? null : Math.log(ratio)
  if (!isPaired || texts!.length < 2) return { score, ratio, ratioInterval: null, nats, natsInterval: null }
  const measure = (side: 0 | 1, indices: Int32Array): number =>
    perplexityOf(
      metric,
      Array.from(indices, (text) => texts![text]![side] as { logProb: number; weight: number }),
    )
  const resampled = resampleIndices(texts!.length, bootstrap, (indices) => {
    const [before, after] = [measure(0, indices), measure(1, indices)]
    return [after / before, metric === 'bits_per_byte' ? (after - before) * Math.LN2 : Math.log(after / before)]
  })
  return {
    score,
    ratio,
    ratioInterval: percentileInterval(resampled.map(([value]) => value!)),
    nats,
    natsInterval: nats === null ? null : percentileInterval(resampled.map(([, value]) => value!)),
  }
}

function perplexityOf(metric: string, texts: readonly { readonly logProb: number; readonly weight: number }[]): number {
  if (metric === 'sentence_perplexity') return texts.reduce((sum, { logProb, weight }) => sum + Math.exp(-logProb / weight), 0) / texts.length
  let [logProb, weight] = [0, 0]
  for (const text of texts) {
    logProb += text.logProb
    weight += text.weight
  }
  return metric === 'bits_per_byte' ? -logProb / weight / Math.LN2 : Math.exp(-logProb / weight)
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
