/** Standard errors by resampling, for scores that are not means; lm-eval `api/metrics.py` `bootstrap_stderr`. */
import { mulberry32 } from './random.ts'
import { meanStandardError } from './standard-error.ts'

/** Standard deviation of the score over resampled items. The same seed gives the same number. NaN below two items. */
export function bootstrapError<Value>(
  values: readonly Value[],
  aggregate: (values: readonly Value[]) => number,
  { seed, iterations = 1000 }: { readonly seed: number; readonly iterations?: number },
): number {
  if (values.length < 2) return NaN
  const random = mulberry32(seed)
  const replicas = Array.from({ length: iterations }, () => aggregate(Array.from(values, () => values[Math.floor(random() * values.length)]!)))
  return meanStandardError(replicas) * Math.sqrt(iterations)
}
