/** A number for people: `14,042`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}
