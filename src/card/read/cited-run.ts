/** A column of a card as a run whose scores are only cited: one side of a comparison. */
import { CardError } from '../../errors.ts'
import { UNNAMED_ACCURACY, UNNAMED_PERPLEXITY } from '../../metrics/registry.ts'
import { benchmarkOf, BUILT_IN_TASKS } from '../../task/built-in-tasks.ts'
import { isPrompted } from '../../task/define-task.ts'
import type { StoredRun, StoredTask } from '../../store/stored-run.ts'
import { cardFigures } from './card-figures.ts'
import { plainName } from './benchmark-name.ts'
import type { BenchmarkRow } from './benchmark-rows.ts'
import type { PerplexityRow } from './perplexity-rows.ts'
import type { Card } from './read-card.ts'

/**
 * Scores of a column: `original`, `variant`, or the name of one of several models. Fails with CardError if the card has no benchmarks, one of
 * them twice, or no such column.
 */
export function citedRun(card: Card, column: string, file: string): StoredRun {
  const { benchmarks, perplexities } = cardFigures(card)
  if (benchmarks.length === 0)
    throw new CardError(`${file} has no table of benchmarks`, 'It needs a table with the columns Benchmark, Original, Pruned and Retention.')
  const isOriginal = column === 'original'
  const model = isOriginal ? null : modelOf(benchmarks, column, file)
  const rows = isOriginal ? originalsOnce(benchmarks) : benchmarks.filter((row) => row.model === model)
  checkOnce(rows, file)
  const side = isOriginal ? 'original' : 'variant'
  return {
    kind: 'cited',
    label: column,
    file,
    tool: 'model card',
    date: null,
    isComplete: true,
    model: { source: file, revision: null, architecture: null, parameterCount: null, weightsHash: null, weights: null, tokenizerHash: null, maxLength: null },
    tasks: [
      ...rows.map((row) =>
        citedTask(row.task, row.shotCount ?? usualShots(row.task), [
          { metric: benchmarkOf(row.task)?.mainMetric ?? UNNAMED_ACCURACY, value: row[side].value / 100 },
        ]),
      ),
      ...perplexityTasks(perplexities.filter((row) => row.side === side && (model === null || plainName(row.model) === plainName(model)))),
    ],
    groups: [],
  }
}

/** The rows' model that is asked for; null if the card has one model. */
function modelOf(benchmarks: readonly BenchmarkRow[], column: string, file: string): string | null {
  const models = [...new Set(benchmarks.flatMap(({ model }) => model ?? []))]
  if (models.length === 0 && column === 'variant') return null
  const found = column === 'variant' && models.length === 1 ? models[0] : models.find((model) => plainName(model) === plainName(column))
  if (found === undefined)
    throw new CardError(
      `${file} has no column ${column}`,
      models.length === 0 ? `Give ${file}#original or ${file}#variant.` : `Give ${['original', ...models].map((name) => `${file}#${name}`).join(', ')}.`,
    )
  return found
}

/** Of several models each row has the original's score. */
function originalsOnce(benchmarks: readonly BenchmarkRow[]): readonly BenchmarkRow[] {
  return benchmarks.filter(
    (row, index) =>
      row.model === null ||
      !benchmarks
        .slice(0, index)
        .some((before) => before.name === row.name && before.original.value === row.original.value && before.shotCount === row.shotCount),
  )
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
    const { task, metric } = measure ?? { task: 'perplexity', metric: UNNAMED_PERPLEXITY }
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

/** Few-shot examples of a benchmark, for cards that do not say. */
function usualShots(name: string): number | null {
  const task = BUILT_IN_TASKS.get(name)
  return task && isPrompted(task) && task.benchmark?.title ? (task.shots?.defaultCount ?? 0) : null
}
