/** What a metric is. One file a metric, listed in registry.ts; the rest of the program asks the metric and knows none by name. */

/** What one item gives to a score: a number, or several with names. */
export type ItemValue = number | Readonly<Record<string, number>>

/** An item with choices, and how likely the model found them. */
export interface ScoredChoices {
  /** Without leading space. */
  readonly choices: readonly string[]
  /** Indices of the right choices, mostly one. */
  readonly gold: readonly number[]
  /** Natural log-likelihood of each choice after the context. */
  readonly logProbs: readonly number[]
  /** Whether the model would have written each choice by itself: each of its tokens is the arg-max at its position. */
  readonly isGreedy: readonly boolean[]
  /** Log-likelihoods after an empty context; empty unless the metric `needsUnconditional`. */
  readonly unconditionalLogProbs: readonly number[]
}

/** A text, and how likely the model found it. */
export interface ScoredText {
  /** The text in which words and bytes are counted. */
  readonly referenceText: string
  /** Natural log-likelihood of the whole text. */
  readonly logProb: number
  /** Number of scored tokens. */
  readonly tokenCount: number
}

/** How a card of a model shows the metric. */
export interface CardMetric {
  /** `type` and `name` in the model-index of the front matter. */
  readonly type: string
  readonly name: string
  /** The table that it is printed in. */
  readonly table: 'benchmarks' | 'perplexity' | 'bits-per-byte'
}

/** What all metrics have. */
export interface BaseMetric<Name extends string = string, Value extends ItemValue = ItemValue> {
  /** As lm-eval calls it, if lm-eval has it. */
  readonly name: Name
  /** Null for a metric that is not known here. */
  readonly higherIsBetter: boolean | null
  /** How lm-eval's task files call the rule of `aggregate`. */
  readonly aggregation: string
  /** The score of items: of a task, or of any part of it. Groups of tasks pool scores by size (pooling.ts), as lm-eval does for every metric. */
  aggregate(values: readonly Value[]): number
  /** Standard error of `aggregate`; NaN below two items. `seed` is the bootstrap's, if there is one. */
  standardError(values: readonly Value[], options: { readonly seed: number }): number
  /** An item's value as samples files store it. */
  toStored(value: Value): unknown
  /** An item's value of a samples file, which is untrusted; a string says what is wrong with it. */
  fromStored(stored: unknown): Value | string
  /** The score in a table, with its standard error if that is a number: `64.00 % ± 3.40`. */
  format(value: number, standardError: number): string
}

/** The share of items that are right, from 0 to 1, or a figure on that scale: compared by points, retention and flips. */
export interface AccuracyMetric<Name extends string = string, Value extends ItemValue = ItemValue> extends BaseMetric<Name, Value> {
  readonly comparedAs: 'accuracy'
  readonly card: CardMetric
}

/** What a text gives to a perplexity: log-likelihood in nats and number of units. A type, because an interface is not an ItemValue. */
export type TextValue = { readonly logProb: number; readonly weight: number }

/** A perplexity, or bits per unit: compared by its ratio and by the nats that are lost. */
export interface PerplexityMetric<Name extends string = string> extends BaseMetric<Name, TextValue> {
  readonly comparedAs: 'perplexity'
  /** `digits` after the point in the card's table. */
  readonly card: CardMetric & { readonly digits: number }
  /** The unit is the tokenizer's, so scores of models with different tokenizers cannot be compared. */
  readonly isPerToken: boolean
  /** Nats per unit that a score is worse than another; null if the score is not made of nats per unit. */
  natsPerUnit(original: number, variant: number): number | null
  /** The quantity of a text whose mean the score is proportional to; absent if the score is exp of the mean nats per unit. */
  readonly textMeasure?: (value: TextValue) => number
}

/** A metric whose scores are stored and printed, but not compared between models. */
export interface OtherMetric<Name extends string = string, Value extends ItemValue = ItemValue> extends BaseMetric<Name, Value> {
  readonly comparedAs: null
}

/** Any metric: computed here, or only read from lm-eval's files. */
export type Metric = AccuracyMetric | PerplexityMetric | OtherMetric

/** What makes a metric one that tasks with choices can name. */
export interface OfChoices<Value extends ItemValue = ItemValue> {
  readonly input: 'choices'
  /** The task also asks each choice after an empty context. */
  readonly needsUnconditional: boolean
  /** Most choices of an item for which the metric has a meaning; absent without a limit. */
  readonly mostChoices?: number
  itemValue(item: ScoredChoices): Value
  /** Whether several choices are equally good, so that their order decides the item. */
  isTied(item: ScoredChoices): boolean
}

/** A continuation, and how likely the model found it. */
export interface ScoredContinuation {
  /** Natural log-likelihood. */
  readonly logProb: number
  /** Whether the model would have written it by itself: each token is the arg-max at its position. */
  readonly isGreedy: boolean
}

/** What makes a metric one that tasks of single continuations can name. */
export interface OfText<Value extends ItemValue = ItemValue> {
  readonly input: 'text'
  itemValue(continuation: ScoredContinuation): Value
}

/** What makes a metric one that tasks of whole texts can name. */
export interface OfRolling<Value extends ItemValue = ItemValue> {
  readonly input: 'rolling'
  itemValue(text: ScoredText): Value
}

/** A metric of items with choices. */
export type ChoiceMetric = Metric & OfChoices
/** A metric of single continuations. */
export type TextMetric = Metric & OfText
/** A metric of whole texts. */
export type RollingMetric = Metric & OfRolling
