/** Layers, parameters, search settings and similarities of a card against each other and against config.json. */
import type { ModelConfig } from '../../model/config/config.ts'
import { collapseLayers } from '../../prune/laco.ts'
import { baseModelOf, type CardFigures, type Printed } from '../read/card-figures.ts'
import { attribute, checked, PERCENT, type CheckedCell } from './checked-cell.ts'
import { parametersWith } from './published-figures.ts'
import type { Card } from '../read/read-card.ts'
import { count as formatCount } from '../../text/count.ts'

/** Every cell of the tables of attributes that something decides. */
export async function modelCells(card: Card, figures: CardFigures, model: ModelConfig | undefined): Promise<CheckedCell[]> {
  return [
    ...baseCells(card, figures),
    ...compressionCells(figures),
    ...(await searchCells(figures)),
    ...similarityCells(card, figures),
    ...(model ? parameterCells(figures, model) : []),
  ]
}

/** The hub links the front matter's model, readers the table's. */
function baseCells(card: Card, { attributes }: CardFigures): CheckedCell[] {
  const base = baseModelOf(card)
  return base === null
    ? []
    : (attributes.get('base model') ?? []).map((cell) =>
        checked(cell, 'base_model of the front matter', lastPart(cell.text).toLowerCase() === lastPart(base).toLowerCase(), base),
      )
}

function lastPart(name: string): string {
  return name.split('/').at(-1)!.trim()
}

/** More than any model has. */
const MOST_LAYERS = 10_000

function compressionCells(figures: CardFigures): CheckedCell[] {
  const [original] = attribute(figures, 'original layers')
  const [pruned] = attribute(figures, 'pruned layers')
  if (!original || !pruned) return []
  const removed = original.value - pruned.value
  const share = (removed / original.value) * PERCENT
  return [
    ...attribute(figures, 'layers removed').map((cell) => checked(cell, 'original − pruned', cell.value === removed, String(removed))),
    ...attribute(figures, 'compression', 'final compression').map((cell) =>
      checked(cell, 'removed ÷ original', Math.abs(cell.value - share) <= cell.slack + 1e-9, `${share.toFixed(1)} %`),
    ),
    ...attribute(figures, 'layers').map((cell) => checked(cell, 'pruned layers', cell.value === pruned.value, String(pruned.value))),
    checked(pruned, 'fewer than the original', pruned.value < original.value, `below ${original.value}`),
  ]
}

/** LaCo's settings decide how many merges and looks there are where none is rejected, and so how many layers are left. */
async function searchCells(figures: CardFigures): Promise<CheckedCell[]> {
  const one = (name: string) => attribute(figures, name)[0]
  const settings = [one('merge_layers (c)'), one('lowest_lay (l)'), one('highest_lay (h)'), one('interval (i)'), one('max_compression')]
  const [merges, rejected, iterations, original, pruned] = [
    one('successful merges'),
    one('rejected merges'),
    one('total iterations'),
    one('original layers'),
    one('pruned layers'),
  ]
  if (!merges || !iterations || !original || !pruned || settings.includes(undefined)) return []
  const [groupSize, lowest, highest, interval, share] = settings as Printed[]
  // A card of a stranger may say anything; the search is walked through layer by layer.
  const areCounts = [groupSize!, lowest!, highest!, interval!, original].every(({ value }) => Number.isInteger(value) && value <= MOST_LAYERS)
  const isPossible =
    areCounts && highest!.value <= original.value && highest!.value - groupSize!.value >= lowest!.value && interval!.value >= 1 && groupSize!.value >= 2
  const search =
    isPossible && rejected?.value === 0
      ? await collapseLayers(
          {
            mergeLayers: groupSize!.value,
            lowestLayer: lowest!.value,
            highestLayer: highest!.value,
            interval: interval!.value,
            threshold: 0,
            maxCompression: share!.value / PERCENT,
          },
          original.value,
          async () => [1],
        )
      : null
  if (!search) {
    // With rejections the settings do not decide it; the counts still have to agree with each other.
    const least = merges.value + (rejected?.value ?? 0)
    return [
      checked(
        iterations,
        'merges + rejected, or one more',
        isPossible && (iterations.value === least || iterations.value === least + 1),
        `${least} or ${least + 1}`,
      ),
      checked(
        merges,
        'layers removed ÷ (C − 1)',
        isPossible && removesAsMany(merges.value, groupSize!.value, interval!.value, original.value - pruned.value),
        String((original.value - pruned.value) / (groupSize!.value - 1)),
      ),
    ]
  }
  const agrees = search.acceptedCount === merges.value && search.iterations.length === iterations.value && search.layers.length === pruned.value
  const found = `${search.acceptedCount} merges, ${search.iterations.length} iterations, ${search.layers.length} layers`
  return [merges, rejected!, iterations, ...(settings as Printed[])].map((cell) => checked(cell, 'the search with these settings', agrees, found))
}

/** A merge removes C − 1 layers; fewer where the pointer moves down by less than that, and the groups above were merged already. */
function removesAsMany(merges: number, groupSize: number, interval: number, removed: number): boolean {
  const most = merges * (groupSize - 1)
  return interval >= groupSize - 1 ? removed === most : removed >= merges && removed <= most
}

/** Half of the list's last printed digit: the mean of what was rounded is that far from the mean. */
const LIST_SLACK = 0.000_05

function similarityCells(card: Card, figures: CardFigures): CheckedCell[] {
  const list = card.prose.map(({ text }) => /individual similarities:?\s*\[?([−\-\d.,\s]+)/iu.exec(text)?.[1]).find((found) => found !== undefined)
  if (list === undefined) return []
  const values = [...list.matchAll(/[−-]?\d+(?:\.\d+)?/gu)].map(([number]) => Number(number.replace('−', '-')))
  const expected = { average: values.reduce((sum, value) => sum + value, 0) / values.length, min: Math.min(...values), max: Math.max(...values) }
  const threshold = attribute(figures, 'threshold (t)').map((cell) =>
    checked(
      cell,
      'below the average similarity',
      cell.value < expected.average + LIST_SLACK,
      `below ${expected.average.toFixed(4)}, or the last merge would have been rejected`,
    ),
  )
  return [
    ...threshold,
    ...Object.entries(expected).flatMap(([name, value]) =>
      attribute(figures, name).map((cell) =>
        checked(
          cell,
          `${name} of the individual similarities`,
          Math.abs(cell.value - value) <= cell.slack + (name === 'average' ? LIST_SLACK : 0) + 1e-9,
          value.toFixed(4),
        ),
      ),
    ),
  ]
}

/** What config.json of the original decides. */
export function parameterCells(figures: CardFigures, model: ModelConfig): CheckedCell[] {
  const [pruned] = attribute(figures, 'pruned layers', 'layers')
  const cells = attribute(figures, 'vocabulary size').map((cell) =>
    checked(cell, 'rows of the embedding matrix', cell.value === model.vocabularySize, formatCount(model.vocabularySize)),
  )
  for (const [name, value] of [
    ['original layers', model.layerCount],
    ['hidden size', model.hiddenSize],
    ['attention heads (q)', model.headCount],
    ['attention heads (kv)', model.keyValueHeadCount],
    ['intermediate size', model.intermediateSize],
    ['max context length', model.maxPositions],
  ] as const)
    cells.push(...attribute(figures, name).map((cell) => checked(cell, 'config.json of the original', cell.value === value, String(value))))
  if (pruned) {
    const count = parametersWith(model, pruned.value)
    cells.push(
      ...attribute(figures, 'parameters').map((cell) => {
        const { letter, size } = unitOf(cell)
        const expected = letter === '' ? formatCount(count) : `~${(count / size).toFixed(cell.digits)}${letter}`
        return checked(cell, 'parameters by config.json', Math.abs(cell.value - count / size) <= cell.slack + 1e-9, expected)
      }),
    )
  }
  return cells
}

/** What the first number of a cell counts: `6.3B`, `135M`; a number of more than three digits counts ones. A bare `6.3` is taken for billions. */
function unitOf({ text, value }: Printed): { readonly letter: string; readonly size: number } {
  const [, letter] = /\d\s*([BM])\b/iu.exec(text) ?? []
  if (letter?.toUpperCase() === 'M') return { letter: 'M', size: 1e6 }
  return letter === undefined && value >= 1000 ? { letter: '', size: 1 } : { letter: 'B', size: 1e9 }
}
