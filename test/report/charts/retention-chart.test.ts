import { convert } from 'xmlbuilder2'
import { expect, test } from 'vitest'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { retentionChart } from '../../../src/report/charts/retention-chart.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../../stored-runs.ts'

const outcomes = (count: number, right: number) => Array.from({ length: count }, (_, item) => Number(item < right))
const run = (label: string, right: number, task = 'piqa', count = 100) => storedRun(label, [choiceTask(task, outcomes(count, right))])
const chartOf = (...[original, ...variants]: ReturnType<typeof storedRun>[]) => retentionChart(compareRuns(original!, variants))!.html

/** Horizontal positions of all ticks' labels and of everything that is drawn. */
function positions(svg: string): { ticks: Map<number, number>; drawn: number[] } {
  const ticks = new Map([...svg.matchAll(/<text x="([\d.]+)"[^>]*text-anchor="middle"[^>]*>(\d+)</gu)].map(([, x, value]) => [Number(value), Number(x)]))
  const lines = [...svg.matchAll(/<line x1="([\d.]+)"[^>]*x2="([\d.]+)"/gu)].flatMap(([, x1, x2]) => [Number(x1), Number(x2)])
  return { ticks, drawn: [...lines, ...[...svg.matchAll(/<path d="M([\d.]+)/gu)].map(([, x]) => Number(x))] }
}

test('a mark is at its retention on the axis, with a tooltip that says it', () => {
  const svg = chartOf(run('original', 80), run('pruned', 60))
  const { ticks } = positions(svg)
  const [[low, left], [high, right]] = [[...ticks][0]!, [...ticks].at(-1)!]
  const x = left + ((75 - low) / (high - low)) * (right - left)
  const [, found] = /<path d="M([\d.]+)[^>]*><title>piqa, pruned: 75\.0 %, 95 % interval from [\d.]+ to [\d.]+<\/title>/u.exec(svg)!
  // A circle's path begins at its left end, a radius of 5 from the middle.
  expect(Number(found) + 5).toBeCloseTo(x, 1)
})

test('everything is inside of the picture, whatever the scores', () => {
  for (const [count, before, after] of [
    [4, 1, 4],
    [4, 4, 0],
    [1000, 999, 1000],
  ] as const) {
    const svg = chartOf(run('original', before, 'piqa', count), run('pruned', after, 'piqa', count))
    const width = Number(/viewBox="0 0 ([\d.]+)/u.exec(svg)![1])
    for (const x of positions(svg).drawn) expect(x >= 0 && x <= width, `${x} for ${after} of ${count}`).toBe(true)
  }
})

test('an interval that goes beyond 150 % ends with an arrowhead, and says so', () => {
  const svg = chartOf(run('original', 3, 'piqa', 8), run('pruned', 2, 'piqa', 8))
  expect(svg).toMatch(/95 % interval from [\d.]+ to beyond 150/u)
})

test('what guessing would retain is a tick by the task', () => {
  expect(chartOf(run('original', 80, 'boolq'), run('pruned', 60, 'boolq'))).toContain('<title>boolq: guessing would retain 62.5 %</title>')
})

test('labels are text, and the chart is well-formed XML with a title and a description', () => {
  const attack = '</text><script>"&\'</script>'
  const svg = chartOf(run(attack, 80, attack), run(`b ${attack}`, 60, attack))
  expect(svg).not.toContain('<script')
  expect(JSON.stringify(convert(svg, { format: 'object' }))).toContain('Retention by task')
})

test('it refers to nothing outside, and its colors are variables of the page', () => {
  const svg = chartOf(run('original', 80), run('pruned', 60))
  expect(svg.replace(/xmlns="[^"]*"/u, '')).not.toMatch(/href|url\(|https?:/u)
  expect([...svg.matchAll(/(?:fill|stroke)="([^"]*)"/gu)].every(([, color]) => color!.startsWith('var(--'))).toBe(true)
})

test('there is none if no line has a retention', () => {
  const texts = (nats: number) => [textTask('wikitext', [{ logProb: -100 * nats, weight: 100 }])]
  expect(retentionChart(compareRuns(storedRun('a', texts(3)), [storedRun('b', texts(4))]))).toBeNull()
  expect(retentionChart(compareRuns(run('a', 0), [run('b', 5)]))).toBeNull()
})

test('cited scores have a mark without an interval', () => {
  const svg = chartOf(citedRun('a', { piqa: ['acc_norm', 0.8] }), citedRun('b', { piqa: ['acc_norm', 0.6] }))
  expect(svg).toContain('<title>piqa, b: 75.0 %</title>')
})

test.each(['wide', 'narrow'] as const)('%s: the axis contains every point and what guessing would retain, also three times the original', (shape) => {
  const comparison = compareRuns(storedRun('original', [choiceTask('piqa', outcomes(100, 30)), choiceTask('boolq', outcomes(100, 90))]), [
    storedRun('tuned', [choiceTask('piqa', outcomes(100, 96)), choiceTask('boolq', outcomes(100, 2))]),
  ])
  const svg = retentionChart(comparison, shape)!.html
  const [first, last] = [[...positions(svg).ticks.values()][0]!, [...positions(svg).ticks.values()].at(-1)!]
  const marks = [...svg.matchAll(/<path d="M([\d.]+) [\d.]+a5/gu)].map(([, x]) => Number(x) + 5)
  expect(marks.slice(1)).toHaveLength(2)
  // The first mark is the legend's.
  for (const x of marks.slice(1)) expect(x >= first && x <= last, `${x} from ${first} to ${last}`).toBe(true)
  expect([...positions(svg).ticks.keys()].at(-1)).toBeGreaterThanOrEqual(320)
  // An interval up to 320 % has room, so it is not cut at 150 %.
  expect(svg).not.toContain('to beyond 150')
})

test('narrow: tasks are named above their marks, within the picture', () => {
  const svg = retentionChart(compareRuns(run('original', 80, 'a_long_name_of_a_task'), [run('pruned', 60, 'a_long_name_of_a_task')]), 'narrow')!.html
  expect(svg).toContain('viewBox="0 0 350 ')
  expect(svg).toMatch(/<text x="4" [^>]*>a_long_name_of_a_task<\/text>/u)
})
