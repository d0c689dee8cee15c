/** Checks a policy's names against the runs: a name that no run has is a mistake in the policy and gives no verdict. */
import { listNames } from '../text/list-names.ts'
import { GateError } from '../errors.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { metricOf } from '../metrics/registry.ts'
import type { StoredRun } from '../store/stored-run.ts'
import type { Policy, TaskLimits } from './policy.ts'

/** Fails with GateError, with the nearest name, on a task or metric that no run has, and on a limit that the metric cannot have. */
export function checkPolicy(policy: Policy, runs: readonly StoredRun[], file: string): void {
  const entries = runs.flatMap((run) => [...run.tasks, ...run.groups])
  const members = new Set(runs.flatMap(({ groups }) => groups.flatMap((group) => group.members)))
  // The list is cut: subsets of groups come last.
  const outermostFirst = entries.toSorted((a, b) => Number(members.has(a.name)) - Number(members.has(b.name)))
  const names = unique([...outermostFirst.map(({ name }) => name), ...runs.flatMap(({ unread = [] }) => unread)])
  for (const [task, limits] of policy) {
    const own = entries.filter(({ name }) => name === task)
    if (own.length === 0)
      throw new GateError(`${file}: no run has a task ${JSON.stringify(task)}`, `${didYouMean(task, names)}The runs have: ${listNames(names, 20)}.`)
    // A score that is not a number is listed in `problems`.
    const metrics = unique(own.flatMap(({ scores, problems }) => [...scores.map(({ metric }) => metric), ...Object.keys(problems ?? {})]))
    checkMetric(task, limits, metrics, file)
  }
}

function checkMetric(task: string, { metric, minRetention, maxDropPoints, maxPerplexityRatio }: TaskLimits, metrics: readonly string[], file: string): void {
  if (metric !== undefined && !metrics.includes(metric))
    throw new GateError(`${file}: ${task} has no metric ${JSON.stringify(metric)}`, `${didYouMean(metric, metrics)}It has: ${listNames(metrics, 20)}.`)
  const candidates = metric === undefined ? metrics : [metric]
  const has = (kind: 'accuracy' | 'perplexity') => candidates.some((name) => metricOf(name).comparedAs === kind)
  const refuse = (limit: string, kind: string) => {
    throw new GateError(
      `${file}: ${limit} needs ${kind}, ${metric === undefined ? `${task} has ${listNames(metrics, 20)}` : `${metric} of ${task} is not one`}`,
      'min_retention and max_drop_points are for accuracies, max_perplexity_ratio is for perplexities.',
    )
  }
  if (minRetention !== undefined && !has('accuracy')) refuse('min_retention', 'an accuracy')
  if (maxDropPoints !== undefined && !has('accuracy')) refuse('max_drop_points', 'an accuracy')
  if (maxPerplexityRatio !== undefined && !has('perplexity')) refuse('max_perplexity_ratio', 'a perplexity')
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
