/** Any value as an error message shows it. */

const MOST_CHARACTERS = 60

/** As JSON if that can say it, cut if it is long: `"accnorm"`, `[1,2]`, `undefined`, `a function`. */
export function shownValue(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (value instanceof Promise) return 'a promise'
  if (typeof value === 'bigint') return `${value}n`
  const text = asJson(value) ?? String(value)
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
}

/** Undefined for what JSON has no form for; integers of parquet beyond 2^53 are texts, and NaN is not null. */
function asJson(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
  } catch {
    return 'an object that holds itself'
  }
}
