/**
 * How many items the gate draws until a rule of at least 90 % retention is decided, by simulation with the shipped bounds: the table of docs/gate.md.
 *
 *   node --import ./scripts/typescript.js scripts/simulate-gate.ts
 *   node --import ./scripts/typescript.js scripts/simulate-gate.ts coverage
 *   node --import ./scripts/typescript.js scripts/simulate-gate.ts forecast
 *   node --import ./scripts/typescript.js scripts/simulate-gate.ts results/NAME/gate_TIME.json
 *
 * The second form draws 2,000 random sets of each shape with the limit at their own value, and counts those that were ever decided wrongly. The third
 * divides the items that an undecided rule seems to need, after 64 and after 256 items, by those that it needed. The fourth takes the real scores that
 * `gate --model --full` stored, draws them in 1,000 other orders, and compares each verdict with that on all items.
 *
 * A situation is a finite set of items: how many are right under the baseline, and how many of all the candidate loses and gains. The sizes are those of
 * the splits; what is lost and gained is supposed. Orders are random with a fixed seed.
 */
import { readFileSync } from 'node:fs'
import { firstCrossing, forecastCrossing, type DrawnScore } from '../src/compare/sequential/score-sequence.ts'
import { drawOrder, nextBlock } from '../src/gate/sequential/drawing.ts'
import type { DrawingRecord } from '../src/gate/sequential/drawing-record.ts'
import { mulberry32 } from '../src/metrics/random.ts'
import { SCORE_SETS, scoreErrors, TEXT_SETS, textErrors } from '../test/compare/sequential/coverage.ts'
import { meansOf, populationOf, shuffled, type ErrorShares, type PopulationShape } from '../test/compare/sequential/simulated-populations.ts'

const ALPHA = 0.05
const ORDERS = 100
const RETENTION = 0.9
const SETS = 2000

/** What the candidate retains of the baseline's accuracy, and gains in items that the baseline has wrong, as a share of all items. */
interface Situation {
  readonly name: string
  readonly count: number
  readonly baseline: number
  readonly retention: number
  readonly gained: number
}

const SITUATIONS: readonly Situation[] = [
  { name: 'HellaSwag', count: 10_042, baseline: 0.786, retention: 0.617, gained: 0.05 },
  { name: 'HellaSwag', count: 10_042, baseline: 0.786, retention: 0.99, gained: 0.03 },
  { name: 'HellaSwag', count: 10_042, baseline: 0.786, retention: 0.95, gained: 0.03 },
  { name: 'HellaSwag', count: 10_042, baseline: 0.786, retention: 0.89, gained: 0.03 },
  { name: 'PIQA', count: 1838, baseline: 0.795, retention: 0.826, gained: 0.05 },
  { name: 'PIQA', count: 1838, baseline: 0.795, retention: 0.98, gained: 0.02 },
  { name: 'MMLU', count: 14_042, baseline: 0.769, retention: 0.326, gained: 0.05 },
  { name: 'MMLU', count: 14_042, baseline: 0.769, retention: 0.97, gained: 0.03 },
]

/** Items after which a forecast is compared with the truth. */
const FORECAST_AFTER = [64, 256]

/** Retentions to ask for, and how many orders to draw. */
const [LIMITS, SEEDS] = [[0.8, 0.9, 0.95, 1.05, 1.1], 1000]

const [record] = process.argv.slice(2)
if (record === undefined) simulate()
else if (record === 'coverage') coverage()
else if (record === 'forecast') forecast()
else redraw(record)

function coverage(): void {
  const row = (name: string, { above, below }: ErrorShares) => console.log(`| ${name} | ${percent(above)} | ${percent(below)} |`)
  console.log('| sets | wrongly above | wrongly below |\n|---|---|---|')
  for (const [index, sets] of SCORE_SETS.entries())
    row(sets.name, scoreErrors(sets, { sets: SETS, alpha: ALPHA, random: mulberry32(index), cross: firstCrossing }))
  for (const [index, sets] of TEXT_SETS.entries()) row(sets.name, textErrors(sets, { sets: SETS, alpha: ALPHA, seed: index }))
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}

function simulate(): void {
  console.log('| task | retention | gained | items until decided, median | scored, median | of |\n|---|---|---|---|---|---|')
  for (const [index, situation] of SITUATIONS.entries()) {
    const { name, count, retention, gained } = situation
    const decided = decidedAfter(shapeOf(situation), mulberry32(index))
    const figures = [median(decided), median(decided.map((items) => endOfBlock(items, count))), count].map((items) => items.toLocaleString('en'))
    console.log(`| ${name} | ${(retention * 100).toFixed(1)} % | ${(gained * 100).toFixed(0)} % | ${figures.join(' | ')} |`)
  }
}

function forecast(): void {
  console.log('| task | retention | after | undecided orders | forecast ÷ truth: quarter, median, three quarters |\n|---|---|---|---|---|')
  for (const [index, situation] of SITUATIONS.entries()) {
    const { name, count, retention } = situation
    const items = populationOf(shapeOf(situation))
    const population = { count, baselineMean: meansOf(items).baseline }
    const rule = { threshold: RETENTION * population.baselineMean, alpha: ALPHA }
    const random = mulberry32(index)
    const orders = Array.from({ length: ORDERS }, () => shuffled(items, random))
    for (const after of FORECAST_AFTER) {
      const ratios = orders.flatMap((order) => {
        const { itemCount } = firstCrossing(population, order, rule)!
        return itemCount > after ? [forecastCrossing(population, order.slice(0, after), rule) / itemCount] : []
      })
      if (ratios.length === 0) continue
      const quartiles = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(2))
      console.log(`| ${name} | ${(retention * 100).toFixed(1)} % | ${after} | ${ratios.length} of ${ORDERS} | ${quartiles.join(', ')} |`)
    }
  }
}

function redraw(file: string): void {
  const { drawing } = JSON.parse(readFileSync(file, 'utf8')) as { drawing: Pick<DrawingRecord, 'drawn'> }
  for (const { task, itemCount, items } of drawing.drawn) {
    const metric = Object.keys(items[0]!.baseline)[0]!
    const scores = items.map(({ baseline, candidate }): DrawnScore => ({ baseline: baseline[metric] as number, candidate: candidate[metric] as number }))
    if (scores.length < itemCount) throw new Error(`${file} has ${scores.length} of ${itemCount} items of ${task}; score all with --full`)
    const { baseline, candidate } = meansOf(scores)
    console.log(`${task}, ${metric}: retention ${((candidate / baseline) * 100).toFixed(1)} % on ${itemCount} items`)
    for (const limit of LIMITS) {
      const rule = { threshold: limit * baseline, alpha: ALPHA }
      const crossings = Array.from({ length: SEEDS }, (_, seed) =>
        firstCrossing(
          { count: itemCount, baselineMean: baseline },
          drawOrder(itemCount, seed).map((index) => scores[index]!),
          rule,
        )!,
      )
      const truth = candidate >= rule.threshold ? 'above' : 'below'
      const wrong = crossings.filter(({ side }) => side !== truth).length
      const scored = median(crossings.map((crossing) => endOfBlock(crossing.itemCount, itemCount)))
      console.log(`  at least ${(limit * 100).toFixed(0)} %: ${truth}, median ${scored} items scored, ${wrong} of ${SEEDS} orders decide otherwise`)
    }
  }
}

function shapeOf({ count, baseline, retention, gained }: Situation): PopulationShape {
  return { count, baseline, gained, lost: baseline * (1 - retention) + gained }
}

/** Items until the verdict, for each order. */
function decidedAfter(shape: PopulationShape, random: () => number): number[] {
  const items = populationOf(shape)
  const population = { count: shape.count, baselineMean: meansOf(items).baseline }
  const rule = { threshold: RETENTION * population.baselineMean, alpha: ALPHA }
  return Array.from({ length: ORDERS }, () => firstCrossing(population, shuffled(items, random), rule)!.itemCount)
}

/** Items that are scored: the block with the deciding item is scored to its end. */
function endOfBlock(items: number, count: number): number {
  let drawn = 0
  while (drawn < items) drawn += nextBlock(drawn, count)
  return drawn
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)]!
}
