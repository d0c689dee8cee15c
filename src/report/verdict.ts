/** What a variant lost, in one sentence: where most, and how sure that is. It reads the comparison's intervals and statuses and computes none. */
import type { AccuracyCell, AccuracyLine, Comparison, Interval, PerplexityCell, PerplexityLine } from '../compare/comparison.ts'
import { hasStatus } from '../compare/status.ts'
import { count, counted } from '../text/count.ts'
import { listNames } from '../text/list-names.ts'
import { bounded, fixed, percent, signed, taskLabel } from './numbers.ts'

/**
 * `lost` if any interval shows a loss; `unknown` if there is no interval; `kept` if every status is surely good and every perplexity has an interval;
 * `unsure` if not: near random, undecided, or worse.
 */
export type VerdictKind = 'lost' | 'kept' | 'unsure' | 'unknown'

/** The verdict on a variant. */
export interface Verdict {
  readonly kind: VerdictKind
  /** The beginning of a sentence: `pruned lost accuracy on 3 of 4 tasks`. */
  readonly headline: string
  /** The rest of it, with its period. */
  readonly details: string
}

/** A part of the sentence; its beginning says the most. */
type Clause = readonly [beginning: string, rest: string]

/** A verdict for each variant, in their order. */
export function verdictsOf({ accuracies, perplexities, variants }: Comparison): Verdict[] {
  return variants.map(({ label }, variant) => {
    const scores = accuracies.flatMap((line) => judged(line, line.cells[variant], ({ differenceInterval }) => changeOf(differenceInterval, 0, 'below')))
    // The measures of a text say the same: its first one speaks for it.
    const texts = perplexities.filter(({ task }, index) => perplexities.findIndex((other) => other.task === task) === index)
    const ratios = texts.flatMap((line) => judged(line, line.cells[variant], ({ ratioInterval }) => changeOf(ratioInterval, 1, 'above')))
    const kind = kindOf(scores, ratios)
    const [[headline, rest], ...others] = [...accuracyClauses(scores), ...ratios.map(perplexityClause), ...(kind === 'unsure' ? statusClause(scores) : [])] as [
      Clause,
      ...Clause[],
    ]
    return { kind, headline: `${label} ${headline}`, details: `${[rest, ...others.map((clause) => clause.join(''))].join('; ')}.` }
  })
}

/** What an interval says: it is all on one side of no change, or not, or there is none. */
type Change = 'lost' | 'gained' | 'open' | 'unknown'

interface Judged<Line, Cell> {
  readonly line: Line
  readonly cell: Cell
  readonly change: Change
}
type Scored = Judged<AccuracyLine, AccuracyCell>
type Rated = Judged<PerplexityLine, PerplexityCell>

function judged<Line, Cell>(line: Line, cell: Cell | null | undefined, change: (cell: Cell) => Change): Judged<Line, Cell>[] {
  return cell ? [{ line, cell, change: change(cell) }] : []
}

/** `none` is the value of no change; a loss is below it for differences of accuracies, above it for ratios of perplexities. */
function changeOf(interval: Interval | null, none: number, lossIs: 'below' | 'above'): Change {
  if (interval === null) return 'unknown'
  if (interval[1] < none) return lossIs === 'below' ? 'lost' : 'gained'
  if (interval[0] > none) return lossIs === 'above' ? 'lost' : 'gained'
  return 'open'
}

function kindOf(scores: readonly Scored[], ratios: readonly Rated[]): VerdictKind {
  const all = [...scores, ...ratios]
  if (all.some(({ change }) => change === 'lost')) return 'lost'
  if (all.every(({ change }) => change === 'unknown')) return 'unknown'
  return scores.every(isGood) && ratios.every(({ change }) => change !== 'unknown') ? 'kept' : 'unsure'
}

/** Whether a status is good whatever the items leave open: `Good`, `at least Good`, `Excellent`. */
function isGood({ cell }: Scored): boolean {
  return cell.status.sign === GOOD
}

const GOOD = '✅'

function accuracyClauses(scores: readonly Scored[]): Clause[] {
  const of = (change: Change) => scores.filter((score) => score.change === change)
  const [lost, gained, open, unknown] = [of('lost'), of('gained'), of('open'), of('unknown')]
  return [
    ...(lost.length > 0 ? [lostClause(lost, scores.length)] : []),
    ...(gained.length > 0 ? [gainedClause(gained)] : []),
    ...(open.length > 0 ? [openClause(open, scores.length)] : []),
    ...(unknown.length > 0 ? [unknownClause(unknown)] : []),
  ]
}

/** `lost accuracy on 3 of 4 tasks`, `, most on mmlu: 32.0 points (95 % interval 21.3 to 44.5, 150 items), so 67.1 % of the score is retained, “at most Acceptable”`. */
function lostClause(lost: readonly Scored[], all: number): Clause {
  const { line, cell } = worst(lost, ({ difference }) => difference)
  const [low, high] = cell.differenceInterval!
  const rating = hasStatus(cell) ? `, “${cell.status.name}”` : ''
  const retained = cell.retention === null ? '' : `, so ${percent(cell.retention, 1)} of the score is retained${rating}`
  const figures = `${loss(cell.difference)} points (95 % interval ${loss(high)} to ${loss(low)}, ${itemsText(line)})${retained}`
  if (all === 1) return [`lost accuracy on ${taskLabel(line)}`, `: ${figures}`]
  return [`lost accuracy on ${lost.length} of ${all} tasks`, `, ${lost.length === 1 ? '' : 'most '}on ${taskLabel(line)}: ${figures}`]
}

function gainedClause(gained: readonly Scored[]): Clause {
  const { line, cell } = worst(gained, ({ difference }) => -difference)
  const [low, high] = cell.differenceInterval!
  const most = gained.length === 1 ? '' : `${taskLabel(line)} `
  return [
    `gained accuracy on ${namesOf(gained)}`,
    ` (${most}${points(cell.difference)} points, 95 % interval ${points(low)} to ${points(high)}, ${itemsText(line)})`,
  ]
}

/** `shows no sure change of accuracy on boolq`, ` (up to 2.1 points may be lost)`. */
function openClause(open: readonly Scored[], all: number): Clause {
  const { line, cell } = worst(open, ({ differenceInterval }) => differenceInterval![0])
  const where = open.length > 3 ? `${open.length} of ${all} tasks` : namesOf(open)
  const most = `by the 95 % interval, up to ${loss(cell.differenceInterval![0])} points may be lost${open.length > 1 ? ` on ${taskLabel(line)}` : ''}`
  return [`shows no sure change of accuracy on ${where}`, ` (${most}, ${itemsText(line)})`]
}

/** `its status is “Near random” on boolq`, `, “at least Acceptable” on piqa`: every status that is not surely good, the worst first. */
function statusClause(scores: readonly Scored[]): Clause[] {
  const doubtful = scores.filter((score) => !isGood(score) && hasStatus(score.cell))
  // Signs of a profile of the user's own come last.
  const rank = ({ cell }: Scored) => SIGNS_BEST_FIRST.indexOf(cell.status.sign)
  const names = new Set(doubtful.toSorted((a, b) => rank(b) - rank(a)).map(({ cell }) => cell.status.name))
  const [first, ...others] = [...names].map((name) => `“${name}” on ${namesOf(doubtful.filter(({ cell }) => cell.status.name === name))}`)
  return first === undefined ? [] : [[`its status is ${first}`, others.map((other) => `, ${other}`).join('')]]
}

const SIGNS_BEST_FIRST = ['❔', '⚠️', '❌']

/** Scores without items of both models. */
function unknownClause(unknown: readonly Scored[]): Clause {
  const { line, cell } = worst(unknown, ({ difference }) => difference)
  const relation = cell.difference < 0 ? `${loss(cell.difference)} points below the original` : `no lower than the original`
  const which = unknown.length === 1 ? '' : `, the lowest of ${counted(unknown.length, 'task')}`
  return [`scores ${relation} on ${taskLabel(line)}`, `${which}; there is no interval, because no items are paired`]
}

/** `has 1.88 times the word_perplexity of the original on wikitext`, ` (95 % interval 1.82 to 1.94, 60 texts)`. */
function perplexityClause({ line, cell, change }: Rated): Clause {
  const beginning = `has ${cell.ratio.toFixed(2)} times the original’s ${line.metric} on ${line.task}`
  if (cell.ratioInterval === null) return [beginning, ' (there is no interval)']
  const [low, high] = cell.ratioInterval
  const size = line.itemCount === null ? 'unknown texts' : counted(line.itemCount, 'text')
  return [beginning, ` (95 % interval ${bounded(low, 2)} to ${bounded(high, 2)}, ${size}${change === 'open' ? ': no sure change' : ''})`]
}

function worst<T extends { readonly cell: AccuracyCell }>(scores: readonly T[], value: (cell: AccuracyCell) => number): T {
  return scores.reduce((least, score) => (value(score.cell) < value(least.cell) ? score : least))
}

function namesOf(scores: readonly Scored[]): string {
  return listNames(
    scores.map(({ line }) => taskLabel(line)),
    3,
  )
}

/** `100 of 1,838 items`. */
function itemsText({ itemCount, splitCount }: AccuracyLine): string {
  if (itemCount === null) return 'unknown items'
  return splitCount === null || itemCount >= splitCount ? counted(itemCount, 'item') : `${count(itemCount)} of ${counted(splitCount, 'item')}`
}

function points(share: number): string {
  return signed(share * 100, 1)
}

/** Points of a loss: `32.0` for a difference of −0.32, `−1.0` if it is a gain. */
function loss(share: number): string {
  return fixed(-share * 100, 1)
}
