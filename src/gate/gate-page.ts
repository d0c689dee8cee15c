/** The gate as one HTML page: verdict, rules, and how the bounds of each closed in on its limit. */
import { boundsChart, type BoundsPoint } from '../report/charts/bounds-chart.ts'
import { htmlPage } from '../report/html/html-page.ts'
import { dataTable, headCell, statusCell, textCell } from '../report/html/table.ts'
import { markup, type Html } from '../report/markup.ts'
import type { JudgedRule, RuleVerdict } from './judge-comparison.ts'
import type { GateOutcome } from './outcome.ts'
import { RULE_UNITS } from './rule-units.ts'
import type { BoundsRecord } from './sequential/drawing-record.ts'
import { describeRule, gateTitle, sentence } from './summary.ts'

/** The page's text. */
export function gatePage({ names: { baseline, candidate }, judgement, error, notes, drawing }: GateOutcome): string {
  const title = `${candidate} against ${baseline}`
  const rules = judgement?.rules ?? []
  return htmlPage(title, [
    markup`<p class="verdict ${judgement ? EDGES[judgement.verdict] : 'lost'}"><strong>${gateTitle(judgement)}</strong></p>`,
    ...(error ? [markup`<p class="note">${error.message} ${error.hint}</p>`] : []),
    ...(rules.length === 0 ? [] : [ruleTable(rules)]),
    ...notes.map((note) => markup`<p class="note">Note: ${note}.</p>`),
    ...(drawing?.bounds ?? []).flatMap((bounds, index) => figure(bounds, rules[index], index)),
  ])
}

/** The style sheet's class of a verdict. */
const EDGES: Readonly<Record<RuleVerdict, string>> = { passed: 'kept', regressed: 'lost', undecided: 'unsure', incomparable: 'unsure' }

function ruleTable(rules: readonly JudgedRule[]): Html {
  const rows = rules.map((rule) => [headCell(rule.task), statusCell(describeRule(rule)), textCell(rule.verdict), statusCell(sentence(rule))])
  return dataTable('What was found by each rule of the policy.', ['Task', 'Rule', 'Verdict', 'Found'], rows)
}

/** The bounds of one rule; rules and bounds are in the same order. */
function figure(bounds: BoundsRecord, rule: JudgedRule | undefined, index: number): Html[] {
  const { scale, axis } = RULE_UNITS[bounds.kind]
  const scaled = ({ items, value, interval }: BoundsPoint): BoundsPoint => ({
    items,
    value: value * scale,
    interval: interval && [interval[0] * scale, interval[1] * scale],
  })
  const title = `${bounds.task}, ${rule ? describeRule(rule) : bounds.kind}`
  const shown = {
    title,
    unit: axis,
    limit: bounds.limit * scale,
    points: bounds.path.map(scaled),
    decidedAfter: rule?.decidedAfter ?? null,
  }
  const [wide, narrow] = (['wide', 'narrow'] as const).map((shape) => boundsChart({ ...shown, id: `bounds-${shape}-${index + 1}` }, shape))
  if (!wide || !narrow) return []
  return [
    markup`<figure><div class="chart wide-page">${wide}</div><div class="chart narrow-page">${narrow}</div>
      <figcaption>${title}: ${rule ? sentence(rule) : ''}. The band has the bounds, the line in it the estimate, the dashed line the limit; a dotted line is where the verdict was known.</figcaption></figure>`,
  ]
}
