/** Scores as tables print them. */

/** A share as a percentage with two digits: `64.00 % ± 3.40`. */
export function formatShare(value: number, standardError: number): string {
  return `${(value * 100).toFixed(2)} %${Number.isFinite(standardError) ? ` ± ${(standardError * 100).toFixed(2)}` : ''}`
}

/** Any other number with four digits, its standard error with two significant ones: `31.0856 ± 1.2`. */
export function formatPlain(value: number, standardError: number): string {
  return `${value.toFixed(4)}${Number.isFinite(standardError) ? ` ± ${Number(standardError.toPrecision(2))}` : ''}`
}
