/** Cutting a long text into windows that score each of its tokens exactly once; the rule of lm-eval `utils.get_rolling_token_windows` with one token of context. */

/** One forward pass over part of a text. */
export interface RollingWindow {
  /** What the model is fed, at most `maxLength` token ids. */
  readonly input: readonly number[]
  /** The tokens to score, in text order; they belong to the last `targets.length` positions of `input`. */
  readonly targets: readonly number[]
}

/**
 * Windows over `tokens` for a model that takes `maxLength` tokens.
 * The first begins with `prefixToken`; the last keeps as much left context as fits and scores only what is new. No tokens, no windows.
 */
export function rollingWindows(tokens: readonly number[], prefixToken: number, maxLength: number): RollingWindow[] {
  if (!Number.isInteger(maxLength) || maxLength < 1) throw new RangeError(`maxLength must be a positive integer, got ${maxLength}`)
  const windows: RollingWindow[] = []
  for (let start = 0; start < tokens.length; start += maxLength) {
    const end = Math.min(start + maxLength, tokens.length)
    const input = start === 0 ? [prefixToken, ...tokens.slice(0, end - 1)] : tokens.slice(end - 1 - maxLength, end - 1)
    windows.push({ input, targets: tokens.slice(start, end) })
  }
  // A later window ends one token before its last target, so maxLength tokens of input reach back past `start` whenever fewer are new;
  // end - 1 - maxLength >= 0 because a full window of maxLength tokens precedes it.
  return windows
}
