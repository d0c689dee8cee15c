/** Prepares a run before anything is computed: tasks and models must exist, options must be compatible, rows must be readable. */
import { requireDevices } from '../engine/devices/require-devices.ts'
import { EngineError, unlessAborted, UsageError } from '../errors.ts'
import { isFile, isFolder } from '../io/path-exists.ts'
import { prepareResultsFolder } from '../store/write-run.ts'
import type { Task } from '../task/define-task.ts'
import { loadTasks } from '../task/registry.ts'
import { checkComparable } from './check-comparable.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import { loadTask } from './load-task.ts'
import type { LoadedTask, LoadTaskOptions } from './loaded-task.ts'
import { locateModel, type NeededFiles } from './locate-model.ts'
import { batchBudgetOf, inspectModel, type Inspection, type ModelSource } from './model-source.ts'
import { parseModel, type GivenModel } from './parse-model.ts'
import { nameTasks } from './name-tasks.ts'
import { parseEvaluateOptions, parseLoadOptions, parseNames } from './parse-run-options.ts'
import { checkPromptOptions, openPrompting, plainPrompting, type Prompting } from './prompting.ts'
import type { ScoringOptions } from './run-options.ts'
import { isServed } from './served-address.ts'

/** A run that is ready to begin. */
export interface PreparedRun {
  readonly models: readonly ModelSource[]
  /** Those of the first model; with plain prompts if there is none. */
  readonly loadedTasks: readonly LoadedTask[]
  /** The tasks with the prompts of a model; the same object for models with the same prompts. */
  readonly tasksOf: (model: Pick<ModelSource, 'label'>) => readonly LoadedTask[]
  readonly evaluateOptions: EvaluateOptions
}

/** Beside the options. */
export interface Preparation {
  /** `scoring` fetches weights too, and makes the results folder. */
  readonly purpose: 'scoring' | 'planning'
  /** Tasks that a program defines, beside the built-in ones and those of task files. */
  readonly definedTasks?: readonly Task[] | undefined
  readonly checkDeterminism?: number | undefined
  readonly onNotice: (notice: string) => void
  readonly signal: AbortSignal | undefined
}

/** Finds and checks everything that the options name. Fails with a HarnessError, or with AbortError. */
export async function prepareRun(options: ScoringOptions, preparation: Preparation): Promise<PreparedRun> {
  const { purpose, definedTasks = [], onNotice, signal } = preparation
  const evaluateOptions = parseEvaluateOptions(options)
  const own = await loadTasks(options.taskFile, definedTasks)
  const { known: tasks, selected, groups } = await nameTasks(own, taskNames(options), options.includePath, onNotice)
  const given = parseModels(options, purpose)
  await unlessAborted(checkDevices(evaluateOptions, given, preparation), signal)
  checkPromptOptions(options, given.length)
  const loadOptions = await parseLoadOptions(options, tasks, selected)
  if (purpose === 'scoring') await prepareFolders(options)
  const models: ModelSource[] = []
  const needed: NeededFiles = purpose === 'scoring' ? 'all' : 'tokenizer'
  for (const model of given) models.push(await unlessAborted(locateModel(model, onNotice, needed), signal))
  if (options.divergence) await unlessAborted(checkComparable(models, evaluateOptions), signal)
  if (models.length > 0 && models.every(({ served }) => served)) refuseForServers(options, preparation)
  const inspected: ModelSource[] = []
  for (const model of models) inspected.push(await inspect(model, evaluateOptions, options.divergence ? inspected[0]?.inspected : undefined))
  const load = async ({ format, notices }: Prompting) => {
    const loadedTasks = await loadAll(selected, { ...loadOptions, format }, preparation)
    for (const notice of notices()) onNotice(notice)
    return loadedTasks
  }
  const known = new Map<string, readonly LoadedTask[]>()
  const prepared: ModelSource[] = []
  const byLabel = new Map<string, readonly LoadedTask[]>()
  for (const model of inspected) {
    const prompting = await unlessAborted(openPrompting(model, options, onNotice), signal)
    const loadedTasks = known.get(prompting.key) ?? (await load(prompting))
    known.set(prompting.key, loadedTasks)
    prepared.push({ ...model, prompting: prompting.record })
    byLabel.set(model.label, loadedTasks)
  }
  if (options.divergence && known.size > 1)
    throw new UsageError('--divergence compares models on the same prompts, and their chat templates differ', 'Leave --apply-chat-template out.')
  const [first] = known.values()
  const loadedTasks = first ?? (await load(plainPrompting(options)))
  return { models: prepared, loadedTasks, tasksOf: ({ label }) => byLabel.get(label)!, evaluateOptions: { ...evaluateOptions, taskGroups: groups } }
}

async function loadAll(tasks: readonly Task[], options: LoadTaskOptions, { onNotice, signal }: Preparation): Promise<readonly LoadedTask[]> {
  const loadedTasks: LoadedTask[] = []
  for (const task of tasks) {
    const loaded = await unlessAborted(loadTask(task, options), signal)
    for (const notice of loaded.notices) onNotice(notice)
    loadedTasks.push(loaded)
  }
  return loadedTasks
}

function taskNames({ tasks }: ScoringOptions): string[] {
  const names = parseNames(tasks)
  if (names.length === 0) throw new UsageError('no tasks given', 'Give for example --tasks piqa,boolq; run `evalharness tasks` for all.')
  return names
}

function parseModels({ model }: ScoringOptions, purpose: Preparation['purpose']): GivenModel[] {
  if (model.length === 0 && purpose === 'scoring') throw new UsageError('no model given', 'Give --model NAME=FOLDER, or --dry-run to see the prompts only.')
  const given = model.map(parseModel)
  const duplicate = given.find(({ label }, index) => given.findIndex((other) => other.label === label) !== index)
  if (duplicate) throw new UsageError(`two models are called ${duplicate.label}`, 'Name them: --model original=FOLDER --model pruned=FOLDER.')
  return given
}

/** Makes the results folder. Fails with UsageError on a file in its place or in that of the cache, and with StoreError if it cannot be written. */
async function prepareFolders({ output, cache }: ScoringOptions): Promise<void> {
  const isLikeFile = /\.(?:jsonl?|csv|html)$/iu.test(output) && !(await isFolder(output))
  if (isLikeFile || (await isFile(output)))
    throw new UsageError(`--output ${output} is ${isLikeFile ? 'named like ' : ''}a file`, 'Give a folder; each model has its results in a folder below it.')
  if (typeof cache === 'string' && (await isFile(cache))) throw new UsageError(`--cache ${cache} is a file`, 'Give a folder, or --no-cache.')
  await prepareResultsFolder(output)
}

/**
 * Fails if a device is not here or cannot compute in the type, before anything is fetched or read. A server has its own. A plan may be for another machine,
 * so there it is a notice.
 */
async function checkDevices({ devices = 'auto', dtype }: EvaluateOptions, models: readonly GivenModel[], { purpose, onNotice }: Preparation): Promise<void> {
  if (models.every(({ source }) => isServed(source))) return
  await requireDevices(devices, dtype).catch((error: unknown) => {
    if (purpose === 'scoring' || !(error instanceof UsageError || error instanceof EngineError)) throw error
    onNotice(`the run would be refused on this machine: ${error.message}`)
  })
}

/** The model with the files that were read. Local weights must suit the settings and the memory limit, with the head of an `original` to compare with. */
async function inspect(model: ModelSource, options: EvaluateOptions, original: Inspection | undefined): Promise<ModelSource> {
  if (model.served) return model
  const inspected = await inspectModel(model)
  batchBudgetOf(inspected, options, original)
  return { ...model, inspected }
}

/** Fails with UsageError on options of local computation if every model is on a server. */
function refuseForServers({ dtype, memory, threads, device }: ScoringOptions, { checkDeterminism }: Preparation): void {
  const given = { dtype, memory, threads, device: device === 'auto' ? undefined : device, 'check-determinism': checkDeterminism }
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? []
  if (name !== undefined) throw new UsageError(`--${name} has no effect on a model on a server`, 'The server decides that; leave it out.')
}
