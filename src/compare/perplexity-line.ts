/** Lines of perplexities: ratio and nats per unit, with intervals over paired texts. */
import type { ItemValue, PerplexityMetric, TextValue } from '../metrics/metric.ts'
import { metricOf } from '../metrics/registry.ts'
import type { ComparedScore, PerplexityCell, PerplexityLine } from './comparison.ts'
import { hasProblem, splitCountOf } from './entries.ts'
import { lineItemCount, originalScore, scoreOf, type LineInput } from './line-input.ts'
import type { PairedEntry } from './pair-entries.ts'
import { hasUnits, logRatioOfMeans, natsChange, type Change, type TextPair } from './text-interval.ts'

/** The line of one perplexity. */
export function perplexityLine(input: LineInput): PerplexityLine {
  const { entry, variants } = input
  const metric = metricOf(input.metric) as PerplexityMetric
  const original = originalScore(input)
  const cells = variants.map(({ run, paired }): PerplexityCell | null => {
    const score = paired && scoreOf(paired.variant, metric.name, run)
    return score ? perplexityCell({ paired, metric, original, score }) : null
  })
  return { task: entry.name, metric: metric.name, itemCount: lineItemCount(input), splitCount: splitCountOf(entry), original, cells }
}

interface CellInput {
  readonly paired: PairedEntry
  readonly metric: PerplexityMetric
  readonly original: ComparedScore
  readonly score: ComparedScore
}

function perplexityCell({ paired, metric, original, score }: CellInput): PerplexityCell {
  const ratio = score.value / original.value
  const nats = metric.natsPerUnit(original.value, score.value)
  const texts = textPairsOf(paired, metric.name)
  if (!texts) return { score, ratio, ratioInterval: null, nats, natsInterval: null, textCount: null }
  const change = natsChange(texts)
  const { interval } = logScoreChange(metric, texts, change)
  return {
    score,
    ratio,
    ratioInterval: interval && [Math.exp(interval[0]), Math.exp(interval[1])],
    nats,
    natsInterval: nats === null ? null : change.interval,
    textCount: texts.length,
  }
}

/** Change of the score's logarithm, from texts under both models. */
export function logScoreChange({ textMeasure }: PerplexityMetric, texts: readonly TextPair[], change = natsChange(texts)): Change {
  return textMeasure ? logRatioOfMeans(texts.map(([a, b]) => [textMeasure(a), textMeasure(b)])) : change
}

/** Texts with units; null if a side has none. */
function textPairsOf({ original: before, variant: after, pairs }: PairedEntry, metric: string): TextPair[] | null {
  if (!pairs || pairs.length === 0 || hasProblem(before, metric) || hasProblem(after, metric)) return null
  const texts: TextPair[] = []
  for (const [a, b] of pairs) {
    const [original, variant] = [a.values[metric], b.values[metric]]
    if (!isTextValue(original) || !isTextValue(variant)) return null
    texts.push([original, variant])
  }
  return texts.filter(hasUnits)
}

/** Whether an item's value is what a text gives to a perplexity. */
export function isTextValue(value: ItemValue | undefined): value is TextValue {
  return typeof value === 'object' && 'logProb' in value && 'weight' in value
}
