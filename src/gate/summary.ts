/** A judgement in words: for the terminal, and as Markdown for a pull request. */
import Table from 'cli-table3'
import { cellText, fittingTable } from '../text/fitting-table.ts'
import { bounded } from '../report/numbers.ts'
import { heading, markdownBody, paragraph, table } from '../text/markdown.ts'
import type { JudgedRule, Judgement, RuleVerdict } from './judge-comparison.ts'
import type { GateOutcome } from './outcome.ts'
import { count, counted } from '../text/count.ts'

const SIGNS: Readonly<Record<RuleVerdict, string>> = { passed: '✅', regressed: '❌', undecided: '❔', incomparable: '⚠️' }

/** `retention at least 95.0 %`. */
export function describeRule({ kind, limit, metric }: JudgedRule): string {
  const of = metric === null ? '' : `${metric}: `
  switch (kind) {
    case 'min_retention':
      return `${of}retention at least ${amount(kind, limit)}`
    case 'max_drop_points':
      return `${of}at most ${amount(kind, limit)} lost`
    case 'max_perplexity_ratio':
      return `${of}at most ${amount(kind, limit)} the perplexity`
  }
}

/** The result of a rule, and for an undecided rule what would decide it. */
export function sentence(rule: JudgedRule): string {
  const { kind, value, interval, verdict, itemCount, reason } = rule
  if (verdict === 'incomparable') return reason!
  const bounds = interval ? `95 % interval ${amount(kind, interval[0])} to ${amount(kind, interval[1])}` : reason!
  const found = `${amount(kind, value!)}, ${bounds}, on ${itemCount === null ? 'unknown items' : counted(itemCount, 'item')}`
  return verdict === 'undecided' ? `${found}: ${whatWouldDecide(rule)}` : found
}

function whatWouldDecide({ itemsNeeded, itemCount, splitCount }: JudgedRule): string {
  if (itemCount !== null && splitCount !== null && itemCount >= splitCount) return 'the whole split was scored, so this task cannot decide the rule'
  if (itemsNeeded === null) return 'the value is on the limit, no number of items would decide'
  if (splitCount !== null && itemsNeeded > splitCount)
    return `about ${known(itemsNeeded)} items would decide, but the split has ${known(splitCount)}: this task cannot decide the rule`
  return `too few items, about ${known(itemsNeeded)} would decide`
}

/** The judgement as a table, and its outcome in a line. If the table is wider than `columns`, each rule is a paragraph. */
export function judgementTable({ rules, verdict }: Judgement, columns = Infinity): string {
  const lines = new Table({ head: ['task', 'rule', 'verdict', 'found'], style: { head: [], border: [], compact: true } })
  for (const rule of rules) lines.push([rule.task, describeRule(rule), `${SIGNS[rule.verdict]} ${rule.verdict}`, sentence(rule)].map(cellText))
  const paragraphs = rules.map((rule) => `${SIGNS[rule.verdict]} ${rule.task}, ${describeRule(rule)}\n  ${rule.verdict}: ${sentence(rule)}`)
  return `${fittingTable(lines.toString(), paragraphs.join('\n'), columns)}\ngate ${outcome(verdict)}`
}

/** The outcome for a pull request. */
export function gateMarkdown({
  judgement,
  error,
  notes,
  names: { baseline, candidate },
}: Pick<GateOutcome, 'judgement' | 'error' | 'notes' | 'names'>): string {
  const pair = `\`${candidate}\` against \`${baseline}\`.`
  const details = notes.map((note) => paragraph(`Note: ${note}`))
  if (!judgement) {
    const message = error === null ? [] : [paragraph(error.message), paragraph(error.hint)]
    return markdownBody([heading(2, '⚠️ evalharness gate came to no verdict'), paragraph(pair), ...message, ...details])
  }
  const { rules, verdict } = judgement
  return markdownBody([
    heading(2, `${SIGNS[verdict]} evalharness gate ${outcome(verdict)}`),
    paragraph(`${pair} Limits are compared with the bounds of 95 % intervals.`),
    table([
      ['Task', 'Rule', 'Verdict', 'Found'],
      ...rules.map((rule) => [rule.task, describeRule(rule), `${SIGNS[rule.verdict]} ${rule.verdict}`, sentence(rule)]),
    ]),
    ...details,
  ])
}

function outcome(verdict: RuleVerdict): string {
  return {
    passed: 'passed',
    regressed: 'failed: the candidate regressed',
    undecided: 'cannot tell: too few items',
    incomparable: 'cannot tell: runs that cannot be compared',
  }[verdict]
}

function amount(kind: JudgedRule['kind'], value: number): string {
  if (kind === 'min_retention') return `${bounded(value * 100, 1)} %`
  return kind === 'max_drop_points' ? `${value.toFixed(1)} points` : `${bounded(value, 3)}×`
}

function known(value: number | null): string {
  return value === null ? 'unknown' : count(value)
}
