/** The page's text: what it says, and that data of files does not become markup. */
import { expect, test } from 'vitest'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { flippedItems } from '../../../src/compare/flips.ts'
import { reportPage } from '../../../src/report/html/page.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../../stored-runs.ts'

const HOSTILE = `</script><img src=x onerror="alert('1')">`

test('labels, prompts and notes of files stay text', () => {
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

test('scores without items have dashes, and the page has no script', () => {
  const page = reportPage(compareRuns(citedRun('a', { piqa: ['acc_norm', 0.8] }), [citedRun('b', { piqa: ['acc_norm', 0.6] })]), [])
  expect(page).toContain('cited')
  expect(page).toMatch(/<td class="number">–<\/td>/u)
  expect(page).not.toContain('<script')
})

test('the page is the same each time and refers to nothing outside', () => {
  const comparison = compareRuns(storedRun('a', [choiceTask('piqa', [1, 1, 0])]), [storedRun('b', [choiceTask('piqa', [0, 1, 1])])])
  const page = reportPage(comparison, [])
  expect(reportPage(comparison, [])).toBe(page)
  expect(page.replaceAll(/xmlns(?::\w+)?="[^"]*"/gu, '')).not.toMatch(/(?:src|href)=|https?:/u)
})

test('a task is named once for all its variants, and a variant without a score has dashes', () => {
  const original = storedRun('a', [choiceTask('piqa', [1, 1, 0], { shotCount: 5 }), choiceTask('boolq', [1, 0, 1])])
  const comparison = compareRuns(original, [storedRun('b', original.tasks), storedRun('c', [original.tasks[0]!])])
  const page = reportPage(comparison, [])
  expect(page.match(/<th scope="rowgroup" rowspan="2">piqa \(5-shot\)<\/th>/gu)).toHaveLength(1)
  expect(page).toMatch(/<td>c<\/td>(?:<td class="number">–<\/td>){7}<td>–<\/td>/u)
})

test('perplexities have a table of their own', () => {
  const texts = (nats: number) => [textTask('wikitext', [{ logProb: -100 * nats, weight: 100 }])]
  const page = reportPage(compareRuns(storedRun('a', texts(3)), [storedRun('b', texts(4))]), [])
  expect(page).toContain('<th scope="row">wikitext</th><td>word_perplexity</td><td class="number">20.0855</td>')
  expect(page).toContain('<td class="number">54.5982</td><td class="number">2.72×</td><td class="number">+1.000</td>')
})
