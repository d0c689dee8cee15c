/** Numbers for people. */

/** `14,042`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** A number with its noun: `1 item`, `14,042 items`. `many` is the plural if an s does not make it. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}
