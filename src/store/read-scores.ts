/** Scores of a results file. */
import { z } from 'zod'
import { lookUp } from '../io/look-up.ts'
import { metricOf } from '../metrics/registry.ts'
import type { ReadScore } from './read-samples.ts'
import type { ResultsFile } from './results-file.ts'

/** The figures of a task or group, and why metrics that would be compared have none. */
export function figuresOf(name: string, results: ResultsFile) {
  const version = lookUp(results.versions, name)
  const { scores, problems } = readScores(name, results)
  return {
    name,
    version: version === undefined || version === null ? null : String(version),
    shotCount: lookUp(results['n-shot'], name) ?? null,
    scores,
    problems,
  }
}

/** Keys are `metric,filter`; of several filters the first is taken. */
export function readScores(name: string, results: ResultsFile): { readonly scores: readonly ReadScore[]; readonly problems: Readonly<Record<string, string>> } {
  const entries = results.results[name]!
  const scores = new Map<string, ReadScore>()
  const problems = new Map<string, string>()
  for (const [key, value] of Object.entries(entries)) {
    const [metric, filter] = key.split(',') as [string, string | undefined]
    if (filter === undefined || metric.endsWith('_stderr') || scores.has(metric) || problems.has(metric)) continue
    const problem = scoreProblem(metric, value, lookUp(lookUp(results.higher_is_better, name) ?? undefined, metric))
    if (problem !== null) {
      problems.set(metric, problem)
      continue
    }
    const standardError = entries[`${metric}_stderr,${filter}`]
    scores.set(metric, {
      metric,
      value: value as number,
      standardError: typeof standardError === 'number' && Number.isFinite(standardError) ? standardError : null,
      ...(filter !== 'none' && { filter }),
      aggregation: aggregationOf(name, metric, results),
    })
  }
  return { scores: [...scores.values()], problems: Object.fromEntries(problems) }
}

/** Why a figure cannot be compared; null for one that can. Metrics are known by name, so one that means something else under that name is left out. */
function scoreProblem(metric: string, value: unknown, higherIsBetter: boolean | null | undefined): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${JSON.stringify(value)} in the results file is not a number`
  const { comparedAs } = metricOf(metric)
  if (comparedAs === 'accuracy' && higherIsBetter === false) return 'it is an error rate here (higher_is_better: false), not an accuracy'
  if (comparedAs === 'perplexity' && higherIsBetter === true) return 'more is better here (higher_is_better: true), so it is not a perplexity'
  if (comparedAs === 'accuracy' && (value < 0 || value > 1)) return `${value} is not a share from 0 to 1`
  return null
}

const metricListSchema = z.looseObject({ metric_list: z.array(z.looseObject({ metric: z.string(), aggregation: z.string().optional() })) })

function aggregationOf(task: string, metric: string, { configs }: ResultsFile): string | undefined {
  const config = metricListSchema.safeParse(lookUp(configs, task))
  return config.success ? config.data.metric_list.find((entry) => entry.metric === metric)?.aggregation : undefined
}
