/** The report of a gate. */
import type { Records, Report } from '../report/formats/report-format.ts'
import { outcomeJson, type GateOutcome } from './outcome.ts'
import { gateBlocks, judgementTable } from './summary.ts'

/** The report of an outcome; the gate prints its notes itself. Without a judgement there is nothing to show on a terminal: the error says why. */
export function gateReport(outcome: GateOutcome): Report {
  const { judgement } = outcome
  return {
    tables: (columns) => (judgement ? judgementTable(judgement, columns) : ''),
    blocks: () => gateBlocks(outcome),
    records: () => ruleRecords(outcome),
    data: () => outcomeJson(outcome),
    notes: [],
  }
}

/** A row for each rule; a limit, a value and its bounds are shares, points lost, or ratios. */
function ruleRecords({ judgement, names: { baseline, candidate } }: GateOutcome): Records {
  const rules = judgement?.rules ?? []
  return {
    columns: [
      'baseline',
      'candidate',
      'task',
      'metric',
      'rule',
      'limit',
      'value',
      'value_low',
      'value_high',
      'verdict',
      'items',
      'split_items',
      'items_needed',
      'reason',
    ],
    rows: rules.map(({ task, metric, kind, limit, value, interval, verdict, itemCount, splitCount, itemsNeeded, reason }) => [
      baseline,
      candidate,
      task,
      metric,
      kind,
      limit,
      value,
      interval && interval[0],
      interval && interval[1],
      verdict,
      itemCount,
      splitCount,
      itemsNeeded,
      reason,
    ]),
  }
}
