/** A layer scan as text. */
import { expect, test } from 'vitest'
import type { LayerScan } from '../../../src/prune/scan/layer-scan.ts'
import { cellText, isCertain, lossText, scanLines, scanTable, scanTerminalTable } from '../../../src/report/scan/scan-cells.ts'
import { scanChart } from '../../../src/report/scan/scan-page.ts'
import { layerScan } from '../../layer-scans.ts'

test('a loss is in points, or the ratio of perplexities; a gain has a minus', () => {
  expect(lossText(0.139, 'accuracy')).toBe('13.9')
  expect(lossText(-0.015, 'accuracy')).toBe('−1.5')
  expect(lossText(-0.0001, 'accuracy')).toBe('0.0')
  expect(lossText(Math.log(1.234), 'perplexity')).toBe('×1.23')
  expect(lossText(Math.log(45_000), 'perplexity')).toBe('×4.5e+4')
  expect(cellText({ score: 0.5, loss: 0.139, lossInterval: [-0.01, 0.2] }, 'accuracy')).toBe('13.9 [−1.0, 20.0]')
})

test('a loss is certain if its interval excludes no change', () => {
  expect(
    [
      [0.01, 0.2],
      [-0.2, -0.01],
      [-0.01, 0.2],
      [0, 0.1],
    ].map(([low, high]) => isCertain({ score: 0, loss: 0, lossInterval: [low!, high!] })),
  ).toEqual([true, true, false, false])
})

test('a column a task, and the whole model first', () => {
  const { columns, rows } = scanTable(layerScan())
  expect(columns.map(({ head }) => head)).toEqual(['without', 'influence', 'damage', 'piqa', 'wikitext'])
  expect(rows).toEqual([
    ['(nothing)', '–', '–', '75.0 %', '12.30'],
    ['0', '0.5000', '25.0', '25.0 [10.0, 40.0]', '×2.00 [1.50, 2.50]'],
    ['1', '0.1000', '−5.0', '−5.0 [−9.0, 1.0]', '×1.00 [1.00, 1.00]'],
  ])
})

test('the table fits 120 columns, with a row for each task if there are many', () => {
  const many = (count: number): LayerScan => {
    const scan = layerScan()
    const repeated = <T>(list: readonly T[]) => Array.from({ length: count }, (_, index) => list[index % list.length]!)
    return { ...scan, tasks: repeated(scan.tasks), units: scan.units.map((unit) => ({ ...unit, cells: repeated(unit.cells) })) }
  }
  for (const count of [2, 3, 20]) {
    const lines = scanTerminalTable(many(count), 120).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
  }
})

test('the lines say what is left out, on what, and how influence ranks damage', () => {
  expect(scanLines(layerScan())).toEqual([
    'tiny: 2 layers, one left out at a time; piqa acc_norm, 200 items; wikitext word_perplexity, 62 items.',
    'Damage: points of accuracy that are lost, with 95 % intervals of the paired items; the column is the mean over the tasks with an accuracy.',
    'Most damage without layer 0 (25.0), least without layer 1 (−5.0).',
    'Block Influence is over 4096 tokens of the prompts. Its rank correlation with damage (Spearman): 1.00 (piqa 1.00, wikitext –).',
  ])
})

test('damage is over all tasks if they are of one kind', () => {
  const damageLine = (index: number): string => {
    const scan = layerScan()
    const task = scan.tasks[index]!
    return scanLines({ ...scan, tasks: [task, task], units: scan.units.map((unit) => ({ ...unit, cells: [unit.cells[index]!, unit.cells[index]!] })) })[1]!
  }
  expect(damageLine(0)).toMatch(/^Damage: points of accuracy .* the column is the mean over tasks\.$/u)
  expect(damageLine(1)).toMatch(/^Damage: the perplexity without, .* the column is the mean over tasks\.$/u)
})

test('layers that the figures do not tell apart are named together', () => {
  const extremes = (...damages: readonly number[]) => {
    const [unit] = layerScan().units
    const units = damages.map((damage, index) => ({ ...unit!, first: index, last: index, damage }))
    return scanLines({ ...layerScan(), units })[2]
  }
  expect(extremes(0, 0.00001, 0)).toBe('The damage is 0.0 without any of them: these items do not tell them apart.')
  expect(extremes(0, 0.1, -0.05, 0, -0.05)).toBe('Most damage without layer 1 (10.0), least without layers 2 or 4 (−5.0).')
  expect(extremes(0, 0, 0, 0, -0.05)).toBe('Most damage without any of 4 (0.0), least without layer 4 (−5.0).')
})

test('the chart has a row a task and one for Block Influence', () => {
  const { html } = scanChart(layerScan())
  expect([...html.matchAll(/<title>(piqa[^<]+)<\/title>/gu)].map(([, title]) => title)).toEqual([
    'piqa without 0: 25.0 [10.0, 40.0]',
    'piqa without 1: −5.0 [−9.0, 1.0]',
  ])
  expect(html).toContain('Block Influence of 0: 0.5000')
})
