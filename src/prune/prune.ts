/** Pruning from options to a checkpoint; `evalharness prune` is this over a terminal. */
import path from 'node:path'
import type { z } from 'zod'
import { unlessAborted, UsageError } from '../errors.ts'
import { locateModel, type NeededFiles } from '../run/locate-model.ts'
import type { ModelSource } from '../run/model-source.ts'
import { givenOptions, parseOptions, parseStrictly } from '../run/option-table.ts'
import { parsePlainModel } from '../run/parse-model.ts'
import { isServed } from '../run/served-address.ts'
import type { Iteration } from './laco.ts'
import { outlineForPruning } from './open-for-pruning.ts'
import { checkOutputFolder } from './output-folder.ts'
import { parseLayers } from './parse-layers.ts'
import { planDrop, planLaco, pruneDrop, pruneLaco, type Destination, type LacoOptions, type PruningWatcher } from './prune-model.ts'
import { dropOptions, lacoOptions } from './prune-options.ts'
import type { DropPlan, LacoPlan, PruningRecord } from './pruning-record.ts'
import { chooseAutomatically, type AutomaticLayers, type ChosenLayers } from './scan/automatic-layers.ts'
import type { ScanEvent } from './scan/scan-events.ts'
import { scanOptions } from './scan/scan-options.ts'

/** Events while a checkpoint is pruned. */
export type PruneEvent =
  /** Number of layers of a forward pass that are done, from 0 to all. The first pass is the original's, then one per candidate. */
  | { readonly kind: 'layer-computed'; readonly layersDone: number; readonly layersInPass: number }
  /** A merge was accepted or rejected. */
  | { readonly kind: 'merge-decided'; readonly iteration: Iteration }
  /** Before the weights are written. */
  | { readonly kind: 'writing'; readonly byteCount: number }
  /** After each piece of the weights. */
  | { readonly kind: 'bytes-written'; readonly byteCount: number }
  /** While layers are chosen. */
  | ScanEvent

interface Watching {
  readonly onEvent?: (event: PruneEvent) => void
  /** Ends the work at once with AbortError; nothing is left in the output folder. */
  readonly signal?: AbortSignal
}

/** The options of `evalharness prune laco` and `prune drop` in camelCase. */
export type PruneOptions =
  | (z.input<typeof lacoOptions> & Watching & { readonly method: 'laco' })
  | (z.input<typeof dropOptions> & Watching & { readonly method: 'drop' })

/** The plan of a pruning. */
export type PrunePlan = LacoPlan | DropPlan

/**
 * Prunes a model and writes an ordinary checkpoint to `out`, with the record beside it. Fails with a HarnessError; with
 * PruneError when no merge is accepted. Nothing is written then.
 */
export async function prune({ onEvent = () => {}, signal, ...given }: PruneOptions): Promise<PruningRecord> {
  const watcher = watcherOf(onEvent)
  if (given.method === 'drop') {
    const { method: _method, ...rest } = given
    const options = parseStrictly(dropOptions, rest)
    const destination = destinationOf(options, signal)
    if (options.layers !== AUTOMATIC) return pruneDrop(await modelOf(options, 'all', watcher.onNotice, signal), layersOf(options), destination, watcher)
    const automatic = automaticOf(options)
    // Its notices come when it is opened with its weights.
    const outlined = await modelOf(options, 'config', () => {}, signal)
    const layerCount = await layerCountOf(outlined, signal)
    await checkOutputFolder(destination.folder, { original: outlined.folder, force: destination.force })
    const chosen = await chooseAutomatically(automatic, layerCount, { onEvent, signal })
    return pruneDrop(await modelOf(options, 'all', watcher.onNotice, signal), new Set(chosen.layers), destination, watcher, chosen)
  }
  const { method: _method, ...rest } = given
  const options = parseStrictly(lacoOptions, rest)
  const destination = destinationOf(options, signal)
  return pruneLaco(await modelOf(options, 'all', watcher.onNotice, signal), lacoOf(options), destination, watcher)
}

/** The same without computing and writing; config.json is enough, and `out` may be left out. Fails with a HarnessError. */
export async function planPrune({ onEvent = () => {}, signal, ...given }: PruneOptions): Promise<PrunePlan> {
  const { onNotice } = watcherOf(onEvent)
  if (given.method === 'drop') {
    const { method: _method, ...rest } = given
    const options = parseStrictly(dropOptions, rest)
    const model = await modelOf(options, 'config', onNotice, signal)
    if (options.layers !== AUTOMATIC) return planDrop(model, layersOf(options), onNotice)
    const { layers, selection } = await chooseByRecord(options, model, signal)
    return planDrop(model, new Set(layers), onNotice, selection)
  }
  const { method: _method, ...rest } = given
  const options = parseStrictly(lacoOptions, rest)
  return planLaco(await modelOf(options, 'config', onNotice, signal), lacoOf(options), onNotice)
}

function lacoOf(options: z.output<typeof lacoOptions>): LacoOptions {
  const { mergeLayers, lowestLayer, highestLayer, interval, threshold, maxCompression, rule, qkNorm, emulateBf16 } = options
  return {
    settings: { mergeLayers, lowestLayer, highestLayer, interval, threshold, maxCompression },
    merge: { rule, qkNorm, emulateBf16 },
    similarity: options.similarity,
    calibrationFile: options.calibration,
    threads: options.threads,
  }
}

/** The value of `--layers` that chooses them. */
const AUTOMATIC = 'auto'

type DropOptions = z.output<typeof dropOptions>

function layersOf(options: DropOptions): ReadonlySet<number> {
  const { layers } = options
  if (layers === undefined) throw new UsageError('no layers given', 'Give --layers 17-26, --layers 3,5,8-10, or --layers auto.')
  refuseUnused(options, GIVEN_BY_HAND, { effect: 'on layers that are given', instead: 'give --layers auto' })
  return typeof layers === 'string' ? parseLayers(layers) : new Set(layers)
}

const GIVEN_BY_HAND = ['model', 'out', 'force', 'layers']
const GIVEN_WITH_SCAN = [...GIVEN_BY_HAND, 'keep', 'by', 'scan']

function refuseUnused(options: DropOptions, used: readonly string[], { effect, instead }: { readonly effect: string; readonly instead: string }): void {
  const unused = givenOptions(dropOptions, options).find((name) => !used.includes(name))
  if (unused !== undefined) throw new UsageError(`--${unused} has no effect ${effect}`, `Leave it out, or ${instead}.`)
}

/** A dry run chooses by a record only. */
async function chooseByRecord(options: DropOptions, model: ModelSource, signal: AbortSignal | undefined): Promise<ChosenLayers> {
  const automatic = automaticOf(options)
  if (automatic.scan === undefined)
    throw new UsageError(
      '--layers auto has to measure before it can choose: the layers that would go are not known yet',
      'Give --scan FILE, or leave --dry-run out.',
    )
  return chooseAutomatically(automatic, await layerCountOf(model, signal), { onEvent: () => {}, signal })
}

/** By config.json; notices about it come when the plan or the pruning reads it. */
async function layerCountOf(model: ModelSource, signal: AbortSignal | undefined): Promise<number> {
  const { config } = await unlessAborted(
    outlineForPruning(model, () => {}),
    signal,
  )
  return config.layerCount
}

/** How layers are chosen. Fails with UsageError on options that are missing or have no effect. */
function automaticOf(options: DropOptions): AutomaticLayers {
  const { model, layers: _layers, keep, by = 'damage', scan, out, force: _force, ...measuring } = options
  if (keep === undefined) throw new UsageError('--layers auto needs --keep', 'Give the number of layers that stay: --keep 24.')
  if (scan === undefined && measuring.tasks.length === 0)
    throw new UsageError('--layers auto needs a scan, or tasks to measure on', 'Give --scan FILE of `evalharness layers`, or --tasks.')
  if (scan !== undefined) refuseUnused(options, GIVEN_WITH_SCAN, { effect: 'on layers that a scan chooses', instead: 'leave --scan out to measure now' })
  if (model === undefined) throw noModel()
  const output = path.dirname(path.resolve(out ?? '.'))
  return { keep, by, scan, scanOptions: parseOptions(scanOptions, { ...measuring, model, output }) }
}

const MODEL_HINT = 'Give --model FOLDER, or --model OWNER/REPO from the hub.'

function noModel(): UsageError {
  return new UsageError('no model given', MODEL_HINT)
}

async function modelOf(
  { model }: { readonly model?: string | undefined },
  needed: NeededFiles,
  onNotice: (notice: string) => void,
  signal: AbortSignal | undefined,
): Promise<ModelSource> {
  if (model === undefined) throw noModel()
  if (isServed(model)) throw new UsageError('a model on a server has no weights here', MODEL_HINT)
  return unlessAborted(locateModel(parsePlainModel(model), onNotice, needed), signal)
}

function destinationOf({ out, force }: { readonly out?: string | undefined; readonly force: boolean }, signal: AbortSignal | undefined): Destination {
  if (out === undefined) throw new UsageError('no output folder given', 'Give --out FOLDER, or --dry-run to see the plan.')
  return { folder: out, force, ...(signal && { signal }) }
}

function watcherOf(onEvent: (event: PruneEvent) => void): PruningWatcher {
  return {
    onNotice: (message) => onEvent({ kind: 'notice', message }),
    onLayer: (layersDone, layersInPass) => onEvent({ kind: 'layer-computed', layersDone, layersInPass }),
    onIteration: (iteration) => onEvent({ kind: 'merge-decided', iteration }),
    onWrite: (byteCount) => onEvent({ kind: 'writing', byteCount }),
    onBytes: (byteCount) => onEvent({ kind: 'bytes-written', byteCount }),
  }
}
