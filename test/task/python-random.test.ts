/** Draws of few-shot examples: the same as those of CPython 3.11's `random.Random(seed).sample(range(n), k)`. */
import { expect, test } from 'vitest'
import { pythonRandom } from '../../src/task/python-random.ts'

/** Python: `r = random.Random(seed); [r.sample(range(n), k) for n, k in …]`. */
const DRAWN: Readonly<Record<number, readonly (readonly [size: number, count: number, drawn: readonly number[]])[]>> = {
  '0': [
    [10, 3, [6, 9, 0]],
    [21, 5, [8, 16, 15, 12, 9]],
    [22, 5, [15, 11, 18, 6, 16]],
    [1838, 5, [285, 577, 286, 1547, 194]],
    [10042, 10, [4104, 8725, 9861, 2407, 5081, 1618, 1208, 5409, 7735, 9171]],
    [277, 10, [51, 181, 222, 161, 104, 244, 226, 266, 133, 31]],
    [86, 6, [70, 1, 11, 51, 85, 80]],
    [85, 6, [0, 78, 63, 42, 31, 41]],
    [5, 5, [0, 1, 2, 4, 3]],
  ],
  '1234': [
    [10, 3, [7, 1, 0]],
    [21, 5, [2, 18, 1, 20, 3]],
    [22, 5, [11, 7, 0, 20, 19]],
    [1838, 5, [991, 1261, 949, 304, 186]],
    [10042, 10, [2999, 1874, 239, 8242, 7974, 4093, 1057, 8865, 7633, 1123]],
    [277, 10, [45, 263, 23, 138, 32, 154, 246, 181, 136, 127]],
    [86, 6, [83, 25, 58, 67, 85, 2]],
    [85, 6, [65, 9, 0, 42, 18, 60]],
    [5, 5, [3, 1, 0, 2, 4]],
  ],
  '4294967295': [
    [10, 3, [9, 3, 8]],
    [21, 5, [19, 16, 9, 10, 12]],
    [22, 5, [21, 8, 11, 15, 13]],
    [1838, 5, [131, 444, 1250, 282, 1758]],
    [10042, 10, [7820, 8269, 5988, 2665, 1023, 5423, 612, 6193, 7189, 9326]],
    [277, 10, [131, 35, 0, 230, 106, 33, 121, 195, 242, 214]],
    [86, 6, [21, 36, 64, 61, 83, 5]],
    [85, 6, [50, 40, 10, 31, 63, 55]],
    [5, 5, [3, 1, 2, 4, 0]],
  ],
}

test.each(Object.entries(DRAWN))('seed %s: draws in a row, from lists and with sets', (seed, draws) => {
  const random = pythonRandom(Number(seed))
  for (const [size, count, drawn] of draws) expect(random.sample(size, count), `${count} of ${size}`).toEqual(drawn)
})

test('a generator is exhausted after 624 words and goes on', () => {
  const random = pythonRandom(1234)
  for (let draw = 0; draw < 1000; draw++) random.sample(2 ** 20, 3)
  // random.Random(1234), 1,000 times sample(range(2 ** 20), 3), then this one.
  expect(random.sample(2 ** 20, 3)).toEqual([939999, 473246, 1018396])
})
