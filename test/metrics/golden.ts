/** Made-up items with the figures that lm-eval and scikit-learn compute of them: scripts/make-metric-goldens.py. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ScoredChoices } from '../../src/metrics/metric.ts'
import { scoredChoices } from './choices.ts'

interface GoldenFigure {
  readonly score: number
  /** Null if lm-eval has none. */
  readonly standardError: number | null
}

interface GoldenCase {
  readonly items: readonly { readonly logProbs: readonly number[]; readonly gold: number; readonly rightCount: number }[]
  readonly figures: Readonly<Record<string, GoldenFigure>>
}

interface Golden {
  readonly cases: readonly GoldenCase[]
  readonly groups: readonly {
    readonly parts: readonly { readonly itemCount: number; readonly score: number; readonly standardError: number }[]
    readonly items: readonly [score: number, standardError: number]
    readonly tasks: readonly [score: number, standardError: number]
  }[]
}

export const GOLDEN = JSON.parse(readFileSync(path.join(import.meta.dirname, 'metrics.golden.json'), 'utf8')) as Golden

/** Items with their figure of a metric. `isGraded` items have several right choices. */
export function goldenCases(metric: string, isGraded = false): readonly (GoldenFigure & { readonly items: readonly ScoredChoices[] })[] {
  return GOLDEN.cases.flatMap(({ items, figures }) => {
    const figure = figures[metric]
    if (!figure) return []
    const goldOf = ({ gold, rightCount }: (typeof items)[number]) => (isGraded ? Array.from({ length: rightCount }, (_, index) => index) : [gold])
    return [{ ...figure, items: items.map((item) => scoredChoices(item.logProbs, { gold: goldOf(item) })) }]
  })
}
