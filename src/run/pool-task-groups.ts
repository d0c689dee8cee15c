/** Scores of groups of tasks: of lm-eval's YAML with `aggregate_metric_list`; lm-eval `api/group.py` `aggregate`. */
import { pooledMean, pooledStandardError } from '../metrics/pooling.ts'
import type { GroupRecord, TaskRecord } from '../store/run-record.ts'
import type { TaskGroup } from '../task/lm-eval/expand-name.ts'

/** A record a group, of those of its tasks that have scores. */
export function poolTaskGroups(groups: readonly TaskGroup[], tasks: readonly TaskRecord[]): GroupRecord[] {
  return groups.flatMap((group): GroupRecord[] => {
    const members = tasks.filter(({ name }) => group.members.includes(name))
    const scores = group.metrics.flatMap(({ metric, weightBySize }) => {
      const found = members.flatMap(({ itemCount, scores: own }) =>
        own
          .filter((score) => score.metric === metric)
          .map((score) => ({ itemCount, score: score.value, standardError: score.standardError, metric: score.metric })),
      )
      if (found.length === 0) return []
      const pooling = weightBySize ? 'items' : 'tasks'
      return [{ metric: found[0]!.metric, value: pooledMean(found, pooling), standardError: pooledStandardError(found, pooling) }]
    })
    if (scores.length === 0) return []
    const itemCount = members.reduce((sum, each) => sum + each.itemCount, 0)
    return [{ name: group.name, itemCount, scores, members: members.map(({ name }) => name), shotCount: members[0]!.shotCount, version: group.version }]
  })
}
