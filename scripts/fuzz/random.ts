/** Numbers that look random and are the same for the same seed, so that every input can be made again. */

/** A source of choices. */
export interface Random {
  /** A whole number from 0 to below `bound`. */
  readonly below: (bound: number) => number
  readonly oneOf: <T>(list: readonly T[]) => T
  /** True once in `count` times. */
  readonly oneIn: (count: number) => boolean
}

/** A source whose choices follow from the words of its seed. The generator is Mulberry32, the seed is hashed by FNV-1a. */
export function seededRandom(...words: readonly (string | number)[]): Random {
  let state = 0x811c9dc5
  for (const character of words.join(' ')) state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return { below, oneOf: (list) => list[below(list.length)]!, oneIn: (count) => below(count) === 0 }
}
