/** The page's section on perplexities and bits per byte. */
import type { Comparison, PerplexityCell, PerplexityLine } from '../../compare/comparison.ts'
import { markup, type Html } from '../markup.ts'
import { bounded, signed } from '../numbers.ts'
import { sizeText } from './accuracy-section.ts'
import { dataTable, headCell, numberCell, variantCell, withDetail, withInterval, type Cell } from './table.ts'

/** A table with a row for each text and variant; nothing if none was compared. */
export function perplexitySection({ perplexities, variants, original }: Comparison): Html {
  if (perplexities.length === 0) return markup``
  const columns = ['task', { number: 'texts' }, { number: original.label }, 'variant', { number: 'score' }, { number: 'ratio' }, { number: 'nats per unit' }]
  const rows = perplexities.flatMap((line) => line.cells.map((cell, index) => perplexityRow(line, cell, variants[index]!.label, index === 0)))
  return markup`<section>
    <h2>Perplexity</h2>
    ${dataTable('Lower is better.', columns, rows)}
  </section>`
}

function perplexityRow(line: PerplexityLine, cell: PerplexityCell | null, label: string, isFirst: boolean): Cell[] {
  const rowCount = line.cells.length
  const lead = [
    headCell(withDetail(line.task, line.metric), rowCount),
    numberCell(sizeText(line), rowCount),
    numberCell(line.original.value.toFixed(4), rowCount),
  ]
  const cells = cell
    ? [
        numberCell(cell.score.value.toFixed(4)),
        numberCell(withInterval(`${cell.ratio.toFixed(2)}×`, cell.ratioInterval, (value) => bounded(value, 2))),
        numberCell(cell.nats === null ? null : withInterval(signed(cell.nats, 3), cell.natsInterval, (value) => signed(value, 3))),
      ]
    : [numberCell(null), numberCell(null), numberCell(null)]
  return [...(isFirst ? lead : []), variantCell(label), ...cells]
}
