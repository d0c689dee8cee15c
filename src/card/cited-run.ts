/** A column of a card as a run whose scores are only cited: it can stand on one side of a comparison. */
import { CardError } from '../errors.ts'
import { lookUp } from '../look-up.ts'
import type { StoredRun, StoredTask } from '../store/stored-run.ts'
import { cardFigures, type BenchmarkRow, type PerplexityRow } from './card-figures.ts'
import type { Card } from './read-card.ts'

/** The columns that a card has. */
export const CARD_COLUMNS = ['original', 'variant'] as const
export type CardColumn = (typeof CARD_COLUMNS)[number]

/** Metrics that the four benchmarks are reported by; `acc` for others. */
const METRICS: Readonly<Record<string, string>> = { piqa: 'acc_norm', hellaswag: 'acc_norm' }
/** What these benchmarks are reported with where a card does not say. */
const SHOTS: Readonly<Record<string, number>> = { mmlu: 5, piqa: 0, boolq: 0, hellaswag: 0 }

/** Scores of a column. Fails with CardError where the card has no benchmarks, or one of them twice. */
export function citedRun(card: Card, column: CardColumn, file: string): StoredRun {
  const { benchmarks, perplexities } = cardFigures(card)
  if (benchmarks.length === 0)
    throw new CardError(`${file} has no table of benchmarks`, 'It needs a table with the columns Benchmark, Original, Pruned and Retention.')
  checkOnce(benchmarks, file)
  return {
    kind: 'cited',
    label: column,
    file,
    tool: 'model card',
    date: null,
    isComplete: true,
    model: { source: file, revision: null, architecture: null, parameterCount: null, weightsHash: null, variant: null, tokenizerHash: null, maxLength: null },
    tasks: [
      ...benchmarks.map((row) =>
        citedTask(row.task, row.shotCount ?? lookUp(SHOTS, row.task) ?? null, [{ metric: lookUp(METRICS, row.task) ?? 'acc', value: row[column].value / 100 }]),
      ),
      ...perplexityTasks(perplexities.filter(({ side }) => side === column)),
    ],
    groups: [],
  }
}

function checkOnce(benchmarks: readonly BenchmarkRow[], file: string): void {
  const lines = new Map<string, number>()
  for (const { task, original } of benchmarks) {
    const before = lines.get(task)
    if (before !== undefined)
      throw new CardError(`${file} has ${task} twice, in lines ${before} and ${original.line}`, 'A run has one score of a task: keep one line.')
    lines.set(task, original.line)
  }
}

/** A task for each text, with a score for each unit. */
function perplexityTasks(rows: readonly PerplexityRow[]): StoredTask[] {
  const scores = new Map<string, { metric: string; value: number }[]>()
  for (const { measure, perplexity } of rows) {
    const { task, metric } = measure ?? { task: 'perplexity', metric: 'perplexity' }
    const known = scores.get(task)?.filter((score) => score.metric !== metric) ?? []
    scores.set(task, [...known, { metric, value: perplexity.value }])
  }
  return [...scores].map(([task, list]) => citedTask(task, null, list))
}

function citedTask(name: string, shotCount: number | null, scores: readonly { readonly metric: string; readonly value: number }[]): StoredTask {
  return {
    name,
    version: null,
    shotCount,
    itemCount: null,
    rowCount: null,
    scores: scores.map((score) => ({ ...score, standardError: null })),
    items: null,
  }
}
