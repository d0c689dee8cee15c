/** A dry run: the prompts, sizes and amount of work of a run, without weights, without computing and without writing anything. */
import type { Engine } from '../engine/engine.ts'
import { unlessAborted } from '../errors.ts'
import { divideLayers, layerTrie } from '../plan/layer-trie.ts'
import { encodeAhead, type EncodedAhead } from './encode-ahead.ts'
import type { TruncationRecord } from '../store/run-record.ts'
import type { Request } from '../task/request.ts'
import { countTruncation } from './count-truncation.ts'
import { countPositions, temporaryBytes } from './divergence-run.ts'
import { leftOverNotice, tokensBehindWarning } from './evaluation-notices.ts'
import { passesOf, type PlannedPass } from './one-pass/plan-passes.ts'
import type { LoadedTask } from './loaded-task.ts'
import { modelOutline, type ModelOutline } from './model-outline.ts'
import { inspectModel, type ModelSource } from './model-source.ts'
import { openPlanner, type Planner } from './open-planner.ts'
import { parseStrictly } from './option-table.ts'
import { prepareRun } from './prepare-run.ts'
import { resumedOptions } from './resumed-options.ts'
import type { RunModelsOptions } from './run-models.ts'
import { runOptions } from './run-options.ts'
import { inChunks, requestsOf } from './task-requests.ts'
import { truncationWarning } from './truncation-warning.ts'

/** The plan of a run. */
export interface RunPlan {
  readonly prompts: readonly TaskPrompts[]
  /** Of models whose weights would be computed here. */
  readonly models: readonly ModelOutline[]
  /** One a model and task; none for a model without a tokenizer. */
  readonly plans: readonly TaskPlan[]
  /**
   * With `divergence`: what the temporary file for the original's hidden states takes at the most, in bytes; 0 if all models are computed together, null if
   * its folder has no tokenizer.
   */
  readonly temporaryBytes?: number | null
}

/** A task's prompts. */
export interface TaskPrompts {
  readonly task: string
  /** Few-shot examples. */
  readonly shots: number
  readonly items: number
  readonly requests: number
  /** The requests of the first item. */
  readonly first: readonly Request[]
  readonly notices: readonly string[]
}

/** The work of scoring one task with one model. */
export interface TaskPlan {
  readonly model: string
  readonly task: string
  readonly requests: number
  /** Tokens of all sequences, each on its own. */
  readonly tokensAsked: number
  /** Nodes of the trie of all sequences: the least that has to be computed. */
  readonly tokensDistinct: number
  readonly encodingMs: number
  readonly tokensComputed: number
  /** Layers × tokens, as in a WorkRecord: of all sequences, distinct, and planned. Null for a model on a server. */
  readonly layerPassesAsked: number | null
  readonly layerPassesDistinct: number | null
  readonly layerPassesComputed: number | null
  readonly batches: number
  /** Prompts that are longer than the window. */
  readonly truncation: TruncationRecord
  /** Tokens at the end of a corpus that fill no window and are not scored. */
  readonly tokensLeftOver: number
}

/** Plans a run. Fails as `runModels` does; models may be left out. */
export async function planRun({ definedTasks, onEvent = () => {}, signal, ...given }: RunModelsOptions): Promise<RunPlan> {
  const { checkDeterminism, resume, ...asked } = parseStrictly(runOptions, given)
  const options = resume === undefined ? asked : await resumedOptions(resume, asked, onEvent)
  const noticeOf = (model: string | null) => (message: string) => onEvent({ kind: 'notice', model, isRepeat: false, message })
  const preparation = { purpose: 'planning', definedTasks, checkDeterminism, onNotice: noticeOf(null), signal } as const
  const { models, loadedTasks, tasksOf, evaluateOptions } = await prepareRun(options, preparation)
  const prompts = loadedTasks.map(promptsOf)
  const outlines: ModelOutline[] = []
  const plans: TaskPlan[] = []
  const sharing = {
    isShared: options.sharedLayers && models.every((model) => tasksOf(model) === loadedTasks),
    isCompared: options.divergence,
    samplesOnly: true,
    onNotice: noticeOf(null),
  }
  const passes = await passesOf(models, { ...evaluateOptions, ...(signal && { signal }) }, sharing)
  const layersOf = await plannedLayers(passes)
  const comparedWith = (model: ModelSource) => (options.divergence && model !== models[0] ? models[0]!.inspected : undefined)
  let positions: number | null = null
  for (const model of models) {
    const onNotice = noticeOf(model.label)
    const own = tasksOf(model)
    if (own !== loadedTasks) onNotice(`its chat template is another one than that of ${models[0]!.label}, whose prompts are shown`)
    if (!model.served) outlines.push(modelOutline(model.label, await inspectModel(model), { onNotice, original: comparedWith(model) }))
    const planner = await unlessAborted(openPlanner(model, evaluateOptions), signal)
    if (!planner) {
      onNotice(`no tokenizer.json in ${model.folder}: counts of tokens and batches need it`)
      continue
    }
    plans.push(...(await unlessAborted(planModel(model.label, { ...planner, layers: layersOf(model) }, own, { onNotice, signal }), signal)))
    if (model === models[0] && options.divergence && passes.length > 1)
      positions = await unlessAborted(countPositions(encode(loadedTasks, planner, signal)), signal)
  }
  const stored = async (original: ModelSource) => (passes.length === 1 ? 0 : positions === null ? null : await temporaryBytes(original, positions))
  return { prompts, models: outlines, plans, ...(options.divergence && { temporaryBytes: await stored(models[0]!) }) }
}

function encode(loadedTasks: readonly LoadedTask[], { encoder }: Planner, signal: AbortSignal | undefined): readonly EncodedAhead[] {
  return encodeAhead(loadedTasks.map(inChunks), encoder, signal)
}

function promptsOf(loaded: LoadedTask): TaskPrompts {
  const { task, parts, shotCount, notices } = loaded
  return {
    task: task.name,
    shots: shotCount,
    items: parts.reduce((sum, { items }) => sum + items.length, 0),
    requests: requestsOf(loaded).length,
    first: parts[0]!.items[0]!.requests,
    notices,
  }
}

/** The same with `Engine.layers`. */
type LayeredPlanner = Planner & { readonly layers: Engine['layers'] | undefined }

/** As `Engine.layers`, for each model of the run; undefined for a model on a server. */
async function plannedLayers(passes: readonly PlannedPass[]): Promise<(model: ModelSource) => Engine['layers']> {
  const layers = new Map<string, Engine['layers']>()
  for (const { models: together, identities } of passes) {
    const own = divideLayers(layerTrie(identities))
    for (const [index, model] of together.entries()) {
      const asked = model.served ? undefined : (await inspectModel(model)).configFile.config.layerCount
      layers.set(model.label, asked === undefined ? undefined : { asked, distinct: own[index] ?? asked })
    }
  }
  return ({ label }) => layers.get(label)
}

interface Watching {
  readonly onNotice: (notice: string) => void
  readonly signal: AbortSignal | undefined
}

async function planModel(
  model: string,
  { encoder, planWork, layers }: LayeredPlanner,
  loadedTasks: readonly LoadedTask[],
  { onNotice, signal }: Watching,
): Promise<TaskPlan[]> {
  for (const warning of tokensBehindWarning(encoder)) onNotice(warning)
  const encoded = encodeAhead(loadedTasks.map(inChunks), encoder, signal)
  const plans: TaskPlan[] = []
  for (const [index, loaded] of loadedTasks.entries()) {
    const plan = await planTask(model, loaded, encoded[index]!, { planWork, layers })
    plans.push(plan)
    if (plan.truncation.itemCount > 0) onNotice(warningOf(loaded, plan.truncation, encoder.maxLength))
    for (const notice of leftOverNotice(plan.task, plan.tokensLeftOver)) onNotice(notice)
  }
  return plans
}

async function planTask(
  model: string,
  loaded: LoadedTask,
  { chunks, totals }: EncodedAhead,
  { planWork, layers }: Pick<LayeredPlanner, 'planWork' | 'layers'>,
): Promise<TaskPlan> {
  let [tokensComputed, batches] = [0, 0]
  for (const chunk of chunks) {
    const work = planWork((await chunk.encoded).sequences)
    tokensComputed += work.tokensComputed
    batches += work.batches
  }
  const { tokensAsked, tokensDistinct, encodingMs, tokensCut, tokensLeftOver } = await totals
  const items = loaded.parts.flatMap((part) => part.items)
  return {
    model,
    task: loaded.task.name,
    requests: requestsOf(loaded).length,
    tokensAsked,
    tokensDistinct,
    encodingMs,
    tokensComputed,
    layerPassesAsked: layers ? tokensAsked * layers.asked : null,
    layerPassesDistinct: layers ? tokensDistinct * layers.distinct : null,
    layerPassesComputed: layers ? tokensComputed * layers.distinct : null,
    batches,
    truncation: countTruncation(items, tokensCut),
    tokensLeftOver,
  }
}

function warningOf({ task, parts, shotCount }: LoadedTask, truncation: TruncationRecord, maxLength: number): string {
  const name = parts.length === 1 ? parts[0]!.name : task.name
  const itemCount = parts.reduce((sum, { items }) => sum + items.length, 0)
  return truncationWarning(truncation, { name, itemCount, shotCount, maxLength })
}
