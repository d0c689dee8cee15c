/**
 * How a pruned checkpoint is made, from top to bottom: open the original, search (LaCo) or take the given layers (drop), write an ordinary checkpoint beside
 * the output folder, and rename it when it is complete.
 */
import type { Outline } from '../model/checkpoint.ts'
import { hashWeights } from '../model/weights/weights-hash.ts'
import { layerRunner } from '../engine/onnx/layer-runner.ts'
import { PruneError, unlessAborted, UsageError } from '../errors.ts'
import type { ModelSource } from '../run/model-source.ts'
import { compareWithOriginal } from './candidate-similarity.ts'
import { dropLayers, originalLayers, type CollapsedLayer } from './collapsed-layer.ts'
import { collapseLayers, type Collapse, type Iteration, type LacoSettings } from './laco.ts'
import { sizeWith } from './model-size.ts'
import { openForPruning, outlineForPruning } from './open-for-pruning.ts'
import { beginOutputFolder, type OutputFolder } from './output-folder.ts'
import { prepareLaco, type LacoOptions } from './prepare-laco.ts'
import { pruningFacts, type PrunableCheckpoint } from './pruning-facts.ts'
import { lacoRecord, type DropPlan, type DropRecord, type DropSelection, type LacoPlan, type LacoRecord } from './pruning-record.ts'
import { checkScanned, type ChosenLayers } from './scan/automatic-layers.ts'
import { NO_MERGE } from './tensor-source.ts'
import { CONFIG_FILE, writePrunedCheckpoint, type PrunedModel } from './write-checkpoint.ts'

export type { LacoOptions } from './prepare-laco.ts'

/** Where a pruned checkpoint goes. */
export interface Destination {
  readonly folder: string
  /** Replace an existing folder. */
  readonly force: boolean
  /** Cancels the work with AbortError; no file is left. */
  readonly signal?: AbortSignal
}

/** Progress of a pruning. */
export interface PruningWatcher {
  readonly onNotice: (notice: string) => void
  /** Number of layers of a forward pass that are done, from 0 to all. The first pass is the original's, then one per candidate. */
  readonly onLayer: (layersDone: number, layersInPass: number) => void
  readonly onIteration: (iteration: Iteration) => void
  /** Before the weights are written. */
  readonly onWrite: (bytes: number) => void
  /** After each piece of the weights. */
  readonly onBytes: (count: number) => void
}

/**
 * The plan of `pruneLaco` if it accepted every merge. Runs all checks but computes nothing; config.json is enough. `onNotice` receives
 * notices about unused or missing parts of the model. Fails with a HarnessError.
 */
export async function planLaco(model: ModelSource, options: LacoOptions, onNotice: (notice: string) => void): Promise<LacoPlan> {
  const outline = await outlineForPruning(model, onNotice)
  const { settings, calibration, text } = await prepareLaco(outline, options)
  const { layerCount } = outline.config
  const candidates: (readonly CollapsedLayer[])[] = []
  const { iterations, stopReason } = await collapseLayers({ ...settings, threshold: 0 }, layerCount, async (candidate) => {
    candidates.push(candidate)
    return [1]
  })
  const merges = iterations
    .filter(({ decision }) => decision === 'accepted')
    .map(({ base, followerCount }, index) => ({ base, followers: followerCount, ...sizeWith(outline, candidates[index]!, options.merge) }))
  return {
    settings,
    calibration: { source: text.source, sentences: text.sentences.length, tokens: calibration?.tokenCount ?? null },
    original: sizeWith(outline, originalLayers(layerCount), options.merge),
    merges,
    stopReason,
  }
}

/** Collapses layers and writes the checkpoint. Fails with a HarnessError, and with PruneError when no merge is accepted: then nothing is written. */
export async function pruneLaco(model: ModelSource, options: LacoOptions, destination: Destination, watcher: PruningWatcher): Promise<LacoRecord> {
  const { signal } = destination
  const { checkpoint, settings, text, calibration } = await openSearch(model, options, watcher.onNotice)
  const { config, weights } = checkpoint
  const { merge, similarity } = options
  await using output = await beginOutputFolder(destination.folder, { ...destination, original: model.folder, bytes: weightBytes(checkpoint) })
  const weightsHash = hashWeights(weights)
  weightsHash.catch(() => {})

  await using runner = layerRunner(config, options.threads)
  const pointerRange = [settings.lowestLayer, settings.highestLayer - settings.mergeLayers] as const
  const { workFolder } = output
  const work = { config, weights, calibration, kind: similarity, merge, pointerRange, runner, workFolder, onLayer: watcher.onLayer }
  const similarityOf = await unlessAborted(compareWithOriginal(work), signal)
  const collapse = await collapseLayers(
    settings,
    config.layerCount,
    (candidate, changedFrom) => unlessAborted(similarityOf(candidate, changedFrom), signal),
    watcher.onIteration,
  )
  if (collapse.acceptedCount === 0) throw nothingAccepted(collapse, settings)

  const { layers } = collapse
  const facts = pruningFacts({ model, checkpoint, layers, merge, weightsHash: await unlessAborted(weightsHash, signal) })
  const record = lacoRecord(facts, { settings, merge, similarity, text, calibration, collapse })
  await writeOutput({ model, checkpoint, output }, { layers, merge, record }, watcher, signal)
  return record
}

/** The model and what a search needs of it. The tokenizer, tens of megabytes, ends with this call: the calibration text is encoded. */
async function openSearch(model: ModelSource, options: LacoOptions, onNotice: PruningWatcher['onNotice']) {
  const { tokenizer, ...checkpoint } = await openForPruning(model, onNotice)
  const { settings, text, calibration } = await prepareLaco({ config: checkpoint.config, tokenizer }, options)
  return { checkpoint, settings, text, calibration: calibration! }
}

/** Writes the checkpoint without the given layers; `chosen` says why, if they were not given by hand. Fails with a HarnessError. */
export async function pruneDrop(
  model: ModelSource,
  dropped: ReadonlySet<number>,
  destination: Destination,
  watcher: PruningWatcher,
  chosen?: ChosenLayers,
): Promise<DropRecord> {
  const { signal } = destination
  const checkpoint = await openForPruning(model, watcher.onNotice)
  const layers = layersAfterDrop(checkpoint, dropped)
  await using output = await beginOutputFolder(destination.folder, { ...destination, original: model.folder, bytes: weightBytes(checkpoint) })
  const weightsHash = await unlessAborted(hashWeights(checkpoint.weights), signal)
  if (chosen) checkScanned(chosen, weightsHash)
  const facts = pruningFacts({ model, checkpoint, layers, merge: NO_MERGE, weightsHash })
  const record: DropRecord = { method: 'drop', ...facts, dropped_layers: ascending(dropped), ...(chosen && { selection: chosen.selection }) }
  await writeOutput({ model, checkpoint, output }, { layers, merge: NO_MERGE, record }, watcher, signal)
  return record
}

/** The plan of `pruneDrop`; config.json is enough. `selection` says how the layers were chosen, if they were not given by hand. */
export async function planDrop(
  model: ModelSource,
  dropped: ReadonlySet<number>,
  onNotice: (notice: string) => void,
  selection?: DropSelection,
): Promise<DropPlan> {
  const outline = await outlineForPruning(model, onNotice)
  const layers = layersAfterDrop(outline, dropped)
  return {
    original: sizeWith(outline, originalLayers(outline.config.layerCount), NO_MERGE),
    pruned: sizeWith(outline, layers, NO_MERGE),
    droppedLayers: ascending(dropped),
    ...(selection && { selection }),
  }
}

function layersAfterDrop({ config: { layerCount } }: Pick<Outline, 'config'>, dropped: ReadonlySet<number>): readonly CollapsedLayer[] {
  for (const layer of dropped) {
    if (layer >= layerCount) throw new UsageError(`--layers names layer ${layer}, the model has layers 0 to ${layerCount - 1}`, 'Layers count from 0.')
  }
  if (dropped.size === layerCount) throw new UsageError('--layers names every layer of the model', 'Leave at least one.')
  return dropLayers(layerCount, dropped)
}

function ascending(layers: ReadonlySet<number>): number[] {
  return [...layers].sort((a, b) => a - b)
}

function weightBytes({ weights }: PrunableCheckpoint): number {
  return [...weights.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
}

async function writeOutput(
  { model, checkpoint, output }: { readonly model: ModelSource; readonly checkpoint: PrunableCheckpoint; readonly output: OutputFolder },
  pruned: PrunedModel,
  watcher: PruningWatcher,
  signal: AbortSignal | undefined,
): Promise<void> {
  watcher.onWrite(pruned.record.pruned.bytes)
  const original = { folder: model.folder, config: checkpoint.config, weights: checkpoint.weights }
  await unlessAborted(writePrunedCheckpoint(original, pruned, output.path, watcher.onBytes), signal)
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
