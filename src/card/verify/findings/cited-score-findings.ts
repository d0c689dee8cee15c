/** Original scores that a card cites from a published report, against the report. */
import { lookUp } from '../../../io/look-up.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { CardContext } from '../card-context.ts'
import { PUBLISHED_REPORTS } from '../published-figures.ts'
import type { Finding } from './finding.ts'

/** Scores that the report does not have, and scores that are others there. */
export function citedScoreFindings({ card, figures: { benchmarks }, base }: CardContext): Finding[] {
  const report = PUBLISHED_REPORTS.find(({ pattern }) => card.prose.some(({ text }) => /original scores/iu.test(text) && pattern.test(text)))
  const known = report && base !== null ? lookUp(report.scores, base.toLowerCase()) : undefined
  if (!report || !known) return []
  const missing = benchmarks.filter(({ task }) => lookUp(known, task) === undefined)
  const wrong = benchmarks.filter(({ task, original }) => lookUp(known, task) !== undefined && lookUp(known, task) !== original.value)
  return [...missingFinding(report.name, missing), ...wrongFinding(report.name, wrong, known)]
}

function missingFinding(report: string, rows: readonly BenchmarkRow[]): Finding[] {
  if (rows.length === 0) return []
  const text = `The card cites the original scores from the ${report}, whose table has no ${namesOf(rows)}: retention compares results of two harnesses.`
  return [{ id: 'cited-elsewhere', kind: 'wrong', text }]
}

function wrongFinding(report: string, rows: readonly BenchmarkRow[], known: Readonly<Record<string, number>>): Finding[] {
  if (rows.length === 0) return []
  return [
    { id: 'cited-wrongly', kind: 'wrong', text: `The ${report} has other scores for ${namesOf(rows)}: ${rows.map(({ task }) => known[task]).join(', ')}.` },
  ]
}

function namesOf(rows: readonly BenchmarkRow[]): string {
  return rows.map(({ original }) => original.row).join(', ')
}
