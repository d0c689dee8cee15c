/** Names with wildcards. */

/** Whether a name matches a pattern of `*` and `?`; in time proportional to the product of their lengths. */
export function matchesName(name: string, pattern: string): boolean {
  // Whether the pattern so far matches the first n characters of the name, for each n.
  let fits = [true, ...Array.from(name, () => false)]
  for (const sign of pattern) {
    const before = fits
    let any = false
    fits = before.map((fit, length) => {
      any ||= fit
      if (sign === '*') return any
      return length > 0 && before[length - 1]! && (sign === '?' || sign === name[length - 1])
    })
  }
  return fits.at(-1)!
}
