/** The rules of a policy over the baseline's items. */
import { GateError } from '../../errors.ts'
import type { EvaluateOptions } from '../../run/evaluate-options.ts'
import { itemPositions } from '../../run/item-positions.ts'
import type { LoadedTask } from '../../run/loaded-task.ts'
import type { ModelSource } from '../../run/model-source.ts'
import { openPlanner } from '../../run/open-planner.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import type { Policy } from '../policy.ts'
import { isDivergence, requestsOf, type RuleRequest } from '../rule-requests.ts'
import type { RuledPopulation } from './ruled-population.ts'
import { baselineValues, itemName, populationOf, ruleMetric } from './population.ts'
import { ruleTrack } from './rule-track.ts'

/** All rules of a policy. */
export function allRequests(limits: Policy): RuleRequest[] {
  return [...limits].flatMap(([task, own]) => requestsOf(task, own))
}

/** Each task or group of the policy with its rules of scores. `alpha` is that of a rule. Fails with GateError or CompareError on a rule that has no values. */
export function scoreTracks(
  limits: Policy,
  { baseline, alpha, seed, policyName }: { readonly baseline: StoredRun; readonly alpha: number; readonly seed: number; readonly policyName: string },
): RuledPopulation[] {
  return [...limits].map(([task, own]) => {
    const population = populationOf(baseline, task, seed)
    const requests = requestsOf(task, own).filter(({ kind }) => !isDivergence(kind))
    const tracks = requests.map((request) => {
      const metric = ruleMetric(request, population)
      if (metric === undefined) throw new GateError(`${policyName}: ${request.kind} of ${task} has no metric`, 'Name one: metric: acc.')
      return ruleTrack({ ...request, metric }, baselineValues(population, metric), alpha)
    })
    return { population, tracks }
  })
}

/** What the candidate would be asked, and how. */
export interface Asked {
  readonly model: ModelSource
  readonly loadedTasks: readonly LoadedTask[]
  readonly evaluateOptions: EvaluateOptions
  readonly signal: AbortSignal | undefined
}

/** The same with the rules of distributions. The positions of all items are counted for them, by their tokens. Fails as encoding does. */
export async function withDivergenceTracks(
  ruled: readonly RuledPopulation[],
  { requests, alpha, asked }: { readonly requests: readonly RuleRequest[]; readonly alpha: number; readonly asked: Asked },
): Promise<RuledPopulation[]> {
  const own = requests.filter(({ kind }) => isDivergence(kind))
  if (own.length === 0) return [...ruled]
  const positions = await positionsOf(
    ruled.filter(({ population }) => own.some(({ task }) => task === population.name)),
    asked,
  )
  return ruled.map(({ population, tracks }) => {
    const counts = population.drawn.map(({ part, item }) => positions.get(itemName(part, item.docId)) ?? 0)
    const more = own.filter(({ task }) => task === population.name).map((request) => ruleTrack(request, counts, alpha))
    return { population, tracks: [...tracks, ...more] }
  })
}

/** Scored positions by name of item. */
async function positionsOf(ruled: readonly RuledPopulation[], { model, loadedTasks, evaluateOptions, signal }: Asked): Promise<ReadonlyMap<string, number>> {
  const planner = await openPlanner(model, evaluateOptions)
  if (!planner) throw new GateError(`no tokenizer.json in ${model.folder}`, 'Positions are counted with it.')
  const parts = new Set(ruled.flatMap(({ population }) => population.entry.strata.map(({ name }) => name)))
  const needed = loadedTasks.filter((loaded) => loaded.parts.some(({ name }) => parts.has(name)))
  const counts = await itemPositions(needed, planner.encoder, signal)
  return new Map(counts.map(({ part, docId, positions }) => [itemName(part, docId), positions]))
}
