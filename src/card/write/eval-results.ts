/** Results as the hub's `.eval_results/*.yaml`: a file a benchmark, each a list of one entry. */
import { stringify } from 'yaml'
import { BUILT_IN_TASKS } from '../../task/built-in-tasks.ts'
import { itemsText, type CardContents } from './card-contents.ts'

/** A file below the model's folder. */
export interface EvalResultFile {
  readonly name: string
  readonly text: string
}

/** One file a benchmark that the hub knows, of the first model's scores; percent with two digits. */
export function evalResultFiles({ models: [model] }: CardContents): EvalResultFile[] {
  const { comparison, extents } = model!
  const { date, tool } = comparison.variants[0]!
  return comparison.accuracies.flatMap(({ task, metric, shotCount, cells: [cell] }): EvalResultFile[] => {
    const id = datasetRepository(task)
    if (!cell || id === undefined) return []
    const extent = extents.get(task)!
    const revision = extent.dataset?.id === id ? extent.dataset.revision : null
    const entry = {
      dataset: { id, task_id: task, ...(revision !== null && { revision }) },
      value: Number((cell.score.value * 100).toFixed(2)),
      ...(date !== null && { date: date.slice(0, 10) }),
      // The hub refuses a source without an address, and a run on somebody's machine has none.
      notes: `${metric}, ${shotCount ?? extent.shotCount ?? 'unknown'} shots, ${extent.reasons.length > 0 ? `${itemsText(extent)}, ` : ''}${tool}`,
    }
    return [{ name: `.eval_results/${task}.yaml`, text: stringify([entry]) }]
  })
}

function datasetRepository(task: string): string | undefined {
  const dataset = BUILT_IN_TASKS.get(task)?.dataset
  return dataset && 'repo' in dataset ? dataset.repo : undefined
}
