/**
 * Python's `random.Random(seed)` as far as lm-eval draws few-shot examples with it: the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998),
 * seeded as CPython seeds it with a whole number, and `sample` of CPython 3.11 (`Lib/random.py`). Other versions of CPython draw the same.
 */

const SIZE = 624
const SHIFT = 397

/** A generator; each call of `sample` advances it. */
export interface PythonRandom {
  /** `random.sample(range(populationSize), count)`: distinct indices in the order drawn. `count` is at most `populationSize`. */
  sample(populationSize: number, count: number): number[]
}

/** `random.Random(seed)`. `seed` is a whole number from 0 below 2³². */
export function pythonRandom(seed: number): PythonRandom {
  const nextWord = mersenneTwister(seed)
  /** `_randbelow_with_getrandbits`: as many bits as `limit` has, drawn again while they are too many. */
  const below = (limit: number) => {
    const bits = 32 - Math.clz32(limit)
    let drawn = nextWord() >>> (32 - bits)
    while (drawn >= limit) drawn = nextWord() >>> (32 - bits)
    return drawn
  }
  return {
    sample(populationSize, count) {
      return populationSize <= listLimit(count) ? sampleFromList(populationSize, count, below) : sampleWithSet(populationSize, count, below)
    },
  }
}

/** Populations up to this size are drawn from a list; CPython compares the sizes of a list and a set. */
function listLimit(count: number): number {
  return count > 5 ? 21 + 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 21
}

function sampleFromList(populationSize: number, count: number, below: (limit: number) => number): number[] {
  const pool = Array.from({ length: populationSize }, (_, index) => index)
  return Array.from({ length: count }, (_, drawn) => {
    const place = below(populationSize - drawn)
    const index = pool[place]!
    pool[place] = pool[populationSize - drawn - 1]!
    return index
  })
}

function sampleWithSet(populationSize: number, count: number, below: (limit: number) => number): number[] {
  const drawn = new Set<number>()
  while (drawn.size < count) drawn.add(below(populationSize))
  return [...drawn]
}

/** Words of 32 bits; CPython's `init_by_array([seed])`. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE)
  state[0] = 19_650_218
  for (let index = 1; index < SIZE; index++) state[index] = Math.imul(1_812_433_253, mixed(state, index)) + index
  let place = 1
  const advance = (value: number) => {
    state[place] = value
    place++
    if (place < SIZE) return
    state[0] = state[SIZE - 1]!
    place = 1
  }
  for (let step = 0; step < SIZE; step++) advance((state[place]! ^ Math.imul(mixed(state, place), 1_664_525)) + seed)
  for (let step = 0; step < SIZE - 1; step++) advance((state[place]! ^ Math.imul(mixed(state, place), 1_566_083_941)) - place)
  state[0] = 0x8000_0000
  let used = SIZE
  return () => {
    if (used === SIZE) {
      twist(state)
      used = 0
    }
    return tempered(state[used++]!)
  }
}

/** The word before `index`, mixed with its own high bits. */
function mixed(state: Uint32Array, index: number): number {
  const before = state[index - 1]!
  return before ^ (before >>> 30)
}

function twist(state: Uint32Array): void {
  for (let index = 0; index < SIZE; index++) {
    const joined = (state[index]! & 0x8000_0000) | (state[(index + 1) % SIZE]! & 0x7fff_ffff)
    state[index] = state[(index + SHIFT) % SIZE]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908_b0df : 0)
  }
}

function tempered(word: number): number {
  let value = word ^ (word >>> 11)
  value ^= (value << 7) & 0x9d2c_5680
  value ^= (value << 15) & 0xefc6_0000
  return (value ^ (value >>> 18)) >>> 0
}
