/** Which models of a run are computed together: those that share their first layers and read the same tokens, or all whose distributions are compared. */
import type { Gpu } from '../../engine/devices/gpus.ts'
import type { MemoryNeed } from '../../engine/onnx/batch-budget.ts'
import { dtypeOfStored } from '../../engine/onnx/device-needs.ts'
import { fitsTogether, gpusFor, placementKey, placementOf, type Placement } from '../../engine/joint/placement.ts'
import { identifyLayers, type ModelIdentity, type ModelOutline } from '../../engine/joint/layer-identity.ts'
import { HarnessError, unlessAborted } from '../../errors.ts'
import { frequencySwitch } from '../../graph/blocks/rope.ts'
import { openCheckpoint, type Checkpoint } from '../../model/checkpoint.ts'
import type { WeightSettings } from '../../model/runnable/weight-settings.ts'
import { countLayers, groupByTrunk, layerTrie } from '../../plan/layer-trie.ts'
import { byteSize } from '../../text/byte-size.ts'
import { listNames } from '../../text/list-names.ts'
import { encoderOf } from '../encoder-of.ts'
import { encodingKey } from '../encoding-key.ts'
import type { EvaluateOptions } from '../evaluate-options.ts'
import { inspectModel, type ModelSource } from '../model-source.ts'
import { fittingGroups, togetherNeed, type SizedModel } from './fitting-groups.ts'

/** Models that are computed together; one model is computed by itself. */
export interface PlannedPass {
  /** In the order of the run. */
  readonly models: readonly ModelSource[]
  /** One a model; none for a model by itself. */
  readonly identities: readonly ModelIdentity[]
  /** Where they are computed; absent for a model by itself, which finds its place when it is opened. */
  readonly placement?: Placement
  /** Whether the distributions of the others are compared with those of the first model. */
  readonly isCompared?: boolean
}

/** A model whose layers can be compared with those of others. */
interface Candidate {
  readonly model: ModelSource
  readonly checkpoint: Checkpoint
  readonly outline: ModelOutline
  readonly weightSettings: WeightSettings
  /** Equal for models that get the same sequences and plan the same batches of them. */
  readonly tokens: string
  /** Undefined if no device can compute it as asked. */
  readonly placement: Placement | undefined
}

/** Whether layers may be shared, and who hears which are. */
export interface Sharing {
  readonly isShared: boolean
  /** Whether the distributions of the other models are compared with those of the first. */
  readonly isCompared?: boolean
  /** Samples of the weights decide which layers are equal: enough to plan, and nothing to wait for. */
  readonly samplesOnly?: boolean
  readonly onNotice: (notice: string) => void
}

/** Each model by itself. */
export function separatePasses(models: readonly ModelSource[]): PlannedPass[] {
  return models.map((model) => ({ models: [model], identities: [] }))
}

/** The passes of a run by its options: each model by itself unless layers are shared; says which are. Fails with AbortError. */
export async function passesOf(models: readonly ModelSource[], options: EvaluateOptions, sharing: Sharing): Promise<PlannedPass[]> {
  if (!sharing.isShared) return separatePasses(models)
  const passes = await planPasses(models, options, sharing)
  for (const pass of passes) if (pass.models.length > 1) sharing.onNotice(passSummary(pass))
  return passes
}

/**
 * The passes of a run, in the order of their first models; every model is in one. Models that cannot be opened are by themselves, and fail when they
 * are. With `isCompared`, only models that are computed together with the first one are. Fails with AbortError.
 */
export async function planPasses(
  models: readonly ModelSource[],
  options: EvaluateOptions,
  { samplesOnly = false, isCompared = false, onNotice }: Omit<Sharing, 'isShared'>,
): Promise<PlannedPass[]> {
  const alone = separatePasses(models)
  const local = models.filter(({ served }) => !served)
  if (local.length < 2 || options.openEngine) return alone
  const gpus = await gpusFor(options)
  const candidates = (await Promise.all(local.map((model) => openCandidate(model, options, gpus)))).filter((candidate) => candidate !== undefined)
  const outlines = candidates.map(({ outline }) => outline)
  const identities = await unlessAborted(identifyLayers(outlines, { samplesOnly }), options.signal).catch((error: unknown) => {
    if (!(error instanceof HarnessError)) throw error
  })
  if (!identities) return alone
  const sized = candidates.map(({ outline: { config }, weightSettings }, index): SizedModel => ({ config, weightSettings, identity: identities[index]! }))
  const found: Found = { candidates, groups: groupByTrunk(identities), sized, options, onNotice }
  const passes = (isCompared ? [comparedGroup(found, models[0]!)] : sharingGroups(found))
    .filter((group) => group.length > 1)
    .map((group): PlannedPass => ({
      models: group.map((index) => ({ ...candidates[index]!.model, checkpoint: candidates[index]!.checkpoint })),
      identities: group.map((index) => identities[index]!),
      placement: candidates[group[0]!]!.placement!,
      ...(isCompared && { isCompared }),
    }))
  return inOrder(alone, passes)
}

/** What is known of the candidates; groups are of their indices. */
interface Found {
  readonly candidates: readonly Candidate[]
  /** Those that share their first layers. */
  readonly groups: readonly (readonly number[])[]
  /** What each takes in memory beside others. */
  readonly sized: readonly SizedModel[]
  readonly options: EvaluateOptions
  readonly onNotice: (notice: string) => void
}

/** Groups that share layers, read the same tokens in the same place, and fit in memory. */
function sharingGroups(found: Found): number[][] {
  return found.groups
    .flatMap((group) => byTokens(group, found.candidates, found.onNotice))
    .flatMap((group) => byPlace(group, found.candidates))
    .filter((group) => group.length > 1)
    .flatMap((group) => bySize(group, found))
}

/** A group cut into those that fit in memory together; says so if they are several. */
function bySize(group: readonly number[], { candidates, sized, options, onNotice }: Found): number[][] {
  const { placement } = candidates[group[0]!]!
  const parts = fittingGroups(sized, (need) => fitsTogether(need, placement!, options), group)
  if (parts.length > 1) {
    const labels = labelsOf(group.map((index) => candidates[index]!.model))
    const how = parts.length === group.length ? 'one after another' : `in ${parts.length} passes`
    onNotice(
      `${labels} share layers, but together they take more memory than is allowed (${byteSize(togetherNeed(group.map((index) => sized[index]!)).fixed)} and batches): computed ${how}`,
    )
  }
  return parts
}

/** The original with all models that read the same tokens in the same place, whether they share layers or not, as far as they fit in memory: those that share layers first. */
function comparedGroup({ candidates, groups, sized, options, onNotice }: Found, { label }: ModelSource): number[] {
  const memory = (group: readonly number[]): MemoryNeed => togetherNeed(group.map((index) => sized[index]!))
  const original = candidates.findIndex(({ model }) => model.label === label)
  const { placement, tokens } = candidates[original] ?? {}
  if (!placement) return []
  const trunk = groups.find((group) => group.includes(original))!
  const others = candidates.map((_, index) => index).filter((index) => index !== original && candidates[index]!.tokens === tokens)
  const able = others.filter((index) => placeOf(candidates[index]!) === placementKey(placement))
  const together = [original]
  const left: number[] = []
  for (const index of able.toSorted((a, b) => Number(trunk.includes(b)) - Number(trunk.includes(a))))
    (fitsTogether(memory([...together, index].sort(ascending)), placement, options) ? together : left).push(index)
  const say = (indices: readonly number[], reason: string) => {
    if (indices.length > 0)
      onNotice(
        `${labelsOf(indices.map((index) => candidates[index]!.model))}: not computed together with ${label}, ${reason}: compared with its stored hidden states`,
      )
  }
  say(
    others.filter((index) => !able.includes(index)),
    'which is computed on another device or in another type',
  )
  const least = left.length > 0 ? memory([...together, left[0]!].sort(ascending)).fixed : 0
  say(left.sort(ascending), `which takes more memory than is allowed (${byteSize(least)} and batches)`)
  return together.sort(ascending)
}

const ascending = (a: number, b: number) => a - b

/** Undefined if the model cannot be opened. */
async function openCandidate(model: ModelSource, options: EvaluateOptions, gpus: readonly Gpu[]): Promise<Candidate | undefined> {
  try {
    const { configFile, weightSettings, adapter } = await inspectModel(model)
    const checkpoint = model.checkpoint ?? (await openCheckpoint(model.folder, { mayBeQuantized: true, configFile }))
    const config = adapter?.isUntied ? { ...checkpoint.config, tiedHead: false } : checkpoint.config
    const outline = { config, weights: checkpoint.weights, quantize: weightSettings.quantize, adapter }
    const tokens = `${encodingKey(checkpoint.tokenizer, encoderOf(checkpoint, options))} ${frequencySwitch(config.rope)}`
    const { tensors, packed } = checkpoint.weights
    const needs = {
      isQuantized: weightSettings.quantize !== undefined || packed.size > 0,
      storedDtype: dtypeOfStored(tensors.get(config.tensorNames.embeddings)?.dtype),
    }
    return { model, checkpoint, outline, weightSettings, tokens, placement: placementOf(needs, options, gpus) }
  } catch (error) {
    if (error instanceof HarnessError) return undefined
    throw error
  }
}

/** A group cut into those that read the same tokens. */
function byTokens(group: readonly number[], candidates: readonly Candidate[], onNotice: (notice: string) => void): number[][] {
  const parts = partsOf(group, (index) => candidates[index]!.tokens)
  if (parts.length > 1)
    onNotice(`${labelsOf(group.map((index) => candidates[index]!.model))} share layers but not tokens (tokenizer or window differ): not computed together`)
  return parts
}

/** A group cut into those that are computed in one place; those that no device can compute are left out. */
function byPlace(group: readonly number[], candidates: readonly Candidate[]): number[][] {
  const able = group.filter((index) => candidates[index]!.placement)
  return partsOf(able, (index) => placeOf(candidates[index]!)!)
}

function placeOf({ placement }: Candidate): string | undefined {
  return placement && placementKey(placement)
}

/** A group cut into those with equal keys. */
function partsOf(group: readonly number[], keyOf: (index: number) => string): number[][] {
  return [...new Set(group.map(keyOf))].map((key) => group.filter((index) => keyOf(index) === key))
}

/** Passes of several models in the place of their first one. */
function inOrder(alone: readonly PlannedPass[], passes: readonly PlannedPass[]): PlannedPass[] {
  return alone.flatMap((own) => {
    const { label } = own.models[0]!
    const pass = passes.find(({ models }) => models.some((model) => model.label === label))
    return !pass ? [own] : pass.models[0]!.label === label ? [pass] : []
  })
}

/** `original, laco: 45 of 62 layers are computed`. */
export function passSummary({ models, identities, isCompared = false }: PlannedPass): string {
  const { asked, distinct } = countLayers(layerTrie(identities))
  if (isCompared)
    return `${labelsOf(models)} are computed together, where their distributions are compared${distinct < asked ? `: ${distinct} layers instead of ${asked}` : ''}`
  return `${labelsOf(models)} share layers and are computed together: ${distinct} layers instead of ${asked}`
}

/** Names of models in a message. */
export function labelsOf(models: readonly Pick<ModelSource, 'label'>[]): string {
  return listNames(
    models.map(({ label }) => label),
    5,
  )
}
