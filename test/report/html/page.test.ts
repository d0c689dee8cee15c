/** The report's text: what it says, and that nobody's data becomes markup. */
import { expect, test } from 'vitest'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { flippedItems } from '../../../src/compare/flips.ts'
import { reportPage } from '../../../src/report/html/page.ts'
import { jsonForScript, markup } from '../../../src/report/markup.ts'
import { choiceTask, citedRun, storedRun } from '../../stored-runs.ts'

const HOSTILE = `</script><img src=x onerror="alert('1')">`

test('what is filled in is escaped, what was made by the same means is not', () => {
  expect(markup`<p>${HOSTILE}</p>${[markup`<b>${1}</b>`, markup`<i>&</i>`]}`.html).toBe(
    '<p>&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;</p><b>1</b><i>&</i>',
  )
})

test('data for the script cannot end its element, and reads back as it was', () => {
  const { html } = jsonForScript([HOSTILE, NaN, '\u2028'])
  expect(html).not.toMatch(/[<\u2028]/u)
  expect(JSON.parse(html)).toEqual([HOSTILE, null, '\u2028'])
})

test('labels, prompts and notes of strangers stay text', async () => {
  const original = storedRun(HOSTILE, [choiceTask('piqa', [1, 1, 0])])
  const variant = storedRun(`b ${HOSTILE}`, [choiceTask('piqa', [0, 1, 1])], { isComplete: false })
  const comparison = compareRuns(original, [variant])
  const flips = flippedItems(comparison.accuracies[0]!, original, variant)
  expect(flips.map(({ docId, direction }) => [docId, direction])).toEqual([
    [0, 'lost'],
    [2, 'gained'],
  ])
  const page = reportPage(comparison, [{ ...flips[0]!, context: HOSTILE }])
  expect(page).not.toContain('<img')
  expect(page.match(/<script/gu)).toHaveLength(2)
})

test('scores without items have dashes, and the page has no script', async () => {
  const page = reportPage(compareRuns(citedRun('a', { piqa: ['acc_norm', 0.8] }), [citedRun('b', { piqa: ['acc_norm', 0.6] })]), [])
  expect(page).toContain('cited')
  expect(page).toMatch(/<td class="number">–<\/td>/u)
  expect(page).not.toContain('<script')
})

test('the page is the same each time and refers to nothing outside', async () => {
  const comparison = compareRuns(storedRun('a', [choiceTask('piqa', [1, 1, 0])]), [storedRun('b', [choiceTask('piqa', [0, 1, 1])])])
  const page = reportPage(comparison, [])
  expect(reportPage(comparison, [])).toBe(page)
  expect(page.replaceAll(/xmlns(?::\w+)?="[^"]*"/gu, '')).not.toMatch(/(?:src|href)=|https?:/u)
})
