/** Percentages as published cards write them. */

/** `82.6%` of a share. */
export function cardPercent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)}%`
}
