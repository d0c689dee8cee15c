/** Made divergences, for what shows and judges them. */
import type { DivergenceCell, DivergenceLine, RunSummary } from '../src/compare/comparison.ts'
import { storedRun } from './stored-runs.ts'

/** A line of one variant. `changes` go over the cell's fields. */
export function divergenceLine(task: string | null, changes: Partial<DivergenceCell> = {}): DivergenceLine {
  const cell: DivergenceCell = {
    itemCount: 20,
    positionCount: 240,
    kl: { value: 0.0125, standardError: 0.001, median: 0.002, p90: 0.03, p95: 0.05, p99: 0.12, p999: 0.4, max: 0.5 },
    klInterval: [0.01, 0.015],
    klHistogram: [0, 0, 2, 8, 20, 40, 60, 50, 30, 20, 8, 2, 0, 0, 0, 0],
    sameTop: { value: 0.975, standardError: 0.01 },
    sameTopInterval: [0.95, 0.99],
    probability: { tokenCount: 200, meanChange: -0.004, rmsChange: 0.021 },
    logProbCorrelation: 0.99876,
    choices: { itemCount: 20, value: 0.0015, standardError: 0.0002 },
    ...changes,
  }
  return { task, cells: [cell] }
}

/** Who is compared. */
export function runSummary(label: string): RunSummary {
  const { tasks: _tasks, groups: _groups, ...summary } = storedRun(label, [])
  return { ...summary, limits: [null] }
}
