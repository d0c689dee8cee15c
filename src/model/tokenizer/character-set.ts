/** Sets of code points as sorted runs. They hold the Rust library's character tables, so results do not depend on the Unicode version of Node. */

/** Ends of runs, ascending: start, end (exclusive), start, end, … */
export type CharacterSet = readonly number[]

/** One past the last code point. */
const END = 0x11_0000

/** No character. */
export const NONE: CharacterSet = []

/** White space of Unicode; it has not changed since version 6.3. */
export const WHITE_SPACE: CharacterSet = [
  9, 14, 0x20, 0x21, 0x85, 0x86, 0xa0, 0xa1, 0x1680, 0x1681, 0x2000, 0x200b, 0x2028, 0x202a, 0x202f, 0x2030, 0x205f, 0x2060, 0x3000, 0x3001,
]

/** Reads a set of character-tables.ts. */
export function unpack(packed: string): CharacterSet {
  const runs: number[] = []
  let last = 0
  for (const word of packed === '' ? [] : packed.split(' ')) {
    const [gap, length] = word.split('.')
    const start = last + Number.parseInt(gap!, 36)
    last = start + (length === undefined ? 1 : Number.parseInt(length, 36))
    runs.push(start, last)
  }
  return runs
}

/** From `first` to `last`, inclusive. */
export function range(first: number, last = first): CharacterSet {
  return [first, last + 1]
}

/** Every character that is not in the set. */
export function complement(set: CharacterSet): CharacterSet {
  const ends = [0, ...set, END]
  const runs: number[] = []
  for (let index = 0; index < ends.length; index += 2) if (ends[index]! < ends[index + 1]!) runs.push(ends[index]!, ends[index + 1]!)
  return runs
}

/** Characters of any of the sets. */
export function union(...sets: readonly CharacterSet[]): CharacterSet {
  const pairs = sets.flatMap((set) => Array.from({ length: set.length / 2 }, (_, index) => [set[2 * index]!, set[2 * index + 1]!] as const))
  pairs.sort(([one], [other]) => one - other)
  const runs: number[] = []
  for (const [start, end] of pairs) {
    if (runs.length > 0 && runs.at(-1)! >= start) runs[runs.length - 1] = Math.max(runs.at(-1)!, end)
    else runs.push(start, end)
  }
  return runs
}

/** Characters of both sets. */
export function intersection(one: CharacterSet, other: CharacterSet): CharacterSet {
  return complement(union(complement(one), complement(other)))
}

/** Whether the set has the code point. */
export function has(set: CharacterSet, codePoint: number): boolean {
  let [low, high] = [0, set.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (set[middle]! <= codePoint) low = middle + 1
    else high = middle
  }
  return low % 2 === 1
}

/** A quick test for many characters: a table for the first plane, which has nearly all of them. */
export function membership(set: CharacterSet): (codePoint: number) => boolean {
  const table = new Uint8Array(0x1_0000)
  for (let run = 0; run < set.length; run += 2) table.fill(1, set[run], Math.min(set[run + 1]!, table.length))
  return (codePoint) => (codePoint < 0x1_0000 ? table[codePoint] === 1 : has(set, codePoint))
}

/** The set as a class of a JavaScript regular expression with the flag `u`. */
export function classSource(set: CharacterSet): string {
  const escape = (codePoint: number) => String.raw`\u{${codePoint.toString(16)}}`
  const runs = Array.from({ length: set.length / 2 }, (_, index) => {
    const [first, last] = [set[2 * index]!, set[2 * index + 1]! - 1]
    return first === last ? escape(first) : `${escape(first)}-${escape(last)}`
  })
  return `[${runs.join('')}]`
}
