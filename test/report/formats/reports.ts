/** A small comparison as a report, for the tests of formats. */
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { comparisonReport } from '../../../src/report/comparison-report.ts'
import { choiceTask, storedRun, textTask } from '../../stored-runs.ts'

const texts = (nats: number) => textTask('wikitext', [{ logProb: -100 * nats, weight: 100 }])

/** Piqa falls from 3 of 4 to 2 of 4 with one item lost; a text from 3 to 4 nats. `label` is that of the variant. */
export function smallReport(label = 'pruned') {
  const original = storedRun('original', [choiceTask('piqa', [1, 1, 1, 0]), texts(3)])
  return comparisonReport(compareRuns(original, [storedRun(label, [choiceTask('piqa', [1, 0, 1, 0]), texts(4)])]))
}

/** Two tasks with choices: 3 and 2 of 4 items right, then 2 and 2. */
export function twoTaskReport() {
  const tasks = (piqa: readonly number[]) => [choiceTask('piqa', piqa), choiceTask('boolq', [1, 1, 0, 0])]
  return comparisonReport(compareRuns(storedRun('original', tasks([1, 1, 1, 0])), [storedRun('pruned', tasks([1, 0, 1, 0]))]))
}
