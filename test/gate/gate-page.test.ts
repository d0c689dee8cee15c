/** The gate's page: what a phone needs, and which rules have a chart. */
import { expect, test } from 'vitest'
import { gatePage } from '../../src/gate/gate-page.ts'
import type { GateOutcome } from '../../src/gate/outcome.ts'
import { judgement, outcome } from './judged-outcome.ts'

const path = (...items: number[]) => items.map((count) => ({ items: count, value: 0.9, interval: [0.9 - 1 / count, 0.9 + 1 / count] as const }))
const pageOf = (bounds: readonly object[]) => gatePage({ ...outcome, drawing: { bounds } } as unknown as GateOutcome)
const of = (points: ReturnType<typeof path>) => ({ task: 'piqa', metric: 'acc', kind: 'min_retention', limit: 0.95, path: points })

test('rules are a table whose rows are cards on a phone', () => {
  const page = pageOf([])
  expect(page).toContain('<table class="cards">')
  expect(page.match(/data-label="Found"/gu)).toHaveLength(judgement.rules.length)
})

test('a path of bounds is a chart for wide pages and one for phones; one point is none', () => {
  const page = pageOf([of(path(8, 16, 32)), of(path(40))])
  expect(page.match(/<svg [^>]*aria-labelledby="bounds-(?:wide|narrow)-1/gu)).toHaveLength(2)
  expect(page).not.toContain('bounds-wide-2')
})
