/** Facts that cards cite, with their sources: what a claim can be held against without a model. */

/** A table of scores that others refer to. */
export interface PublishedReport {
  readonly name: string
  /** How a card names it. */
  readonly pattern: RegExp
  /** Percent by task, for each model that cards take as their original. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** Base models in its table 6: of the benchmarks here it has MMLU alone. */
export const PUBLISHED_REPORTS: readonly PublishedReport[] = [
  { name: 'Qwen3 Technical Report (arXiv 2505.09388)', pattern: /qwen3 technical report|2505\.09388/iu, scores: { 'qwen/qwen3-8b-base': { mmlu: 76.89 } } },
]

/** What config.json of a base model says. */
export interface KnownModel {
  readonly layers: number
  readonly hiddenSize: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly headSize: number
  readonly intermediateSize: number
  /** Rows of the embedding matrix. */
  readonly vocabularySize: number
  readonly tiedHead: boolean
  readonly queryKeyNorm: boolean
}

/** By repository, in small letters. */
export const KNOWN_MODELS: Readonly<Record<string, KnownModel>> = {
  'qwen/qwen3-8b-base': {
    layers: 36,
    hiddenSize: 4096,
    heads: 32,
    keyValueHeads: 8,
    headSize: 128,
    intermediateSize: 12_288,
    vocabularySize: 151_936,
    tiedHead: false,
    queryKeyNorm: true,
  },
}

/** Parameters of such a model with so many layers. */
export function knownParameters(model: KnownModel, layers: number): number {
  const { hiddenSize, heads, keyValueHeads, headSize, intermediateSize, vocabularySize, tiedHead, queryKeyNorm } = model
  const attention = 2 * hiddenSize * heads * headSize + 2 * hiddenSize * keyValueHeads * headSize
  const norms = 2 * hiddenSize + (queryKeyNorm ? 2 * headSize : 0)
  return layers * (attention + 3 * hiddenSize * intermediateSize + norms) + vocabularySize * hiddenSize * (tiedHead ? 1 : 2) + hiddenSize
}
