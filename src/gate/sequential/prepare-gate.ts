/** Prepares a gate that scores its candidate: the baseline's items in a random order, and the same items loaded for the candidate. */
import { GateError, UsageError } from '../../errors.ts'
import type { EvaluateOptions } from '../../run/evaluate-options.ts'
import type { LoadedTask } from '../../run/loaded-task.ts'
import type { ModelSource } from '../../run/model-source.ts'
import { nameTasks } from '../../run/name-tasks.ts'
import { prepareRun } from '../../run/prepare-run.ts'
import type { OnEvent } from '../../run/run-events.ts'
import { scoringOptions, type ScoringOptions } from '../../run/run-options.ts'
import { readStoredRun } from '../../store/read-stored-run.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import type { Task } from '../../task/define-task.ts'
import { loadTasks } from '../../task/registry.ts'
import { BASELINES, findBaseline } from '../bless.ts'
import { checkPolicy } from '../check-policy.ts'
import { openPolicy, policyNameOf, type JudgeOptions } from '../judge.ts'
import type { Policy } from '../policy.ts'
import { requestsOf } from '../rule-requests.ts'
import type { RuledPopulation } from './draw-items.ts'
import type { GateEvent } from './gate-events.ts'
import { checkSameItems } from './match-items.ts'
import { checkSameSettings } from './match-settings.ts'
import type { ModelOptions } from './model-options.ts'
import { baselineValues, populationOf, ruleMetric } from './population.ts'
import { ruleTrack } from './rule-track.ts'

/** Everything that is needed before the first item is scored. */
export interface PreparedGate {
  readonly baseline: StoredRun
  readonly alpha: number
  readonly ruled: readonly RuledPopulation[]
  readonly loadedTasks: readonly LoadedTask[]
  readonly model: ModelSource
  readonly evaluateOptions: EvaluateOptions
}

/** What to prepare. */
interface GateInput extends Pick<JudgeOptions, 'baseline' | 'baselines' | 'policy'> {
  readonly options: ModelOptions
  readonly definedTasks: readonly Task[] | undefined
  readonly onEvent: OnEvent<GateEvent>
  readonly signal: AbortSignal | undefined
}

/** Reads policy and baseline, finds the model, loads the rows, and draws the order. Fails as `judgeModel` does. */
export async function prepareGate(input: GateInput, purpose: 'scoring' | 'planning'): Promise<PreparedGate> {
  const { options, definedTasks, onEvent, signal } = input
  if (options.model.length !== 1) throw new UsageError(`the gate judges one model, ${options.model.length} are given`, 'Give --model NAME=MODEL once.')
  const { limits, alpha } = await openPolicy(input.policy)
  const policyName = policyNameOf(input.policy)
  const baseline = await readStoredRun(await findBaseline(input.baseline, input.baselines ?? BASELINES))
  onEvent({ kind: 'baseline-read', baseline })
  checkPolicy(limits, [baseline], policyName)
  const ruled = ruledPopulations(limits, { baseline, alpha, seed: options.seed, policyName })
  const shots = await shotsOf(ruled, { options, definedTasks, policyName })
  const scoring = scoringOptionsOf(options, [...limits.keys()], {
    ...(baseline.limit !== undefined && { limit: baseline.limit }),
    numFewshot: options.numFewshot ?? shots,
    rollingBos: options.rollingBos ?? baseline.rollingBos,
    addBosToken: options.addBosToken ?? baseline.addBosToken,
  })
  const onNotice = (message: string) => onEvent({ kind: 'notice', model: null, message })
  const { models, loadedTasks, evaluateOptions } = await prepareRun(scoring, { purpose, definedTasks, onNotice, signal })
  const model = models[0]!
  checkSameSettings(ruled, baseline, { ...scoring, label: model.label, prompting: model.prompting })
  checkSameItems(
    ruled.map(({ population }) => population),
    loadedTasks,
  )
  return { baseline, alpha, ruled, loadedTasks, model, evaluateOptions }
}

/** The options of a run that scores these tasks. */
export function scoringOptionsOf(
  { seed: _seed, maxItems: _maxItems, full: _full, ...options }: ModelOptions,
  tasks: readonly string[],
  more: Partial<ScoringOptions>,
): ScoringOptions {
  return scoringOptions.parse({ ...options, tasks: [...tasks], ...more })
}

interface ShotsInput extends Pick<GateInput, 'options' | 'definedTasks'> {
  readonly policyName: string
}

/** Each task's few-shot examples of the baseline. Fails with GateError on a task whose items cannot be drawn. */
async function shotsOf(ruled: readonly RuledPopulation[], { options, definedTasks = [], policyName }: ShotsInput): Promise<Record<string, number>> {
  const known = await loadTasks(options.taskFile, definedTasks)
  const shots: Record<string, number> = {}
  for (const { population } of ruled) {
    const { strata } = population.entry
    const { selected } = await nameTasks(known, [population.name], options.includePath, () => {})
    for (const task of selected) {
      if (task.kind === 'corpus')
        throw new GateError(
          `${policyName}: the items of ${population.name} cannot be drawn: they are windows of one text, and each has its place in it`,
          'Score the candidate on it with `evalharness run`, and judge that run with --candidate.',
        )
      const shotCount = (strata.find(({ name }) => name === task.name) ?? strata[0])?.shotCount ?? null
      if (shotCount !== null && task.kind !== 'rolling' && task.shots) shots[task.name] = shotCount
    }
  }
  return shots
}

function ruledPopulations(
  limits: Policy,
  { baseline, alpha, seed, policyName }: { readonly baseline: StoredRun; readonly alpha: number; readonly seed: number; readonly policyName: string },
): RuledPopulation[] {
  const ruleCount = [...limits].flatMap(([task, own]) => requestsOf(task, own)).length
  return [...limits].map(([task, own]) => {
    const population = populationOf(baseline, task, seed)
    const tracks = requestsOf(task, own).map((request) => {
      if (request.kind === 'max_mean_kl' || request.kind === 'min_top1_agreement')
        throw new GateError(`${policyName}: ${request.kind} needs both models’ distributions`, 'Judge a stored run with --candidate, scored with --divergence.')
      const metric = ruleMetric(request, population)
      if (metric === undefined) throw new GateError(`${policyName}: ${request.kind} of ${task} has no metric`, 'Name one: metric: acc.')
      return ruleTrack({ ...request, metric }, baselineValues(population, metric), alpha / ruleCount)
    })
    return { population, tracks }
  })
}
