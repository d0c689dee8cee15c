/** The page's text: what it says, and that data of files does not become markup. */
import { expect, test } from 'vitest'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { flippedItems } from '../../../src/compare/flips.ts'
import { reportPage } from '../../../src/report/html/page.ts'
import { divergenceLine } from '../../divergences.ts'
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

test('scores without items have dashes, and the page has only its own script', () => {
  const page = reportPage(compareRuns(citedRun('a', { piqa: ['acc_norm', 0.8] }), [citedRun('b', { piqa: ['acc_norm', 0.6] })]), [])
  expect(page).toContain('cited')
  expect(page).toMatch(/<td class="number" data-label="p \(Holm\)">–<\/td>/u)
  expect(page.match(/<script/gu)).toHaveLength(1)
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
  expect(page.match(/<th scope="rowgroup" rowspan="2">piqa \(5-shot\)<span class="interval">acc<\/span><\/th>/gu)).toHaveLength(1)
  expect(page).toMatch(/<td class="variant" data-label="variant">c<\/td>(?:<td class="number" data-label="[^"]*">–<\/td>){6}<td data-label="status">–<\/td>/u)
})

test.each<[string, readonly (number | undefined)[]]>([
  ['all', [undefined, undefined]],
  ['first 3 of each task', [3, 3]],
  ['first 50 % of each task', [0.5, 0.5]],
  ['all, first 3, by task', [undefined, 3]],
])('the rows that were scored are %j', (text, limits) => {
  const tasks = limits.map((limit, index) => choiceTask(['piqa', 'boolq'][index]!, [1, 1, 0], limit === undefined ? {} : { limit }))
  expect(reportPage(compareRuns(storedRun('a', tasks), [storedRun('b', tasks)]), []).match(new RegExp(`>${text}</td>`, 'gu'))).toHaveLength(2)
})

test('rows that were named are told from all, also where only common items are compared', () => {
  const [some, all] = [choiceTask('piqa', [1, 1, 0], { rowCount: 1838 }), choiceTask('piqa', [1, 1, 0, 1], { rowCount: 4 })]
  const { original, variants } = compareRuns(storedRun('a', [some]), [storedRun('b', [some])])
  expect([original, ...variants].map(({ limits }) => limits)).toEqual([['chosen'], ['chosen']])
  expect(reportPage(compareRuns(storedRun('a', [some]), [storedRun('b', [some])]), []).match(/>chosen<\/td>/gu)).toHaveLength(2)
  const cut = compareRuns(storedRun('a', [all]), [storedRun('b', [{ ...some, rowCount: 4, limit: 3 }])], { commonItems: true })
  expect([cut.original, ...cut.variants].map(({ limits }) => limits)).toEqual([[null], [3]])
})

test('perplexities have a table of their own', () => {
  const texts = (nats: number) => [textTask('wikitext', [{ logProb: -100 * nats, weight: 100 }])]
  const page = reportPage(compareRuns(storedRun('a', texts(3)), [storedRun('b', texts(4))]), [])
  expect(page).toContain('<th scope="row">wikitext<span class="interval">word_perplexity</span></th>')
  expect(page).toContain('data-label="a">20.0855</td>')
  expect(page).toMatch(/data-label="score">54\.5982<\/td><td [^>]*data-label="ratio">2\.72×<\/td><td [^>]*data-label="nats per unit">\+1\.000<\/td>/u)
})

test('divergences have a row for each task and variant, below their histograms', () => {
  const comparison = compareRuns(storedRun('a', [choiceTask('piqa', [1, 1, 0])]), [storedRun('b', [choiceTask('piqa', [0, 1, 1])])])
  expect(reportPage(comparison, [])).not.toContain('Divergence from')
  const page = reportPage({ ...comparison, divergences: [divergenceLine('piqa')] }, [])
  expect(page).toContain('<h2>Divergence from a</h2>')
  expect(page).toMatch(/<th scope="row">piqa<span class="interval">240 positions<\/span><\/th>\s*<td class="variant" data-label="variant">b<\/td>/u)
  expect(page).toMatch(/<td class="number" data-label="mean KL">0\.0125/u)
})

test('it begins with the verdict, and says whether scores are of whole splits', () => {
  const run = (label: string, right: number, rowCount: number) =>
    storedRun(label, [
      choiceTask(
        'piqa',
        Array.from({ length: 100 }, (_, item) => Number(item < right)),
        { rowCount },
      ),
    ])
  const page = reportPage(compareRuns(run('a', 90, 100), [run('b', 50, 100)]), [])
  expect(page.indexOf('<strong>b lost accuracy on piqa</strong>')).toBeLessThan(page.indexOf('<figure>'))
  expect(page).toContain('All scores are of whole splits.')
  const partial = reportPage(compareRuns(run('a', 90, 1838), [run('b', 50, 1838)]), [])
  expect(partial).toContain('Only a part of the split was scored on piqa; the tables have the sizes.')
  expect(partial).toContain('100<span class="interval">of 1,838</span>')
})

test('signs are drawings, so no font with emoji is needed', () => {
  const outcomes = (right: number) => Array.from({ length: 400 }, (_, item) => Number(item < right))
  const page = reportPage(compareRuns(storedRun('a', [choiceTask('piqa', outcomes(400))]), [storedRun('b', [choiceTask('piqa', outcomes(150))])]), [])
  expect(page).toMatch(/<svg class="sign bad" viewBox="0 0 16 16" aria-hidden="true">.*<\/svg> Near random/u)
  expect(page).not.toMatch(/\p{Emoji_Presentation}/u)
})
