import { expect, test } from 'vitest'
import { countScoredPositions, ownPositions } from '../../src/plan/scored-positions.ts'

const sequence = (input: number[], targets: number[]) => ({ input: Int32Array.from(input), targets: Int32Array.from(targets) })

test('choices of one prompt share the position before their first token, and those after equal tokens', () => {
  // Prompt 1 2; choices 7 8 9, 7 8 5 and 6.
  const [first, second, third] = [sequence([1, 2, 7, 8], [7, 8, 9]), sequence([1, 2, 7, 8], [7, 8, 5]), sequence([1, 2], [6])]
  expect(ownPositions(first, [])).toEqual([0, 1, 2])
  expect(ownPositions(second, [first])).toEqual([])
  expect(ownPositions(third, [first, second])).toEqual([])
  expect(countScoredPositions([first, second, third])).toBe(3)
})

test('a position that an earlier sequence reads but does not score is counted', () => {
  const [short, long] = [sequence([1, 2, 3, 4], [5]), sequence([1, 2, 3, 6], [3, 6, 7])]
  expect(ownPositions(long, [short])).toEqual([0, 1, 2])
  expect(ownPositions(short, [long])).toEqual([0])
  expect(countScoredPositions([short, long])).toBe(4)
})
