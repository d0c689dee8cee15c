/** The figures of a layer scan as text, for every format. */
import { damageKind, type LayerScan, type ScanCell, type ScannedUnit, type ScanTask } from '../../prune/scan/layer-scan.ts'
import { unitText } from '../../prune/scan/scan-units.ts'
import { fittingTable } from '../../text/fitting-table.ts'
import { framedTable, numberColumns, textColumns, withoutRepetition, type TextTable } from '../../text/text-table.ts'
import { fixed, intervalText, NONE, taskLabel } from '../numbers.ts'

/** `13.9` points of accuracy that are lost, `−1.5` that are gained, `×1.23` of a perplexity. */
export function lossText(loss: number, kind: ScanTask['kind']): string {
  if (kind === 'accuracy') return pointsText(loss)
  const ratio = Math.exp(loss)
  return `×${ratio >= 1000 || ratio < 0.01 ? ratio.toExponential(1) : ratio.toPrecision(3)}`
}

/** Points without a plus; a true minus. */
export function pointsText(share: number): string {
  const text = fixed(share * 100, 1)
  return text === '−0.0' ? '0.0' : text
}

/** A loss with its interval: `13.9 [8.0, 20.1]`. */
export function cellText({ loss, lossInterval }: ScanCell, kind: ScanTask['kind']): string {
  return `${lossText(loss, kind)}${intervalText(lossInterval, (bound) => lossText(bound, kind).replace('×', ''))}`
}

/** Whether an interval says that something is lost, or gained. */
export function isCertain({ lossInterval }: ScanCell): boolean {
  return lossInterval !== null && (lossInterval[0] > 0 || lossInterval[1] < 0)
}

/** A task's score: `64.0` percent, or a perplexity. */
export function scoreText(score: number, kind: ScanTask['kind']): string {
  return kind === 'accuracy' ? `${(score * 100).toFixed(1)} %` : score.toPrecision(4)
}

/** A row for the untouched model and one a unit, a column a task. */
export function scanTable(scan: LayerScan): TextTable {
  const { tasks, units } = scan
  const kind = damageKind(scan)
  return {
    columns: [...textColumns('without'), ...numberColumns('influence', 'damage', ...tasks.map(taskHead))],
    rows: [
      ['(nothing)', NONE, NONE, ...tasks.map((task) => scoreText(task.score, task.kind))],
      ...units.map((unit) => [
        unitText(unit),
        unit.influence.toFixed(4),
        lossText(unit.damage, kind),
        ...unit.cells.map((cell, task) => cellText(cell, tasks[task]!.kind)),
      ]),
    ],
  }
}

/** The same with a row for each unit and task, for many tasks. */
function longTable(scan: LayerScan): TextTable {
  const { tasks, units } = scan
  const rowsOf = (unit: ScannedUnit) =>
    unit.cells.map((cell, index) => {
      const task = tasks[index]!
      const lead = [unitText(unit), unit.influence.toFixed(4), lossText(unit.damage, damageKind(scan))]
      return [...lead, taskHead(task), scoreText(cell.score, task.kind), cellText(cell, task.kind)]
    })
  const table = {
    columns: [...textColumns('without'), ...numberColumns('influence', 'damage'), ...textColumns('task'), ...numberColumns('score', 'lost')],
    rows: [...tasks.map((task) => ['(nothing)', NONE, NONE, taskHead(task), scoreText(task.score, task.kind), NONE]), ...units.flatMap(rowsOf)],
  }
  return withoutRepetition(table, 3)
}

/** For a terminal of that width. */
export function scanTerminalTable(scan: LayerScan, columns: number): string {
  const [first, second] = [framedTable(scanTable(scan)), framedTable(longTable(scan))]
  return fittingTable([first, second], columns)
}

function taskHead(task: ScanTask): string {
  return taskLabel({ task: task.task, shotCount: task.shots })
}

/** What the figures are, the extremes, and how Block Influence ranks them; sentences. */
export function scanLines(scan: LayerScan): string[] {
  const { model, tasks, units, influenceTokens, correlation, settings } = scan
  const kind = damageKind(scan)
  const items = tasks.map((task) => `${task.task} ${task.metric}${task.items === null ? '' : `, ${task.items} items`}`)
  const averaged = tasks.every((task) => task.kind === kind) ? 'tasks' : 'the tasks with an accuracy'
  const unit = kind === 'accuracy' ? 'points of accuracy that are lost' : 'the perplexity without, over that of the whole model'
  return [
    `${model.label}: ${model.layerCount} layers, ${settings.group === 1 ? 'one' : `up to ${settings.group}`} left out at a time; ${items.join('; ')}.`,
    `Damage: ${unit}, with 95 % intervals of the paired items; the column is the mean over ${averaged}.`,
    ...(units.length > 1 ? [extremesText(units, kind)] : []),
    `Block Influence is over ${influenceTokens} tokens of the prompts. ${correlationText(correlation, tasks)}`,
  ]
}

/** Which units lose most and least; those that the figures do not tell apart are equal. */
function extremesText(units: readonly ScannedUnit[], kind: ScanTask['kind']): string {
  const damages = units.map(({ damage }) => damage)
  const [most, least] = [Math.max(...damages), Math.min(...damages)].map((damage) => lossText(damage, kind)) as [string, string]
  if (most === least) return `The damage is ${most} without any of them: these items do not tell them apart.`
  const without = (text: string) => `${unitNames(units.filter(({ damage }) => lossText(damage, kind) === text))} (${text})`
  return `Most damage without ${without(most)}, least without ${without(least)}.`
}

/** `layer 3`, `layers 20 or 26`, or `any of 6`. */
function unitNames(units: readonly ScannedUnit[]): string {
  if (units.length > MOST_NAMED) return `any of ${units.length}`
  const isOneLayer = units.length === 1 && units[0]!.first === units[0]!.last
  return `${isOneLayer ? 'layer' : 'layers'} ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(units.map(unitText))}`
}

const MOST_NAMED = 3

function correlationText(correlation: number | null, tasks: readonly ScanTask[]): string {
  const figure = (value: number | null) => (value === null ? NONE : fixed(value, 2))
  const each = tasks.length === 1 ? '' : ` (${tasks.map((task) => `${task.task} ${figure(task.correlation)}`).join(', ')})`
  return `Its rank correlation with damage (Spearman): ${figure(correlation)}${each}.`
}
