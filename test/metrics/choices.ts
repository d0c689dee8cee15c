/** Items with choices, from log-likelihoods. */
import type { ScoredChoices } from '../../src/metrics/metric.ts'

/** Choices `a`, `b`, … unless others are given; the first is right unless `gold` says otherwise. */
export function scoredChoices(logProbs: readonly number[], changes: Partial<ScoredChoices> = {}): ScoredChoices {
  return {
    choices: logProbs.map((_, index) => String.fromCharCode(97 + index)),
    gold: [0],
    logProbs,
    isGreedy: logProbs.map(() => false),
    unconditionalLogProbs: [],
    ...changes,
  }
}
