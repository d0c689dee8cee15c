/** Refuses a group whose tasks weigh alike although they have different sizes: its score is not that of all its items together. */
import { GateError } from '../../errors.ts'
import type { TaskGroup } from '../../task/lm-eval/expand-name.ts'
import type { Task } from '../../task/define-task.ts'
import { groupNames } from '../../task/select-tasks.ts'
import { NOT_A_MEAN_HINT, type Population } from './population.ts'
import type { RuledPopulation } from './ruled-population.ts'

/** What says how a group weighs. */
interface Weighing {
  readonly tasks: readonly Task[]
  readonly taskGroups: readonly TaskGroup[]
}

/**
 * Fails with GateError on such a group. Its stored scores need not show it: with equal scores of all tasks both ways of weighing give the same. Rules of
 * distributions are about all positions together.
 */
export function checkWeighing(ruled: readonly RuledPopulation[], { tasks, taskGroups }: Weighing): void {
  const alike = new Set(tasks.flatMap((task) => (task.subsets?.pooling === 'tasks' ? [task.name, ...groupNames(task)] : [])))
  const weighsAlike = (name: string, metric: string) =>
    alike.has(name) || taskGroups.some((group) => group.name === name && group.metrics.some((own) => own.metric === metric && !own.weightBySize))
  const areEqual = ({ entry }: Population) => new Set(entry.strata.map(({ items }) => items?.length)).size === 1
  for (const { population, tracks } of ruled) {
    if (areEqual(population)) continue
    for (const { request } of tracks) {
      if (request.metric !== undefined && weighsAlike(population.name, request.metric))
        throw new GateError(
          `${population.name}: ${request.metric}: its tasks weigh alike whatever their sizes, so its score is not that of its items together`,
          NOT_A_MEAN_HINT,
        )
    }
  }
}
