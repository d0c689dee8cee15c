import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rollingWindows } from '../../src/plan/rolling-windows.ts'

test('ten tokens through a window of four: prefix first, then blocks, the last with more left context', () => {
  expect(rollingWindows([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 99, 4)).toEqual([
    { input: [99, 0, 1, 2], targets: [0, 1, 2, 3] },
    { input: [3, 4, 5, 6], targets: [4, 5, 6, 7] },
    { input: [5, 6, 7, 8], targets: [8, 9] },
  ])
})

test('a text of no tokens has no windows', () => {
  expect(rollingWindows([], 99, 4)).toEqual([])
})

test('a window of no tokens is refused', () => {
  expect(() => rollingWindows([1], 99, 0)).toThrow('got 0')
})

test('each token is scored once, after its own predecessor, within the window', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), (length, maxLength) => {
      const tokens = Array.from({ length }, (_, index) => index)
      const windows = rollingWindows(tokens, -1, maxLength)
      expect(windows.flatMap(({ targets }) => targets)).toEqual(tokens)
      for (const { input, targets } of windows) {
        expect(input.length).toBeLessThanOrEqual(maxLength)
        expect(input.slice(-targets.length)).toEqual(targets.map((token) => token - 1))
      }
    }),
  )
})
