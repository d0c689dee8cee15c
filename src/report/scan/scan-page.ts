/** A layer scan as one HTML page: the heat map of units and tasks, and the table. */
import { damageKind, type LayerScan, type ScanTask } from '../../prune/scan/layer-scan.ts'
import { unitText } from '../../prune/scan/scan-units.ts'
import { heatMap, type HeatRow, type HeatScale } from '../charts/heat-map.ts'
import { dataTable, headCell, numberCell, withDetail, type Cell } from '../html/table.ts'
import { htmlPage } from '../html/html-page.ts'
import { markup, type Html } from '../markup.ts'
import { intervalText, taskLabel } from '../numbers.ts'
import { cellText, isCertain, lossText, pointsText, scanLines, scoreText } from './scan-cells.ts'

/** The page's text. */
export function scanPage(scan: LayerScan): string {
  const [about, ...lines] = scanLines(scan)
  return htmlPage(`What the layers of ${scan.model.label} are worth`, [
    markup`<p class="lead">${about!}</p>`,
    markup`<figure>
      <div class="chart">${scanChart(scan)}</div>
      <figcaption>A column is the model without ${scan.settings.group === 1 ? 'a layer' : 'some layers'}. Red is damage, blue a gain; a dot means that the interval excludes no change.</figcaption>
    </figure>`,
    ...lines.map((line) => markup`<p>${line}</p>`),
    ...scan.notes.map((note) => markup`<p class="note">Note: ${note}</p>`),
    scanHtmlTable(scan),
  ])
}

/** The heat map: a row a task, damage, and Block Influence. */
export function scanChart(scan: LayerScan): Html {
  const { tasks, units, model } = scan
  const points: HeatScale = { name: 'points lost', color: 'damage', format: pointsText, most: mostLoss(scan, 'accuracy') }
  const ratios: HeatScale = { name: 'perplexity', color: 'damage', format: (loss) => lossText(loss, 'perplexity'), most: mostLoss(scan, 'perplexity') }
  const influence: HeatScale = {
    name: 'influence',
    color: 'neutral',
    format: (value) => value.toFixed(3),
    most: Math.max(...units.map((unit) => unit.influence)),
  }
  const scaleOf = (kind: ScanTask['kind']) => (kind === 'accuracy' ? points : ratios)
  const rows = tasks.map((task, index): HeatRow => ({
    label: labelOf(task),
    scale: scaleOf(task.kind),
    cells: units.map((unit) => {
      const cell = unit.cells[index]!
      return { value: cell.loss, isCertain: isCertain(cell), title: `${labelOf(task)} without ${unitText(unit)}: ${cellText(cell, task.kind)}` }
    }),
  }))
  const kind = damageKind(scan)
  const mean: HeatRow = {
    label: 'mean damage',
    scale: scaleOf(kind),
    cells: units.map((unit) => ({ value: unit.damage, isCertain: false, title: `mean damage without ${unitText(unit)}: ${lossText(unit.damage, kind)}` })),
  }
  const own: HeatRow = {
    label: 'Block Influence',
    scale: influence,
    cells: units.map((unit) => ({ value: unit.influence, isCertain: false, title: `Block Influence of ${unitText(unit)}: ${unit.influence.toFixed(4)}` })),
  }
  return heatMap({
    id: 'layer-scan',
    title: `Damage without each layer of ${model.label}`,
    description: `Rows are tasks, columns are layers that were left out; darker is more damage.`,
    columns: units.map(unitText),
    columnTitle: 'left out: layer',
    rows: [...rows, ...(tasks.length > 1 ? [mean] : []), own],
  })
}

function mostLoss({ tasks, units }: LayerScan, kind: ScanTask['kind']): number {
  return Math.max(0, ...units.flatMap(({ cells }) => cells.flatMap(({ loss }, index) => (tasks[index]!.kind === kind ? [Math.abs(loss)] : []))))
}

function scanHtmlTable(scan: LayerScan): Html {
  const { tasks, units } = scan
  const kind = damageKind(scan)
  const columns = ['without', ...['influence', 'damage', ...tasks.map(labelOf)].map((number) => ({ number }))]
  const first: Cell[] = [headCell('(nothing)'), numberCell(null), numberCell(null), ...tasks.map((task) => numberCell(scoreText(task.score, task.kind)))]
  const rows = units.map((unit): Cell[] => [
    headCell(unitText(unit)),
    numberCell(unit.influence.toFixed(4)),
    numberCell(lossText(unit.damage, kind)),
    ...unit.cells.map(({ loss, lossInterval }, index) => {
      const own = tasks[index]!.kind
      return numberCell(withDetail(lossText(loss, own), intervalText(lossInterval, (bound) => lossText(bound, own).replace('×', '')).trim()))
    }),
  ])
  return dataTable('Scores of the whole model, and what is lost without each layer.', columns, [first, ...rows])
}

function labelOf({ task, shots }: ScanTask): string {
  return taskLabel({ task, shotCount: shots })
}
