/** Values of a config field that say "not used". */

/** Whether a value turns its field off: null, false, 0, an empty string, list or object, or `none`. */
export function isOff(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === '' || value === 'none') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** Whether a value turns its field on. */
export function isOn(value: unknown): boolean {
  return !isOff(value)
}

/** For a field whose value never matters. */
export function never(): boolean {
  return false
}
