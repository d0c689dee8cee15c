import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sharedTextLength } from '../../src/text/shared-text.ts'

test('the texts are equal up to the length, and differ after it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (beginning, a, b) => {
      const [left, right] = [beginning + a, beginning + b]
      const length = sharedTextLength(left, right)
      expect(left.slice(0, length)).toBe(right.slice(0, length))
      expect(left[length] === right[length] && length < Math.min(left.length, right.length)).toBe(false)
    }),
  )
})
