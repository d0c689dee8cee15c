/**
 * Divergence of a variant from its original over many items. The figures are those of llama.cpp's `llama-perplexity --kl-divergence`
 * (tools/perplexity/perplexity.cpp); its standard errors take all positions as independent, these are clustered by item.
 */
import { finiteOrNull, mean, meanStandardError } from '../standard-error.ts'
import { klHistogram } from './histogram.ts'
import type { ItemDivergence } from './item-divergence.ts'

/** A mean with its standard error; null if there are too few items for one. */
export interface Estimate {
  readonly value: number
  readonly standardError: number | null
}

/** Divergences of items that belong together. */
export interface DivergenceFigures {
  readonly itemCount: number
  /** Scored positions, at which distributions are compared. */
  readonly positionCount: number
  /** KL(original ‖ variant) over positions, in nats. */
  readonly kl: Estimate & {
    readonly median: number
    readonly p90: number
    readonly p95: number
    readonly p99: number
    readonly p999: number
    readonly max: number
  }
  /** Positions by KL, as `klHistogram` counts them. */
  readonly klHistogram: readonly number[]
  /** Share of positions at which both models have the same most likely token. */
  readonly sameTop: Estimate
  /** Change of the right tokens' probabilities, variant less original. */
  readonly probability: { readonly tokenCount: number; readonly meanChange: number; readonly rmsChange: number }
  /** Pearson's correlation of the right tokens' log-probabilities; null if they do not vary. */
  readonly logProbCorrelation: number | null
  /** Jensen–Shannon divergence over the choices of an item, in nats; null without choices. */
  readonly choices: (Estimate & { readonly itemCount: number }) | null
}

/** The figures of these items; null if they have no position. */
export function divergenceFigures(items: readonly ItemDivergence[]): DivergenceFigures | null {
  const counted = items.filter(({ kl }) => kl.length > 0)
  if (counted.length === 0) return null
  const kl = Float64Array.from(counted.flatMap((item) => item.kl)).sort()
  const choices = items.flatMap((item) => item.choices ?? [])
  return {
    itemCount: counted.length,
    positionCount: kl.length,
    kl: {
      ...clusteredMean(counted.map((item) => ({ sum: item.kl.reduce((sum, value) => sum + value, 0), count: item.kl.length }))),
      median: quantile(kl, 0.5),
      p90: quantile(kl, 0.9),
      p95: quantile(kl, 0.95),
      p99: quantile(kl, 0.99),
      p999: quantile(kl, 0.999),
      max: kl.at(-1)!,
    },
    klHistogram: klHistogram(kl),
    sameTop: clusteredMean(counted.map((item) => ({ sum: sameTopCount(item), count: item.isSameTop.length }))),
    ...rightTokens(counted),
    choices: choices.length === 0 ? null : { itemCount: choices.length, value: mean(choices), standardError: finiteOrNull(meanStandardError(choices)) },
  }
}

/** Positions of an item at which both models have the same most likely token. */
export function sameTopCount({ isSameTop }: ItemDivergence): number {
  return isSameTop.filter(Boolean).length
}

/** The sum of an item's values, and how many they are. */
export interface Cluster {
  readonly sum: number
  readonly count: number
}

/** Mean over all values of the clusters. Its standard error is that of a ratio estimator over clusters, which are independent; null below two. */
export function clusteredMean(clusters: readonly Cluster[]): Estimate {
  const count = clusters.reduce((total, cluster) => total + cluster.count, 0)
  const value = clusters.reduce((total, cluster) => total + cluster.sum, 0) / count
  if (clusters.length < 2) return { value, standardError: null }
  const squares = clusters.reduce((total, cluster) => total + (cluster.sum - value * cluster.count) ** 2, 0)
  return { value, standardError: Math.sqrt((squares * clusters.length) / (clusters.length - 1)) / count }
}

/** Linear between neighbors, as NumPy and llama.cpp have it; `sorted` ascending. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!]
  return low + (high - low) * (place - below)
}

function rightTokens(items: readonly ItemDivergence[]): Pick<DivergenceFigures, 'probability' | 'logProbCorrelation'> {
  const original = items.flatMap((item) => item.original)
  const variant = items.flatMap((item) => item.variant)
  const changes = original.map((logProb, index) => Math.exp(variant[index]!) - Math.exp(logProb))
  return {
    probability: {
      tokenCount: changes.length,
      meanChange: mean(changes),
      rmsChange: Math.sqrt(mean(changes.map((change) => change ** 2))),
    },
    logProbCorrelation: correlation(original, variant),
  }
}

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const [centerA, centerB] = [mean(a), mean(b)]
  let [products, squaresA, squaresB] = [0, 0, 0]
  a.forEach((value, index) => {
    const [fromA, fromB] = [value - centerA, b[index]! - centerB]
    products += fromA * fromB
    squaresA += fromA ** 2
    squaresB += fromB ** 2
  })
  return finiteOrNull(products / Math.sqrt(squaresA * squaresB))
}
