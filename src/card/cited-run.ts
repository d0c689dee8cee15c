/** A column of a card as a run whose scores are only cited: it can stand on one side of a comparison. */
import { CardError } from '../errors.ts'
import type { StoredRun, StoredTask } from '../store/stored-run.ts'
import { cardFigures } from './card-figures.ts'
import type { Card } from './read-card.ts'

/** The columns that a card has. */
export const CARD_COLUMNS = ['original', 'variant'] as const
export type CardColumn = (typeof CARD_COLUMNS)[number]

/** Metrics that the four benchmarks are reported by; `acc` for others. */
const METRICS: Readonly<Record<string, string>> = { piqa: 'acc_norm', hellaswag: 'acc_norm' }
const SHOTS: Readonly<Record<string, number>> = { mmlu: 5, piqa: 0, boolq: 0, hellaswag: 0 }

/** Scores of a column. Fails with CardError where the card has no benchmarks. */
export function citedRun(card: Card, column: CardColumn, file: string): StoredRun {
  const { benchmarks, perplexities } = cardFigures(card)
  if (benchmarks.length === 0)
    throw new CardError(`${file} has no table of benchmarks`, 'It needs a table with the columns Benchmark, Original, Pruned and Retention.')
  const side = column === 'original' ? 0 : 1
  const task = (name: string, metric: string, value: number): StoredTask => ({
    name,
    version: null,
    shotCount: SHOTS[name] ?? null,
    itemCount: null,
    rowCount: null,
    scores: [{ metric, value, standardError: null }],
    items: null,
  })
  const perplexity = perplexities[side]
  return {
    kind: 'cited',
    label: column,
    file,
    tool: 'model card',
    date: null,
    isComplete: true,
    model: { source: file, revision: null, architecture: null, parameterCount: null, weightsHash: null, tokenizerHash: null, maxLength: null },
    tasks: [
      ...benchmarks.map(({ task: name, original, variant }) => task(name, METRICS[name] ?? 'acc', (column === 'original' ? original : variant).value / 100)),
      ...(perplexity ? [task('perplexity', 'perplexity', perplexity.perplexity.value)] : []),
    ],
    groups: [],
  }
}
