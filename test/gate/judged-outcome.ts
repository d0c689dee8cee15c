/** An outcome with a rule of each verdict. */
import { judgeComparison } from '../../src/gate/judge-comparison.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import { comparisonOf } from './comparison-of.ts'

const comparison = comparisonOf(
  { retention: 0.9, retentionInterval: [0.86, 0.94], difference: -0.05, differenceInterval: [-0.08, -0.02] },
  { ratio: 1.05, ratioInterval: [1.04, 1.06] },
)
export const judgement = judgeComparison(
  parsePolicy('tasks: { piqa: { min_retention: 0.95, max_drop_points: 3 }, wikitext: { max_perplexity_ratio: 1.1 }, mmlu: { min_retention: 0.9 } }', 'g')
    .limits,
  comparison,
)

export const outcome = { judgement, error: null, notes: ['10 of 40 items\u0000'], names: { baseline: 'orig<inal', candidate: 'x & y' } }

/** The same without a judgement. */
export const failedOutcome = { ...outcome, judgement: null, error: { code: 'STORE', message: 'no such run: <x>\u001b', hint: 'Give one.' } }
