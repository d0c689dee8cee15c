/** Requests of a task to a model, and the model's log-likelihoods: plain data between the stages. */

/** How likely is `continuation` after `context`? lm-eval `loglikelihood`. */
export interface ContinuationRequest {
  readonly kind: 'continuation'
  readonly context: string
  readonly continuation: string
}

/** How likely is a whole text, each token after all those before it that fit the window? lm-eval `loglikelihood_rolling`. */
export interface RollingRequest {
  readonly kind: 'rolling'
  readonly text: string
}

/** How likely is each window of a long text? The text is tokenized once and cut into windows that share no tokens. */
export interface CorpusRequest {
  readonly kind: 'corpus'
  readonly text: string
  /** Tokens of a window, unless `--max-length` says otherwise. */
  readonly windowLength: number
  /** Only the first windows are scored; all if absent. */
  readonly mostWindows?: number
}

export type Request = ContinuationRequest | RollingRequest | CorpusRequest

/** Whether requests are those of a schema: several contexts before one continuation. A request without context is not one of its contexts. */
export function isSchema(requests: readonly Pick<ContinuationRequest, 'context' | 'continuation'>[]): boolean {
  const [first] = requests
  if (!first) return false
  const hasOtherContext = requests.some(({ context }) => context !== first.context && context !== '')
  return hasOtherContext && requests.every(({ continuation }) => continuation === first.continuation)
}

/** A model's response to one request. */
export interface LogLikelihood {
  /** Sum of natural log-probabilities over the scored tokens. */
  readonly logProb: number
  /** Whether each scored token is the arg-max at its position. */
  readonly isGreedy: boolean
  /** Number of scored tokens. */
  readonly tokenCount: number
}

interface ItemFields {
  /** Name of the results: the task's, for a subset `TASK_SUBSET`. */
  readonly task: string
  /** Index of the row in its dataset file, from 0. */
  readonly docId: number
  /** The row as in the dataset. */
  readonly doc: unknown
  /** What lm-eval records as `target`: the gold index or answer as text, the continuation, or the whole text. */
  readonly target: string
}

/** A row with choices: continuations of one context, or of a schema contexts of one continuation. */
export interface QuestionItem extends ItemFields {
  readonly kind: 'choice' | 'schema'
  /** Without leading space. */
  readonly choices: readonly string[]
  /** Indices of the right choices, mostly one. */
  readonly gold: readonly number[]
  /** In the order of the choices; choices after an empty context, for metrics that need them, follow. */
  readonly requests: readonly ContinuationRequest[]
}

/** A row with one continuation. */
export interface TextItem extends ItemFields {
  readonly kind: 'text'
  readonly requests: readonly [ContinuationRequest]
}

/** A row with a whole text. */
export interface RollingItem extends ItemFields {
  readonly kind: 'rolling'
  /** The text in which words and bytes are counted. */
  readonly referenceText: string
  readonly requests: readonly [RollingRequest]
}

/** All rows as one text. Its windows become items of the kind `rolling` when they are scored. */
export interface CorpusItem extends ItemFields {
  readonly kind: 'corpus'
  readonly requests: readonly [CorpusRequest]
}

/** What has a score: a row, or a window of a corpus. */
export type ScorableItem = QuestionItem | TextItem | RollingItem

/** One row of a dataset with its requests, or all rows of a corpus. */
export type Item = ScorableItem | CorpusItem
