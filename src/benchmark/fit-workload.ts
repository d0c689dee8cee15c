/** Cuts a workload to what a device can score in the time. */
import { projectionOperations } from '../engine/roofline/operations.ts'
import type { ModelConfig } from '../model/config/config.ts'
import type { TimeBudget } from './time-budget.ts'
import { syntheticWorkload, workloadOfRows, type Workload, type WorkloadName } from './workload.ts'

/** A workload, and the time for it. */
export interface WorkloadFit {
  readonly name: WorkloadName
  readonly config: ModelConfig
  /** Items at the most. */
  readonly itemCount: number
  /** Folder with the benchmarks' rows; requests of their lengths when absent. */
  readonly dataDir?: string | undefined
  readonly milliseconds: number
  /** Operations a second; null if it is not known, and then nothing is cut. */
  readonly peakGemmRate: number | null
}

/** Share of the peak GEMM rate that requests reach at the least, for planning. */
const EXPECTED_SHARE = 0.4

/** The workload, cut to the items that the device can score in the time; undefined, and named in the budget, if there is no time for one. */
export async function fitWorkload(
  { name, config, itemCount, dataDir, milliseconds, peakGemmRate }: WorkloadFit,
  budget: Pick<TimeBudget, 'leaveOut'>,
): Promise<Workload | undefined> {
  const make = (count: number) =>
    dataDir === undefined ? Promise.resolve(syntheticWorkload(name, count, config.vocabularySize)) : workloadOfRows(name, count, config.vocabularySize, dataDir)
  const whole = await make(itemCount)
  if (peakGemmRate === null) return whole
  const seconds = workloadOperations(whole, config) / (peakGemmRate * EXPECTED_SHARE)
  const share = milliseconds / 1000 / seconds
  if (share >= 1) return whole
  const count = Math.floor(itemCount * share)
  if (count >= 1) return make(count)
  budget.leaveOut(whole.title, `one item would take about ${Math.ceil(seconds / itemCount)} s here`)
  return undefined
}

function workloadOperations({ tokensDistinct, sequences }: Workload, config: ModelConfig): number {
  const scored = sequences.reduce((sum, { targets }) => sum + targets.length, 0)
  return tokensDistinct * config.layerCount * projectionOperations(config) + scored * 2 * config.vocabularySize * config.hiddenSize
}
