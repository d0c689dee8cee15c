/** Names in a message: `a, b, c`, or the first `most` of them `and 5 more`. */
export function listNames(names: readonly string[], most: number): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
