import { expect, test } from 'vitest'
import { duration } from '../../src/text/duration.ts'

test.each([
  [0.4, '0 s'],
  [59.6, '1 min 0 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (seconds, expected) => expect(duration(seconds)).toBe(expected))
