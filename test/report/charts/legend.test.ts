import { expect, test } from 'vitest'
import { legend } from '../../../src/report/charts/legend.ts'

const PLACE = { left: 0, top: 0, width: 200 }
const ordinates = (labels: readonly string[]) => legend(labels, PLACE).parts.flatMap(({ html }) => /<text[^>]* y="(\d+)"/u.exec(html)?.[1] ?? [])

test('labels share a line as long as they fit', () => {
  expect(ordinates(['pruned', 'nf4'])).toEqual(['10', '10'])
  expect(legend(['pruned', 'nf4'], PLACE).height).toBe(20)
})

test('a label that does not fit begins the next line, and one longer than a line is cut', () => {
  const long = 'a-model-of-a-name-that-fills-the-whole-line-and-more'
  expect(ordinates(['pruned', long, 'nf4'])).toEqual(['10', '30', '50'])
  const { parts, height } = legend(['pruned', long, 'nf4'], PLACE)
  expect(height).toBe(60)
  expect(parts.map(({ html }) => html).join('')).toMatch(/>a-model-of[^<]*…<\/text>/u)
})
