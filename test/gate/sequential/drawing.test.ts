import { expect, test } from 'vitest'
import { drawOrder, LEAST_BLOCK, nextBlock } from '../../../src/gate/sequential/drawing.ts'

test('the order is that of Python 3.11: random.Random(7).sample(range(10), 10)', () => {
  expect(drawOrder(10, 7)).toEqual(PYTHON_ORDER)
  expect(drawOrder(1, 0)).toEqual([0])
})

const PYTHON_ORDER = [5, 2, 6, 9, 0, 7, 4, 1, 3, 8]

test('every item is drawn once', () => expect(drawOrder(2000, 3).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2000 }, (_, index) => index)))

test('blocks fill a batch, grow to half of what was drawn, and end with the items', () => {
  const blocks: number[] = []
  for (let drawn = 0; drawn < 1000; drawn += blocks.at(-1)!) blocks.push(nextBlock(drawn, 1000))
  expect(blocks).toEqual([LEAST_BLOCK, 64, 64, 96, 144, 216, 324, 28])
})
