/** What a pass knows of the tokens of the passes before it. */

/** Values of a pass's graph. */
export interface PastTokens {
  /** Tokens of the past, a scalar. */
  readonly count: string
  /** Which of past and own tokens the next pass needs, [K]. */
  readonly kept: string
  /** Whether all tokens see all before them and the next pass, if there is one, needs all of them. */
  readonly isLinear: string
  /** Index of the last token of past and pass, [1]. */
  readonly lastToken: string
  /** Number of tokens of past and pass, a scalar. */
  readonly total: string
}
