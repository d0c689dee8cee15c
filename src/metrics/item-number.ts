/** Items' values that are one number each, as samples files store them. */

/** The number; true and false are 1 and 0. A string says what is wrong with anything else. */
export function numberFromStored(stored: unknown): number | string {
  const value = typeof stored === 'boolean' ? Number(stored) : stored
  return isFiniteNumber(value) ? value : 'is not a number'
}

/** Whether a value is a number that can be calculated with. */
export function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
