import { expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { parseLayers } from '../../src/prune/parse-layers.ts'

test.each([
  ['3', [3]],
  ['17-19', [17, 18, 19]],
  ['3, 5, 8 - 10', [3, 5, 8, 9, 10]],
  ['5-5', [5]],
  ['2,1-3', [2, 1, 3]],
])('--layers %s', (text, layers) => expect([...parseLayers(text)]).toEqual(layers))

test.each(['', '3-', '-3', '5-3', 'a', '1,,2', '12345', '1.5'])('--layers %j is refused', (text) => expect(() => parseLayers(text)).toThrow(UsageError))
