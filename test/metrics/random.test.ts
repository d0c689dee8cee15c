import { expect, test } from 'vitest'
import { mulberry32 } from '../../src/metrics/random.ts'

// By a Python port of the C original (T. Ettinger), in arithmetic modulo 2³².
test.each([
  [1, [0.6270739405881613, 0.002735721180215478, 0.5274470399599522]],
  [0xffffffff, [0.8964226141106337, 0.189478256739676]],
])('seed %d gives the numbers of mulberry32', (seed, expected) => {
  const random = mulberry32(seed)
  expect(expected.map(() => random())).toEqual(expected)
})
