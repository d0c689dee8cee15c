/** A judgement in words: for the terminal, and as Markdown for a pull request. */
import type { RootContent } from 'mdast'
import { cellText, fittingTable } from '../text/fitting-table.ts'
import { natsText } from '../report/divergence-cells.ts'
import { bounded, fixed, NONE } from '../report/numbers.ts'
import { heading, markdownBody, paragraph, table } from '../text/markdown.ts'
import { framedTable, numberColumns, textColumns, type TextTable } from '../text/text-table.ts'
import { changeRangeText, changeText } from './points-text.ts'
import { whatWouldDecide, type JudgedRule, type Judgement, type RuleVerdict } from './judge-comparison.ts'
import type { GateOutcome } from './outcome.ts'
import { RULE_UNITS } from './rule-units.ts'
import { count, counted } from '../text/count.ts'
import type { Interval } from '../compare/comparison.ts'

const SIGNS: Readonly<Record<RuleVerdict, string>> = { passed: '✅', regressed: '❌', undecided: '❔', incomparable: '⚠️' }

/** `retention at least 95.0 %`. */
export function describeRule({ kind, limit, metric }: JudgedRule): string {
  const of = metric === null ? '' : `${metric}: `
  switch (kind) {
    case 'min_retention':
      return `${of}retention at least ${limitAmount(kind, limit)}`
    case 'max_drop_points':
      return `${of}at most ${limitAmount(kind, limit)} lost`
    case 'max_perplexity_ratio':
      return `${of}at most ${limitAmount(kind, limit)} the perplexity`
    case 'max_mean_kl':
      return `mean KL at most ${limitAmount(kind, limit)}`
    case 'min_top1_agreement':
      return `same most likely token at ${limitAmount(kind, limit)} of positions at least`
  }
}

/** The result of a rule, and for an undecided rule what would decide it. */
export function sentence(rule: JudgedRule): string {
  const { kind, value, interval, verdict, itemCount, reason } = rule
  if (verdict === 'incomparable') return reason!
  if (rule.decidedAfter !== undefined) return drawnSentence(rule)
  const bounds = interval ? `95 % interval ${range(kind, interval)}` : reason!
  const found = `${valueText(kind, value!)}, ${bounds}, on ${itemCount === null ? 'unknown items' : counted(itemCount, 'item')}`
  return verdict === 'undecided' ? `${found}: ${whatWouldDecide(rule)}` : found
}

/** The same of items that were drawn one by one. */
function drawnSentence({ kind, value, interval, verdict, itemCount, splitCount, decidedAfter, reason }: JudgedRule): string {
  const found = value === null ? '' : `${valueText(kind, value)}, `
  if (itemCount === splitCount) return `${found}exact, on all ${counted(splitCount!, 'item')}`
  const bounds = interval ? `bounds ${range(kind, interval)}, ` : ''
  if (verdict === 'undecided') return `${found}${bounds}after ${count(itemCount!)} of ${counted(splitCount!, 'item')}: ${reason!}`
  return `${found}${bounds}decided after ${count(decidedAfter!)} of ${counted(splitCount!, 'item')}`
}

/** What was found, as opposed to a limit. */
function valueText(kind: JudgedRule['kind'], value: number): string {
  return kind === 'max_drop_points' ? changeText(value) : amount(kind, value)
}

function range(kind: JudgedRule['kind'], interval: Interval): string {
  const [low, high] = interval
  return kind === 'max_drop_points' ? `${changeRangeText(interval)} points` : `${amount(kind, low)} to ${amount(kind, high)}`
}

/**
 * The judgement as a table, what undecided and incomparable rules lack, and the outcome in a line. If the table is wider than
 * `columns`, each rule is a paragraph.
 */
export function judgementTable(judgement: Judgement, columns = Infinity): string {
  const { rules } = judgement
  const paragraphs = rules.map((rule) => `${SIGNS[rule.verdict]} ${rule.task}, ${describeRule(rule)}\n  ${rule.verdict}: ${sentence(rule)}`)
  const missing = rules.flatMap((rule) =>
    rule.verdict === 'passed' || rule.verdict === 'regressed' ? [] : [`${rule.task}, ${limitText(rule)}: ${rule.reason!}`],
  )
  const table = [framedTable(ruleTable(rules)), ...new Set(missing)].join('\n')
  return `${fittingTable([table, paragraphs.join('\n')], columns)}\ngate ${outcome(judgement)}`
}

function ruleTable(rules: readonly JudgedRule[]): TextTable {
  return {
    columns: [
      ...textColumns('task', 'metric', 'rule'),
      ...numberColumns('found', isDrawn(rules) ? 'bounds' : '95 % interval', 'items'),
      ...textColumns('verdict'),
    ],
    rows: rules.map((rule) =>
      [
        rule.task,
        rule.metric ?? NONE,
        limitText(rule),
        rule.value === null ? NONE : valueText(rule.kind, rule.value),
        rule.interval ? rangeCell(rule.kind, rule.interval) : NONE,
        itemsText(rule),
        `${SIGNS[rule.verdict]} ${rule.verdict}`,
      ].map(cellText),
    ),
  }
}

/** Without the unit of points, which the cells beside it have: a gain and a loss take much of a line. */
function rangeCell(kind: JudgedRule['kind'], interval: Interval): string {
  return kind === 'max_drop_points' ? changeRangeText(interval) : range(kind, interval)
}

/** Whether items were drawn one by one. */
function isDrawn(rules: readonly JudgedRule[]): boolean {
  return rules.some(({ decidedAfter }) => decidedAfter !== undefined)
}

function itemsText({ itemCount, splitCount, decidedAfter }: JudgedRule): string {
  if (itemCount === null) return NONE
  return decidedAfter === undefined ? count(itemCount) : `${count(itemCount)} of ${count(splitCount!)}`
}

/** `retention ≥ 95.0 %`. */
export function limitText({ kind, limit }: JudgedRule): string {
  return `${LIMITS[kind]} ${limitAmount(kind, limit)}`
}

const LIMITS: Readonly<Record<JudgedRule['kind'], string>> = {
  min_retention: 'retention ≥',
  max_drop_points: 'loss ≤',
  max_perplexity_ratio: 'perplexity ≤',
  max_mean_kl: 'mean KL ≤',
  min_top1_agreement: 'same top ≥',
}

/** The outcome for a pull request. */
export function gateMarkdown(outcome: Pick<GateOutcome, 'judgement' | 'error' | 'notes' | 'names'>): string {
  return markdownBody(gateBlocks(outcome))
}

/** The same as blocks. */
export function gateBlocks({
  judgement,
  error,
  notes,
  names: { baseline, candidate },
}: Pick<GateOutcome, 'judgement' | 'error' | 'notes' | 'names'>): RootContent[] {
  const pair = `\`${candidate}\` against \`${baseline}\`.`
  const details = notes.map((note) => paragraph(`Note: ${note}`))
  if (!judgement) {
    const message = error === null ? [] : [paragraph(error.message), paragraph(error.hint)]
    return [heading(2, '⚠️ evalharness gate came to no verdict'), paragraph(pair), ...message, ...details]
  }
  const { rules, verdict } = judgement
  return [
    heading(2, `${SIGNS[verdict]} evalharness gate ${outcome(judgement)}`),
    paragraph(
      `${pair} ${isDrawn(rules) ? 'Items were drawn in a random order until the bounds decided.' : 'Limits are compared with the bounds of 95 % intervals.'}`,
    ),
    table([
      ['Task', 'Rule', 'Verdict', 'Found'],
      ...rules.map((rule) => [rule.task, describeRule(rule), `${SIGNS[rule.verdict]} ${rule.verdict}`, sentence(rule)]),
    ]),
    ...details,
  ]
}

/** The outcome in a line, without signs. */
export function gateTitle(judgement: Judgement | null): string {
  return judgement ? `The gate ${outcome(judgement)}` : 'The gate came to no verdict'
}

function outcome({ verdict, isInterrupted = false }: Judgement): string {
  if (isInterrupted) return 'was interrupted: some rules are undecided'
  return {
    passed: 'passed',
    regressed: 'failed: the candidate regressed',
    undecided: 'cannot tell: too few items',
    incomparable: 'cannot tell: runs that cannot be compared',
  }[verdict]
}

function amount(kind: JudgedRule['kind'], value: number): string {
  const { scale, decimals, suffix } = RULE_UNITS[kind]
  if (kind === 'max_mean_kl') return `${natsText(value)}${suffix}`
  return `${kind === 'max_drop_points' ? fixed(value, decimals) : bounded(value * scale, decimals)}${suffix}`
}

/** A limit as the policy has it: with all of its digits, since a rounded one would be another. */
function limitAmount(kind: JudgedRule['kind'], limit: number): string {
  const { scale, decimals, suffix } = RULE_UNITS[kind]
  // Without what floating point adds.
  const text = String(Number((limit * scale).toPrecision(12)))
  const isLong = text.includes('e') || (text.split('.')[1]?.length ?? 0) > decimals
  return `${isLong ? text : Number(text).toFixed(decimals)}${suffix}`
}
