import { expect, test } from 'vitest'
import { chart, element, seriesColor, seriesMark, text } from '../../../src/report/charts/svg.ts'

test('an element escapes attributes and text, and rounds numbers to two digits', () => {
  expect(element('rect', { x: 1 / 3, id: '"><script>', fill: undefined }, '<&').html).toBe('<rect x="0.33" id="&quot;&gt;&lt;script&gt;">&lt;&amp;</rect>')
})

test('text begins at its point in the color of the page', () => {
  expect(text(4, 10, 'piqa', { 'text-anchor': 'end' }).html).toBe('<text x="4" y="10" fill="var(--ink, #1c2024)" text-anchor="end">piqa</text>')
})

test('a chart is one image with a title and a description', () => {
  const { html } = chart({ id: 'c', title: 'A & B', description: 'two', width: 10, height: 5 }, [element('g', {})])
  expect(html).toMatch(/^<svg [^>]*viewBox="0 0 10 5"[^>]*role="img" aria-labelledby="c-title c-description"/u)
  expect(html).toContain('<title id="c-title">A &amp; B</title><desc id="c-description">two</desc><g></g></svg>')
})

test('models differ in color and in shape, and after six colors the shapes still differ', () => {
  const shape = (series: number) => seriesMark(series, 0, 0).html
  expect(new Set([0, 1, 2, 3, 4, 5].map(seriesColor))).toHaveProperty('size', 6)
  expect(seriesColor(6)).toBe(seriesColor(0))
  expect(shape(6)).not.toBe(shape(0))
})
