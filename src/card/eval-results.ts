/** Results as the hub's `.eval_results/*.yaml`: a file a benchmark, each a list of one entry. */
import { stringify } from 'yaml'
import type { Comparison } from '../compare/comparison.ts'
import { lookUp } from '../look-up.ts'

/** A file below the model's folder. */
export interface EvalResultFile {
  readonly name: string
  readonly text: string
}

/** Repositories of the benchmarks' datasets on the hub. */
const DATASETS: Readonly<Record<string, string>> = { piqa: 'baber/piqa', boolq: 'aps/super_glue', hellaswag: 'Rowan/hellaswag', mmlu: 'cais/mmlu' }

/** One file a benchmark that the hub knows, of the first variant's scores; percent with two digits. */
export function evalResultFiles({ accuracies, variants }: Comparison): EvalResultFile[] {
  const { date, tool } = variants[0]!
  return accuracies.flatMap(({ task, metric, shotCount, cells: [cell] }): EvalResultFile[] => {
    const id = lookUp(DATASETS, task)
    if (!cell || id === undefined) return []
    const entry = {
      dataset: { id, task_id: task },
      value: Number((cell.score.value * 100).toFixed(2)),
      ...(date !== null && { date: date.slice(0, 10) }),
      // The hub refuses a source without an address, and a run on somebody's machine has none.
      notes: `${metric}, ${shotCount ?? 'unknown'} shots, ${tool}`,
    }
    return [{ name: `.eval_results/${task}.yaml`, text: stringify([entry]) }]
  })
}
