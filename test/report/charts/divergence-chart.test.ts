import { convert } from 'xmlbuilder2'
import { expect, test } from 'vitest'
import { divergenceChart } from '../../../src/report/charts/divergence-chart.ts'
import { divergenceLine, runSummary } from '../../divergences.ts'

const variants = [runSummary('nf4')]
const pathOf = (klHistogram: readonly number[]) =>
  /<path d="(M[^"]+)" fill="none"/u.exec(divergenceChart({ divergences: [divergenceLine('piqa', { klHistogram, positionCount: 10 })], variants })!.html)![1]!

test('a panel a line, each with a stepped line that names its variant', () => {
  const svg = divergenceChart({ divergences: [divergenceLine('piqa'), divergenceLine(null)], variants })!.html
  expect(() => convert(svg)).not.toThrow()
  expect([...svg.matchAll(/<title>([^<]+, nf4: [^<]+)<\/title>/gu)].map(([, title]) => title)).toEqual([
    'piqa, nf4: 240 positions',
    'all tasks, nf4: 240 positions',
  ])
  expect(divergenceChart({ divergences: [], variants })).toBeNull()
})

test('on a phone it is narrow, with half the ticks', () => {
  const tickTexts = (shape: 'wide' | 'narrow') =>
    [...divergenceChart({ divergences: [divergenceLine('piqa')], variants }, shape)!.html.matchAll(/>(1e−\d|0\.\d+|10?)<\/text>/gu)].map(([, label]) => label)
  expect(tickTexts('wide')).toEqual(['1e−6', '1e−5', '1e−4', '0.001', '0.01', '0.1', '1', '10'])
  expect(tickTexts('narrow')).toEqual(['1e−6', '1e−4', '0.01', '1'])
  expect(divergenceChart({ divergences: [divergenceLine('piqa')], variants }, 'narrow')!.html).toContain('viewBox="0 0 350 ')
})

test('positions of a bin are as high as their share, in their place', () => {
  const steps = (bin: number) => [...pathOf(Array.from({ length: 16 }, (_, index) => (index === bin ? 10 : 0))).matchAll(/V([\d.]+)H([\d.]+)/gu)]
  const [first, last] = [steps(0), steps(15)]
  const base = Number(first[1]![1])
  expect(first.map(([, height]) => base - Number(height))).toEqual([84, ...Array.from({ length: 15 }, () => 0)])
  expect(base - Number(last[15]![1])).toBe(84)
  // Bins are half decades: all equally wide.
  const ends = first.map(([, , x]) => Number(x))
  ends.slice(1).forEach((x, index) => expect(x - ends[index]!).toBeCloseTo(ends[1]! - ends[0]!, 1))
})
