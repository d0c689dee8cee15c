/** Prepares a gate that scores its candidate: the baseline's items in a random order, and the same items loaded for the candidate. */
import { CompareError, GateError, UsageError } from '../../errors.ts'
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
import { isDivergence } from '../rule-requests.ts'
import { checkWeighing } from './check-weighing.ts'
import type { RuledPopulation } from './ruled-population.ts'
import type { GateEvent } from './gate-events.ts'
import { checkSameItems } from './match-items.ts'
import { checkSameSettings } from './match-settings.ts'
import type { ModelOptions } from './model-options.ts'
import { allRequests, scoreTracks, withDivergenceTracks } from './make-tracks.ts'
import { originalModel } from './original-model.ts'
import { whyIncomparable } from './rule-track.ts'

/** Everything that is needed before the first item is scored. */
export interface PreparedGate {
  readonly baseline: StoredRun
  readonly alpha: number
  readonly ruled: readonly RuledPopulation[]
  readonly loadedTasks: readonly LoadedTask[]
  readonly model: ModelSource
  /** The baseline's model, if rules of distributions need it. */
  readonly original: ModelSource | undefined
  /** The options by which the candidate is scored, those of the baseline among them. */
  readonly scoring: ScoringOptions
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
  if (options.full && options.maxItems !== undefined)
    throw new UsageError('--full and --max-items exclude each other', '--full scores all items, --max-items no more than these.')
  if (options.model.length !== 1) throw new UsageError(`the gate judges one model, ${options.model.length} are given`, 'Give --model NAME=MODEL once.')
  const { limits, alpha } = await openPolicy(input.policy)
  const policyName = policyNameOf(input.policy)
  const baseline = await readStoredRun(await findBaseline(input.baseline, input.baselines ?? BASELINES), new Set(limits.keys()))
  onEvent({ kind: 'baseline-read', baseline })
  checkPolicy(limits, [baseline], policyName)
  const requests = allRequests(limits)
  const share = alpha / requests.length
  const rules = scoreTracks(limits, { baseline, alpha: share, seed: options.seed, policyName })
  const shots = await shotsOf(rules, { options, definedTasks, policyName })
  const given = requests.some(({ kind }) => isDivergence(kind)) ? await originalModel(baseline, options.model[0]!) : undefined
  const scoring = scoringOptionsOf(options, [...limits.keys()], {
    ...(given !== undefined && { model: [given, ...options.model], divergence: true }),
    limit: limitOf(rules),
    maxLength: options.maxLength ?? baseline.model.maxLength ?? undefined,
    numFewshot: options.numFewshot ?? shots,
    rollingBos: options.rollingBos ?? baseline.rollingBos,
    addBosToken: options.addBosToken ?? baseline.addBosToken,
  })
  const onNotice = (message: string) => onEvent({ kind: 'notice', model: null, message })
  const { models, loadedTasks, evaluateOptions } = await prepareRun(scoring, { purpose, definedTasks, onNotice, signal }).catch(inWordsOfPolicy)
  checkWeighing(rules, { tasks: loadedTasks.map(({ task }) => task), taskGroups: evaluateOptions.taskGroups ?? [] })
  const model = models.at(-1)!
  const ruled = await withDivergenceTracks(rules, { requests, alpha: share, asked: { model, loadedTasks, evaluateOptions, signal } })
  checkComparable(ruled)
  checkSameSettings(ruled, baseline, { ...scoring, label: model.label, prompting: model.prompting })
  checkSameItems(
    ruled.map(({ population }) => population),
    loadedTasks,
  )
  return { baseline, alpha, ruled, loadedTasks, model, original: models.length > 1 ? models[0] : undefined, scoring, evaluateOptions }
}

/** Fails with CompareError if no rule can have a verdict, whatever the candidate scores. */
function checkComparable(ruled: readonly RuledPopulation[]): void {
  const tracks = ruled.flatMap((one) => one.tracks)
  const reasons = tracks.map((track) => ({ task: track.request.task, why: whyIncomparable(track) }))
  if (reasons.some(({ why }) => why === null)) return
  throw new CompareError(
    [...new Set(reasons.map(({ task, why }) => `${task}: ${why}`))].join('; '),
    'Name another metric or limit in the policy, or use another baseline.',
  )
}

/** That of the baseline's tasks. If they differ, rows that the baseline lacks are read too; nobody draws them. */
function limitOf(ruled: readonly RuledPopulation[]): number | undefined {
  const limits = new Set(ruled.flatMap(({ population }) => population.entry.strata.map(({ limit }) => limit)))
  return limits.size === 1 ? [...limits][0] : undefined
}

/** Nobody gave `--divergence`, which models that cannot be compared are refused by. */
function inWordsOfPolicy(error: unknown): never {
  if (!(error instanceof UsageError) || !error.message.startsWith('--divergence')) throw error
  throw new UsageError(error.message.replace('--divergence', 'max_mean_kl or min_top1_agreement'), 'Leave these limits out of the policy.', { cause: error })
}

/** The options of a run that scores these tasks. */
function scoringOptionsOf(
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
