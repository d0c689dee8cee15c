/** `prune drop --layers auto`: chooses the layers by the record of a scan, or by measuring now. */
import { unlessAborted, UsageError } from '../../errors.ts'
import type { DropSelection } from '../pruning-record.ts'
import { checkKeep, chooseLayers, type Criterion, type RankedUnit } from './choose-layers.ts'
import { damageKind, type LayerScan } from './layer-scan.ts'
import { openScanned } from './model-without.ts'
import { prepareScan } from './prepare-scan.ts'
import { readScan } from './read-scan.ts'
import { measureInfluence, runScan, type ScanWatch } from './scan-layers.ts'
import type { ScanOptions } from './scan-options.ts'
import { scanUnits } from './scan-units.ts'

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
}

/** Chooses among the `layerCount` layers of the model. Fails with a HarnessError, before a scan if the scan would not change it; and with AbortError. */
export async function chooseAutomatically({ keep, by, scan: file, scanOptions }: AutomaticLayers, layerCount: number, watch: ScanWatch): Promise<ChosenLayers> {
  if (file === undefined) checkKeep(scanUnits(layerCount, { group: scanOptions.group }), { layerCount, keep })
  const ranked = await (file !== undefined
    ? recordedUnits(file, by, layerCount)
    : by === 'damage'
      ? damagedUnits(scanOptions, watch)
      : influentialUnits(scanOptions, watch))
  const { units, tasks, weightsHash } = ranked
  return { layers: chooseLayers(units, { layerCount, keep }), selection: { by, keep, tasks, scan: file ?? null, units }, weightsHash }
}

/** Units with what decides. */
interface Ranked {
  readonly units: readonly RankedUnit[]
  readonly tasks: readonly string[]
  readonly weightsHash: string | null
}

async function recordedUnits(file: string, by: Criterion, layerCount: number): Promise<Ranked> {
  const scan = await readScan(file)
  const { weightsHash, layerCount: scannedCount } = scan.model
  if (scannedCount !== layerCount) throw new UsageError(`the scanned model has ${scannedCount} layers, this one has ${layerCount}`, OTHER_MODEL_HINT)
  return { ...rankedUnits(scan, by), weightsHash }
}

async function damagedUnits(options: ScanOptions, watch: ScanWatch): Promise<Ranked> {
  const scan = await runScan(options, watch)
  return { ...rankedUnits(scan, 'damage'), weightsHash: null }
}

function rankedUnits(scan: LayerScan, by: Criterion): Pick<Ranked, 'units' | 'tasks'> {
  const { units, tasks } = scan
  const decided = by === 'damage' ? tasks.filter(({ kind }) => kind === damageKind(scan)) : tasks
  return { units: units.map((unit) => ({ first: unit.first, last: unit.last, value: unit[by] })), tasks: decided.map(({ task }) => task) }
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
  }
}

/** Fails with UsageError if the scan was of other weights than those that are pruned. */
export function checkScanned({ weightsHash }: Pick<ChosenLayers, 'weightsHash'>, prunedHash: string): void {
  if (weightsHash !== null && weightsHash !== prunedHash) throw new UsageError('the scan is of other weights than those of this model', OTHER_MODEL_HINT)
}

const OTHER_MODEL_HINT = 'Give the record of a scan of this model, or leave --scan out.'
