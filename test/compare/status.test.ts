/** The words for retentions, in closed cases. */
import { describe, expect, test } from 'vitest'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import type { Interval } from '../../src/compare/comparison.ts'
import { PROFILES, statusesOf, statusOf } from '../../src/compare/status.ts'
import { choiceTask, storedRun } from '../stored-runs.ts'

const score = (value: number) => ({ value, standardError: null, provenance: 'measured' as const })
const judged = (retention: number, retentionInterval: Interval | null = null) => ({
  score: score(0.8 * retention),
  original: score(0.8),
  retention,
  retentionInterval,
  chance: null,
  itemCount: 1000,
})

describe('without an interval the retention decides', () => {
  test.each([
    [0.95, 'Excellent', 'Excellent'],
    [0.9499, 'Good', 'Excellent'],
    [0.88, 'Good', 'Excellent'],
    [0.8799, 'Acceptable', 'Good'],
    [0.75, 'Acceptable', 'Good'],
    [0.7499, 'Degraded', 'Acceptable'],
    [0.65, 'Degraded', 'Acceptable'],
    [0.6499, 'Degraded', 'Degraded'],
  ])('%d is %s, and by published cards %s', (retention, name, card) => {
    expect(statusOf(judged(retention), PROFILES.default).name).toBe(name)
    expect(statusOf(judged(retention), PROFILES.card).name).toBe(card)
  })
})

describe('an interval gives the words that it leaves possible', () => {
  test.each<[Interval, string, string]>([
    [[0.96, 0.99], 'Excellent', '✅'],
    [[0.9, 0.97], 'at least Good', '✅'],
    [[0.8, 0.97], 'at least Acceptable', '❔'],
    [[0.8, 0.93], 'Acceptable to Good', '❔'],
    [[0.5, 0.93], 'at most Good', '❔'],
    [[0.4, 0.6], 'Degraded', '❌'],
    [[0.5, 0.97], 'Too few items', '❔'],
  ])('%o is %s', (interval, name, sign) => expect(statusOf(judged(0.9, interval), PROFILES.default)).toEqual({ name, sign }))

  test('that published cards do not look at', () => expect(statusOf(judged(0.9, [0.5, 0.97]), PROFILES.card).name).toBe('Excellent'))
})

describe('chance', () => {
  const statusOfRuns = (count: number, original: number, variant: number) => {
    const task = (right: number) =>
      choiceTask(
        'piqa',
        Array.from({ length: count }, (_, index) => Number(index < right)),
      )
    return compareRuns(storedRun('a', [task(original)]), [storedRun('b', [task(variant)])]).accuracies[0]!.cells[0]!.status.name
  }

  test('is not named for 96 % of an original on 40 items: they are too few to tell', () => expect(statusOfRuns(40, 27, 26)).toBe('Too few items'))

  test('is named on 1,838 items at 51 % of two choices', () => expect(statusOfRuns(1838, 1462, 937)).toBe('Near random'))

  test('is the status if the original itself is not better', () => expect(statusOfRuns(14_042, 7100, 7050)).toBe('Near random'))

  test('is not named for one item, right or wrong', () => expect([statusOfRuns(1, 1, 1), statusOfRuns(1, 1, 0)]).toEqual(['Too few items', 'Too few items']))

  test('is named for a score below it', () => expect(statusOfRuns(40, 36, 0)).toBe('Near random'))
})

test('a loss of 12 % that no chance explains is not Excellent', () => {
  const task = (right: number) =>
    choiceTask(
      'hellaswag',
      Array.from({ length: 160 }, (_, index) => Number(index < right)),
    )
  const [cell] = compareRuns(storedRun('a', [task(160)]), [storedRun('b', [task(141)])]).accuracies[0]!.cells
  expect(cell!.pValue).toBeLessThan(0.001)
  expect(cell!.status.name).toBe('Acceptable to Good')
})

test('all words of a profile are known', () => {
  expect(statusesOf(PROFILES.default).map(({ name }) => name)).toEqual([
    'Excellent',
    'at least Good',
    'Good',
    'at least Acceptable',
    'Acceptable to Good',
    'Acceptable',
    'Too few items',
    'at most Good',
    'at most Acceptable',
    'Degraded',
    'Near random',
    'Too few items',
    '–',
  ])
})
