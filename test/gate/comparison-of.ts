/** Comparisons of one task of each kind with given figures, and their judgement. */
import { compareRuns } from '../../src/compare/compare-runs.ts'
import type { AccuracyCell, Comparison, PerplexityCell } from '../../src/compare/comparison.ts'
import { judgeComparison, type JudgedRule } from '../../src/gate/judge-comparison.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import { choiceTask, storedRun } from '../stored-runs.ts'

const score = { value: 0.5, standardError: null, provenance: 'measured' as const }

/** A comparison of one task of each kind, with these figures. */
export function comparisonOf(accuracy: Partial<AccuracyCell>, perplexity: Partial<PerplexityCell> = {}): Comparison {
  const cell: AccuracyCell = {
    score,
    difference: 0,
    differenceInterval: null,
    retention: 1,
    retentionInterval: null,
    adjustedRetention: null,
    flips: null,
    pValue: null,
    adjustedPValue: null,
    status: { name: 'Good', sign: '' },
    ...accuracy,
  }
  const text: PerplexityCell = { score, ratio: 1, ratioInterval: null, nats: 0, natsInterval: null, textCount: null, ...perplexity }
  const { original, settings } = compareRuns(storedRun('a', [choiceTask('piqa', [1])]), [storedRun('b', [choiceTask('piqa', [1])])])
  return {
    original,
    variants: [original],
    settings,
    accuracies: [
      { task: 'piqa', metric: 'acc_norm', isMain: true, shotCount: 0, itemCount: 400, splitCount: 10_000, chance: null, original: score, cells: [cell] },
    ],
    perplexities: [{ task: 'wikitext', metric: 'word_perplexity', itemCount: 62, splitCount: 62, original: score, cells: [text] }],
    divergences: [],
    averages: [null],
    notes: [],
  }
}

/** The first rule of a policy, judged. */
export function judgeOne(policy: string, comparison: Comparison): JudgedRule {
  return judgeComparison(parsePolicy(`tasks: ${policy}`, 'gate.yaml').limits, comparison).rules[0]!
}
