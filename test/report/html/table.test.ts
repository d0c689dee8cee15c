import { expect, test } from 'vitest'
import { NONE } from '../../../src/report/numbers.ts'
import { dataTable, headCell, numberCell, statusCell, textCell, variantCell, withDetail, withInterval } from '../../../src/report/html/table.ts'

const flat = (html: string) => html.replaceAll(/\s*\n\s*/gu, '')

test('each cell names its column, for cards on a phone; a row that lacks cells lacks the first ones', () => {
  const columns = ['task', { number: 'items' }, 'status']
  const html = flat(
    dataTable('Scores', columns, [
      [headCell('piqa', 2), numberCell('4'), statusCell('good')],
      [numberCell(null), textCell('<none>')],
    ]).html,
  )
  expect(html).toContain('<th scope="rowgroup" rowspan="2">piqa</th>')
  expect(html).toContain('<th scope="col" class="number">items</th>')
  expect(html).toContain('<td class="number" data-label="items">4</td><td class="status" data-label="status">good</td>')
  expect(html).toContain(`<td class="number" data-label="items">${NONE}</td><td data-label="status">&lt;none&gt;</td>`)
})

test('a variant is named as text', () => {
  expect(flat(dataTable('T', ['variant'], [[variantCell('a&b')]]).html)).toContain('<td class="variant" data-label="variant">a&amp;b</td>')
})

test('a detail is a smaller line below', () => {
  expect(withDetail('1', '').html).toBe('1')
  expect(withInterval('1', [0.5, 1.5], (bound) => bound.toFixed(1)).html).toBe('1<span class="interval">0.5 to 1.5</span>')
  expect(withInterval('1', null, String).html).toBe('1')
})
