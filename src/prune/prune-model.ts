/**
 * How a pruned checkpoint is made, from top to bottom: open the original, search (LaCo) or take the given layers (drop), write an ordinary
 * checkpoint beside its place, and put it there whole.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openCheckpoint, openOutline, type Checkpoint, type Outline } from '../model/checkpoint.ts'
import { hashWeights } from '../model/weights/weights-hash.ts'
import { countParameters } from '../model/weights/expected-tensors.ts'
import { layerRunner } from '../engine/onnx/layer-runner.ts'
import { PruneError, unlessAborted, UsageError } from '../errors.ts'
import type { ModelSource } from '../run/model-source.ts'
import { planCalibration, readCalibrationText, type Calibration, type CalibrationText } from './calibration.ts'
import { compareWithOriginal } from './candidate-similarity.ts'
import { dropLayers, originalLayers, type CollapsedLayer } from './collapsed-layer.ts'
import { checkSettings, collapseLayers, type Collapse, type Iteration, type LacoSettings } from './laco.ts'
import { beginOutputFolder } from './output-folder.ts'
import {
  lacoRecord,
  layerOrigins,
  type DropRecord,
  type LacoPlan,
  type LacoRecord,
  type ModelSize,
  type PruningFacts,
  type PruningRecord,
} from './pruning-record.ts'
import type { Similarity } from './similarity.ts'
import type { MergeOptions } from './tensor-source.ts'
import { CONFIG_FILE, plannedBytes, planTensors, writePrunedCheckpoint } from './write-checkpoint.ts'
import { pruningReadme } from './readme.ts'
import { HARNESS_VERSION } from '../io/package-folder.ts'

/** Options of a search. `highestLayer` is 28, as in the published card, or the model's layers where it has fewer. */
export interface LacoOptions {
  readonly settings: Omit<LacoSettings, 'highestLayer'> & { readonly highestLayer?: number | undefined }
  readonly merge: MergeOptions
  readonly similarity: Similarity
  /** A text file with a sentence a line; ten built-in sentences when absent. */
  readonly calibrationFile?: string | undefined
  /** Threads inside an operator; the runtime chooses when absent. */
  readonly threads?: number | undefined
}

/** Where a pruned checkpoint goes. */
export interface Destination {
  readonly folder: string
  /** Replace what is there. */
  readonly force: boolean
  /** Ends the work at once, with AbortError; nothing is left. */
  readonly signal?: AbortSignal
}

/** Told what a user wants to see of a pruning in progress. */
export interface PruningWatcher {
  readonly onNotice: (notice: string) => void
  /** Told how many layers of a pass were run: 0 first, all of them last. The first pass is the original's, then one a candidate. */
  readonly onLayer: (layersDone: number, layersInPass: number) => void
  readonly onIteration: (iteration: Iteration) => void
  /** Before the weights are written. */
  readonly onWrite: (bytes: number) => void
  /** After each piece of them. */
  readonly onBytes: (count: number) => void
}

/**
 * Checks everything that can be checked, and computes nothing; config.json is enough. `onNotice` is told what of the model is not used, or not there.
 * Fails with a HarnessError.
 */
export async function planLaco(model: ModelSource, options: LacoOptions, onNotice: (notice: string) => void): Promise<LacoPlan> {
  const outline = await outlineOf(model, onNotice)
  const { settings, calibration, text } = await prepareLaco(outline, options)
  const { layerCount } = outline.config
  const candidates: (readonly CollapsedLayer[])[] = []
  const { iterations, stopReason } = await collapseLayers({ ...settings, threshold: 0 }, layerCount, async (candidate) => {
    candidates.push(candidate)
    return [1]
  })
  const merges = iterations
    .filter(({ decision }) => decision === 'accepted')
    .map(({ base, followerCount }, index) => ({ base, followers: followerCount, ...sizeOf(outline, candidates[index]!, options.merge) }))
  return {
    settings,
    calibration: { source: text.source, sentences: text.sentences.length, tokens: calibration?.tokenCount ?? null },
    original: sizeOf(outline, originalLayers(layerCount), options.merge),
    merges,
    stopReason,
  }
}

/** Collapses layers and writes the checkpoint. Fails with a HarnessError, and with PruneError when no merge is accepted: then nothing is written. */
export async function pruneLaco(model: ModelSource, options: LacoOptions, destination: Destination, watcher: PruningWatcher): Promise<LacoRecord> {
  const { signal } = destination
  const checkpoint = await checkpointOf(model, watcher.onNotice)
  const { config, weights, tokenizer } = checkpoint
  const { settings, calibration, text } = await prepareLaco({ config, tokenizer }, options)
  const { merge, similarity } = options
  await using output = await beginOutputFolder(destination.folder, { ...destination, original: model.folder, bytes: weightBytes(checkpoint) })
  const weightsHash = hashWeights(weights)
  weightsHash.catch(() => {})

  await using runner = layerRunner(config, options.threads)
  const pointerRange = [settings.lowestLayer, settings.highestLayer - settings.mergeLayers] as const
  const { workFolder } = output
  const work = { config, weights, calibration: calibration!, kind: similarity, merge, pointerRange, runner, workFolder, onLayer: watcher.onLayer }
  const similarityOf = await unlessAborted(compareWithOriginal(work), signal)
  const collapse = await collapseLayers(
    settings,
    config.layerCount,
    (candidate, changedFrom) => unlessAborted(similarityOf(candidate, changedFrom), signal),
    watcher.onIteration,
  )
  if (collapse.acceptedCount === 0) throw nothingAccepted(collapse, settings)

  const facts = pruningFacts(model, checkpoint, collapse.layers, merge, await unlessAborted(weightsHash, signal))
  const record = lacoRecord(facts, { settings, merge, similarity, text, calibration: calibration!, collapse })
  await writePruned(model, checkpoint, collapse.layers, merge, record, output, watcher, signal)
  return record
}

/** Writes the checkpoint without the given layers. Fails with a HarnessError. */
export async function pruneDrop(model: ModelSource, dropped: ReadonlySet<number>, destination: Destination, watcher: PruningWatcher): Promise<DropRecord> {
  const { signal } = destination
  const checkpoint = await checkpointOf(model, watcher.onNotice)
  const layers = layersAfterDrop(checkpoint, dropped)
  await using output = await beginOutputFolder(destination.folder, { ...destination, original: model.folder, bytes: weightBytes(checkpoint) })
  const facts = pruningFacts(model, checkpoint, layers, PLAIN, await unlessAborted(hashWeights(checkpoint.weights), signal))
  const record: DropRecord = { method: 'drop', ...facts, dropped_layers: [...dropped].sort((a, b) => a - b) }
  await writePruned(model, checkpoint, layers, PLAIN, record, output, watcher, signal)
  return record
}

/** What `pruneDrop` would write; config.json is enough. */
export async function planDrop(
  model: ModelSource,
  dropped: ReadonlySet<number>,
  onNotice: (notice: string) => void,
): Promise<{ readonly original: ModelSize; readonly pruned: ModelSize }> {
  const outline = await outlineOf(model, onNotice)
  const layers = layersAfterDrop(outline, dropped)
  return { original: sizeOf(outline, originalLayers(outline.config.layerCount), PLAIN), pruned: sizeOf(outline, layers, PLAIN) }
}

/** A checkpoint with all that pruning needs; `onNotice` is told what of it is not used. */
async function checkpointOf(model: ModelSource, onNotice: (notice: string) => void): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(model.folder)
  for (const notice of checkpoint.notices) onNotice(notice)
  return checkpoint
}

async function outlineOf(model: ModelSource, onNotice: (notice: string) => void): Promise<Outline> {
  const outline = await openOutline(model.folder)
  for (const notice of outline.notices) onNotice(notice)
  if (!outline.hasWeights) onNotice(`no weights in ${model.folder}: sizes are those that config.json gives`)
  return outline
}

/** Where nothing is merged, the rule does not matter. */
const PLAIN: MergeOptions = { rule: 'telescope', qkNorm: 'merge', emulateBf16: false }

interface PreparedLaco {
  readonly settings: LacoSettings
  readonly text: CalibrationText
  /** Undefined without a tokenizer. */
  readonly calibration: Calibration | undefined
}

/** The highest layer of the published card. */
const CARD_HIGHEST_LAYER = 28

async function prepareLaco(
  { config, tokenizer }: Pick<Outline, 'config' | 'tokenizer'>,
  { settings: given, merge, calibrationFile }: LacoOptions,
): Promise<PreparedLaco> {
  if (merge.emulateBf16 && merge.rule !== 'telescope') {
    throw new UsageError(`--emulate-bf16 does not go with --rule ${merge.rule}`, 'It repeats the published loop, which is the rule telescope.')
  }
  const text = await readCalibrationText(calibrationFile)
  const { layerCount, maxPositions } = config
  const settings = { ...given, highestLayer: given.highestLayer ?? Math.min(CARD_HIGHEST_LAYER, layerCount) }
  checkSettings(settings, layerCount)
  return { settings, text, calibration: tokenizer && planCalibration(text, (sentence) => tokenizer.encode(sentence), maxPositions) }
}

function layersAfterDrop({ config: { layerCount } }: Pick<Outline, 'config'>, dropped: ReadonlySet<number>): readonly CollapsedLayer[] {
  for (const layer of dropped) {
    if (layer >= layerCount) throw new UsageError(`--layers names layer ${layer}, the model has layers 0 to ${layerCount - 1}`, 'Layers count from 0.')
  }
  if (dropped.size === layerCount) throw new UsageError('--layers names every layer of the model', 'Leave at least one.')
  return dropLayers(layerCount, dropped)
}

function weightBytes({ weights }: Checkpoint): number {
  return [...weights.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function sizeOf({ config, tensors }: Pick<Outline, 'config' | 'tensors'>, layers: readonly CollapsedLayer[], merge: MergeOptions): ModelSize {
  return {
    layers: layers.length,
    parameters: countParameters({ ...config, layerCount: layers.length }),
    bytes: plannedBytes(planTensors(layers, { tensorNames: config.tensorNames, tensors }, merge)),
  }
}

function pruningFacts(model: ModelSource, checkpoint: Checkpoint, layers: readonly CollapsedLayer[], merge: MergeOptions, weightsHash: string): PruningFacts {
  const outline = { config: checkpoint.config, tensors: checkpoint.weights.tensors }
  const original = sizeOf(outline, originalLayers(checkpoint.config.layerCount), merge)
  const pruned = sizeOf(outline, layers, merge)
  return {
    evalharness: HARNESS_VERSION,
    created: new Date().toISOString(),
    base_model: { source: model.source, revision: model.revision, architecture: checkpoint.architecture, weights_hash: weightsHash },
    original,
    pruned,
    layers_removed: original.layers - pruned.layers,
    layer_compression: (original.layers - pruned.layers) / original.layers,
    parameter_compression: (original.parameters - pruned.parameters) / original.parameters,
    layer_map: layerOrigins(layers, merge.rule),
  }
}

async function writePruned(
  model: ModelSource,
  checkpoint: Checkpoint,
  layers: readonly CollapsedLayer[],
  merge: MergeOptions,
  record: PruningRecord,
  output: Awaited<ReturnType<typeof beginOutputFolder>>,
  watcher: PruningWatcher,
  signal: AbortSignal | undefined,
): Promise<void> {
  watcher.onWrite(record.pruned.bytes)
  await unlessAborted(
    writePrunedCheckpoint(
      { folder: model.folder, tensorNames: checkpoint.config.tensorNames, weights: checkpoint.weights },
      layers,
      merge,
      output.path,
      watcher.onBytes,
    ),
    signal,
  )
  await writeFile(path.join(output.path, `${record.method}.json`), `${JSON.stringify(record, null, 2)}\n`)
  await writeFile(path.join(output.path, 'README.md'), pruningReadme(record))
  await output.publish(CONFIG_FILE)
}

function nothingAccepted({ iterations }: Collapse, { threshold }: LacoSettings): PruneError {
  const found = iterations.filter(({ similarity }) => similarity !== null && !Number.isNaN(similarity)).sort((a, b) => b.similarity! - a.similarity!)
  const best = found[0] ? `the closest was ${found[0].similarity!.toFixed(4)} at layer ${found[0].base}` : 'no similarity was a number'
  return new PruneError(
    `no merge was accepted at --threshold ${threshold}: ${best}; nothing was written`,
    found[0]
      ? 'Lower --threshold, or merge fewer layers at once with --merge-layers 2.'
      : 'The weights may be damaged or overflow; score the model with `evalharness run`.',
  )
}
