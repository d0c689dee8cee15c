/** The options of a planned pass. */
import type { JointOptions } from '../../engine/joint/joint-pass.ts'
import type { EvaluateOptions } from '../evaluate-options.ts'
import type { PlannedPass } from './plan-passes.ts'

/** As a JointPass takes them; the pass is of several models. */
export function jointOptionsOf(
  { placement, isCompared }: PlannedPass,
  { batchTokens, memoryBytes, threads }: EvaluateOptions,
  onNotice: (notice: string) => void = () => {},
): JointOptions {
  return {
    ...placement!,
    onNotice,
    threads,
    isCompared,
    ...(batchTokens !== undefined && { batchTokens }),
    ...(memoryBytes !== undefined && { memoryBytes }),
  }
}
