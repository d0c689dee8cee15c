/** `prune drop --layers auto`: chooses the layers by the record of a scan, or by measuring now. */
import { unlessAborted, UsageError } from '../../errors.ts'
import type { DropSelection } from '../pruning-record.ts'
import { chooseLayers, type Criterion, type RankedUnit } from './choose-layers.ts'
import type { LayerScan } from './layer-scan.ts'
import { openScanned } from './model-without.ts'
import { prepareScan } from './prepare-scan.ts'
import { readScan } from './read-scan.ts'
import { measureInfluence, runScan, type ScanWatch } from './scan-layers.ts'
import type { ScanOptions } from './scan-options.ts'

/** How layers are chosen. */
export interface AutomaticLayers {
  readonly keep: number
  readonly by: Criterion
  /** The file of a scan's record; measured now when absent. */
  readonly scan: string | undefined
  /** What is measured without a record. */
  readonly scanOptions: ScanOptions
}

/** The layers that go, and why. */
export interface ChosenLayers {
  readonly layers: readonly number[]
  readonly selection: DropSelection
  /** Of the scanned weights; null if it is not known, or they were measured now. */
  readonly weightsHash: string | null
  readonly layerCount: number
}

/** Chooses. Fails with a HarnessError, and with AbortError. */
export async function chooseAutomatically({ keep, by, scan: file, scanOptions }: AutomaticLayers, watch: ScanWatch): Promise<ChosenLayers> {
  const ranked = await (file !== undefined
    ? recordedUnits(file, by)
    : by === 'damage'
      ? damagedUnits(scanOptions, watch)
      : influentialUnits(scanOptions, watch))
  const { units, tasks, weightsHash, layerCount } = ranked
  return { layers: chooseLayers(units, { layerCount, keep }), selection: { by, keep, tasks, scan: file ?? null, units }, weightsHash, layerCount }
}

/** Units with what decides. */
interface Ranked {
  readonly units: readonly RankedUnit[]
  readonly tasks: readonly string[]
  readonly weightsHash: string | null
  readonly layerCount: number
}

async function recordedUnits(file: string, by: Criterion): Promise<Ranked> {
  const scan = await readScan(file)
  return { ...rankedUnits(scan, by), weightsHash: scan.model.weightsHash, layerCount: scan.model.layerCount }
}

async function damagedUnits(options: ScanOptions, watch: ScanWatch): Promise<Ranked> {
  const scan = await runScan(options, watch)
  return { ...rankedUnits(scan, 'damage'), weightsHash: null, layerCount: scan.model.layerCount }
}

function rankedUnits({ units, tasks }: LayerScan, by: Criterion): Pick<Ranked, 'units' | 'tasks'> {
  return { units: units.map((unit) => ({ first: unit.first, last: unit.last, value: unit[by] })), tasks: tasks.map(({ task }) => task) }
}

async function influentialUnits(options: ScanOptions, { definedTasks, onEvent, signal }: ScanWatch): Promise<Ranked> {
  const onNotice = (message: string) => onEvent({ kind: 'notice', message })
  const prepared = await prepareScan(options, { purpose: 'scoring', definedTasks, onNotice, signal })
  const scanned = await unlessAborted(openScanned(prepared.model, onNotice), signal)
  const { values } = await measureInfluence(scanned, prepared, { ...prepared.evaluateOptions, ...(signal && { signal }) }, onEvent)
  return {
    units: prepared.units.map((unit, index) => ({ ...unit, value: values[index]! })),
    tasks: prepared.loadedTasks.map(({ task }) => task.name),
    weightsHash: null,
    layerCount: scanned.checkpoint.config.layerCount,
  }
}

/** Fails with UsageError if the scan was of other weights than those that are pruned. */
export function checkScanned(
  { layerCount, weightsHash }: Pick<ChosenLayers, 'layerCount' | 'weightsHash'>,
  pruned: { readonly layers: number; readonly weightsHash: string },
): void {
  const hint = 'Give the record of a scan of this model, or leave --scan out.'
  if (layerCount !== pruned.layers) throw new UsageError(`the scanned model has ${layerCount} layers, this one has ${pruned.layers}`, hint)
  if (weightsHash !== null && weightsHash !== pruned.weightsHash) throw new UsageError('the scan is of other weights than those of this model', hint)
}
