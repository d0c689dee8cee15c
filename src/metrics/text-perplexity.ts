/** What all perplexities share: nats per unit (word, byte, token) over texts; lm-eval `api/metrics.py` `weighted_perplexity`. */
import { bootstrapError } from './bootstrap.ts'
import { formatPlain } from './format.ts'
import { isFiniteNumber } from './item-number.ts'
import type { OfRolling, PerplexityMetric, ScoredText, TextValue } from './metric.ts'

/** What makes one perplexity differ from another. */
export interface PerplexityFields<Name extends string> {
  readonly name: Name
  /** Number of units of a text. */
  readonly weight: (text: ScoredText) => number
  readonly isPerToken?: boolean
}

/** exp of the mean negative log-likelihood per unit, over all units of all texts. */
export function perplexityPer<const Name extends string>({
  name,
  weight,
  isPerToken = false,
}: PerplexityFields<Name>): PerplexityMetric<Name> & OfRolling<TextValue> {
  return { ...perplexityOfUnits(name), isPerToken, input: 'rolling', itemValue: (text) => ({ logProb: text.logProb, weight: weight(text) }) }
}

/** The same of values that are only read. */
export function perplexityOfUnits<const Name extends string>(name: Name): PerplexityMetric<Name> {
  const aggregate = (values: readonly TextValue[]) => Math.exp(natsPerUnit(values))
  return {
    name,
    comparedAs: 'perplexity',
    higherIsBetter: false,
    aggregation: 'weighted_perplexity',
    aggregate,
    standardError: (values, { seed }) => bootstrapError(countedTexts(values), aggregate, { seed }),
    toStored: storedText,
    fromStored: textFromStored,
    format: formatPlain,
    card: perplexityCard(name),
    isPerToken: false,
    natsPerUnit: (original, variant) => Math.log(variant / original),
  }
}

/** Mean negative log-likelihood per unit in nats. NaN if no text has weight. */
export function natsPerUnit(values: readonly TextValue[]): number {
  const counted = countedTexts(values)
  return -sum(counted, ({ logProb }) => logProb) / sum(counted, ({ weight }) => weight)
}

/** The texts with weight; others do not count. */
export function countedTexts(values: readonly TextValue[]): readonly TextValue[] {
  return values.filter(({ weight }) => weight > 0)
}

/** `[log-likelihood, weight]`, as lm-eval stores it. */
function storedText({ logProb, weight }: TextValue): readonly [number, number] {
  return [logProb, weight]
}

/** The reverse; a string says what is wrong. */
function textFromStored(stored: unknown): TextValue | string {
  const [logProb, weight]: unknown[] = Array.isArray(stored) && stored.length === 2 ? stored : []
  return isFiniteNumber(logProb) && isFiniteNumber(weight) ? { logProb, weight } : 'is not a log-likelihood and a count'
}

/** In cards a perplexity has its own name in plain words. */
export function perplexityCard(name: string): PerplexityMetric['card'] {
  return { type: name, name: name.replaceAll('_', ' '), table: 'perplexity', digits: 2 }
}

function sum(values: readonly TextValue[], of: (value: TextValue) => number): number {
  return values.reduce((total, value) => total + of(value), 0)
}
