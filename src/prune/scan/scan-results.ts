/** From scores to the figures of a layer scan: losses with intervals, damage, and how Block Influence ranks it. Pure. */
import type { AccuracyLine, Comparison, Interval, PerplexityLine } from '../../compare/comparison.ts'
import { rankCorrelation } from '../../compare/rank-correlation.ts'
import { damageKind, type LayerScan, type ScanCell, type ScannedUnit, type ScanTask } from './layer-scan.ts'
import type { ScanUnit } from './scan-units.ts'

/** The original compared with the model without each unit, in the order of `units`. */
export interface ScanFigures {
  readonly comparison: Pick<Comparison, 'accuracies' | 'perplexities'>
  readonly units: readonly ScanUnit[]
  /** Block Influence, one a unit. */
  readonly influences: readonly number[]
}

/** A task and its cells, one a unit. */
interface Column {
  readonly task: Omit<ScanTask, 'correlation'>
  readonly cells: readonly ScanCell[]
}

/** The figures of a record. */
export function scanResults({ comparison, units, influences }: ScanFigures): Pick<LayerScan, 'tasks' | 'units' | 'correlation'> {
  const columns = mainColumns([...comparison.accuracies.map(accuracyColumn), ...comparison.perplexities.map(perplexityColumn)])
  const kind = damageKind({ tasks: columns.map(({ task }) => task) })
  const counted = columns.filter(({ task }) => task.kind === kind)
  const scanned = units.map(({ first, last }, unit): ScannedUnit => ({
    first,
    last,
    influence: influences[unit]!,
    damage: counted.reduce((sum, { cells }) => sum + cells[unit]!.loss, 0) / counted.length,
    cells: columns.map(({ cells }) => cells[unit]!),
  }))
  return {
    tasks: columns.map(({ task, cells }) => ({
      ...task,
      correlation: rankCorrelation(
        influences,
        cells.map(({ loss }) => loss),
      ),
    })),
    units: scanned,
    correlation: rankCorrelation(
      influences,
      scanned.map(({ damage }) => damage),
    ),
  }
}

/** One column a task: its accuracy, or the first of its perplexities, which say the same in other units. */
function mainColumns(columns: readonly Column[]): Column[] {
  return columns.filter(({ task }, index) => columns.findIndex((other) => other.task.task === task.task) === index)
}

function accuracyColumn({ task, metric, shotCount, itemCount, original, chance, cells }: AccuracyLine): Column {
  return {
    task: { task, metric, kind: 'accuracy', shots: shotCount, items: itemCount, ...scoreOf(original), chance: chance && chance.baseline },
    cells: cells.map((cell) => {
      const { score, difference, differenceInterval } = cell!
      return { score: score.value, loss: lossOf(difference), lossInterval: differenceInterval && mirrored(differenceInterval) }
    }),
  }
}

function perplexityColumn({ task, metric, itemCount, original, cells }: PerplexityLine): Column {
  return {
    task: { task, metric, kind: 'perplexity', shots: null, items: itemCount, ...scoreOf(original), chance: null },
    cells: cells.map((cell) => {
      const { score, ratio, ratioInterval } = cell!
      return { score: score.value, loss: Math.log(ratio), lossInterval: ratioInterval && [Math.log(ratioInterval[0]), Math.log(ratioInterval[1])] }
    }),
  }
}

function scoreOf({ value, standardError }: AccuracyLine['original']): Pick<ScanTask, 'score' | 'standardError'> {
  return { score: value, standardError }
}

/** Not −0 for no difference. */
function lossOf(difference: number): number {
  return difference === 0 ? 0 : -difference
}

function mirrored([low, high]: Interval): [number, number] {
  return [lossOf(high), lossOf(low)]
}
