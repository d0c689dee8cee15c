/** The figures of a layer scan. */
import { expect, test } from 'vitest'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { scanResults } from '../../../src/prune/scan/scan-results.ts'
import { choiceTask, storedRun } from '../../stored-runs.ts'

const run = (label: string, piqa: readonly number[], mmlu: readonly number[]) =>
  storedRun(label, [choiceTask('piqa', [...piqa]), choiceTask('mmlu_law', [...mmlu])])

test('a loss is what the whole model has more, damage its mean, and ranks are compared', () => {
  const whole = run('whole', [1, 1, 1, 0], [1, 1, 0, 0])
  const comparison = compareRuns(whole, [run('a', [1, 1, 1, 0], [1, 1, 1, 0]), run('b', [0, 0, 1, 0], [1, 1, 0, 0]), run('c', [0, 0, 0, 0], [0, 0, 0, 0])])
  const units = [0, 1, 2].map((layer) => ({ first: layer, last: layer }))
  const results = scanResults({ comparison, units, influences: [0.3, 0.1, 0.5] })
  expect(results.units.map(({ damage, cells }) => [damage, ...cells.map(({ score, loss }) => [score, loss])])).toEqual([
    [-0.125, [0.75, 0], [0.75, -0.25]],
    [0.25, [0.25, 0.5], [0.5, 0]],
    [0.625, [0, 0.75], [0, 0.5]],
  ])
  const { lossInterval } = results.units[1]!.cells[0]!
  const { differenceInterval } = comparison.accuracies[0]!.cells[1]!
  expect(lossInterval).toEqual([-differenceInterval![1], -differenceInterval![0]])
  expect(results.tasks.map(({ task, score, correlation }) => [task, score, correlation])).toEqual([
    ['piqa', 0.75, expect.closeTo(0.5, 12)],
    ['mmlu_law', 0.5, expect.closeTo(0.5, 12)],
  ])
  expect(results.correlation).toBeCloseTo(0.5, 12)
})
