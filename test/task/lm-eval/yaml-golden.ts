/** What evalharness makes of a YAML task, in the form of scripts/make-yaml-goldens.py. */
import { createHash } from 'node:crypto'
import { brierScore } from '../../../src/metrics/brier-score.ts'
import { loadTask } from '../../../src/run/load-task.ts'
import { sampleRecord } from '../../../src/store/sample.ts'
import type { Task } from '../../../src/task/define-task.ts'
import type { Request } from '../../../src/task/request.ts'
import { aggregateItems, scoreItem, type ScoredItem } from '../../../src/task/score-items.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { writeRows } from '../../tiny-model.ts'

/** One row. */
export interface GoldenItem {
  readonly requests: readonly (readonly string[])[]
  readonly target: string
  readonly doc_hash: string
  readonly prompt_hash: string
  readonly target_hash: string
  /** As samples files store them, without the names of classes for numbers. */
  readonly metrics: Readonly<Record<string, unknown>>
}

/** One number of examples. */
export interface GoldenCase {
  readonly shots: number
  /** A text in lm-eval for a task that has none, `Yaml`, or `1.0.0`: here 0. */
  readonly version: number | string
  readonly items: readonly GoldenItem[]
  readonly scores: Readonly<Record<string, number | 'N/A'>>
}

/** Rows by split. */
export type GoldenSplits = Readonly<Record<string, readonly object[]>>

/** The same case as evalharness makes it. Scores are without standard errors of resampling, which have other random numbers. */
export async function caseOf(task: Task, splits: GoldenSplits, shots: number): Promise<GoldenCase> {
  const folder = temporaryFolder()
  const files = Object.entries(splits).map(([split, rows]) => [`${task.name}:${split}`, writeRows(folder, `${split}.jsonl`, rows)] as const)
  const { parts } = await loadTask(task, { dataFiles: Object.fromEntries(files), shots })
  const items = parts[0]!.items.flatMap((item) => (item.kind === 'corpus' ? [] : [item]))
  const scored = items.map((item) => scoreItem(task, item, item.requests.map(logLikelihood)))
  const scores = aggregateItems(task, scored, 1).scores.flatMap(({ metric, value, standardError }) => [
    [metric, value] as const,
    ...(isResampled(metric) ? [] : [[`${metric}_stderr`, Number.isNaN(standardError) ? ('N/A' as const) : standardError] as const]),
  ])
  return { shots, version: task.version, items: scored.map(goldenItem), scores: Object.fromEntries(scores) }
}

/** lm-eval's case without what cannot be equal, and with the Brier score of an item where lm-eval stores its probabilities. */
export function comparable({ scores, version, items, shots }: GoldenCase): GoldenCase {
  const kept = Object.entries(scores).filter(([name]) => !name.endsWith('_stderr') || !isResampled(name.replace(/_stderr$/u, '')))
  return {
    shots,
    items: items.map((item) => ({ ...item, metrics: withBrierScore(item.metrics) })),
    version: typeof version === 'number' ? version : 0,
    scores: Object.fromEntries(kept),
  }
}

function withBrierScore(metrics: GoldenItem['metrics']): GoldenItem['metrics'] {
  const { brier_score: pair } = metrics
  return pair === undefined ? metrics : { ...metrics, brier_score: brierScore.fromStored(pair) }
}

/** Numbers to 12 digits: sums in other orders differ in the last. */
export function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12))
  if (Array.isArray(value)) return value.map(rounded)
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)])) : value
}

/** lm-eval leaves errors of these out, or resamples. */
function isResampled(metric: string): boolean {
  return !metric.startsWith('acc') && metric !== 'exact_match'
}

/** Follows from the SHA-256 of the request, here and there. */
function logLikelihood(request: Request) {
  const digest = createHash('sha256').update(textsOf(request).join('\0')).digest()
  return { logProb: -digest.readUInt16BE(0) / 4096, isGreedy: digest[2]! % 3 === 0, tokenCount: 1 }
}

function textsOf(request: Request): readonly string[] {
  return request.kind === 'continuation' ? [request.context, request.continuation] : [request.text]
}

function goldenItem(scored: ScoredItem): GoldenItem {
  const record = sampleRecord(scored) as unknown as Omit<GoldenItem, 'requests' | 'metrics'>
  const { target, doc_hash, prompt_hash, target_hash } = record
  const metrics = Object.keys(scored.metrics).map((name) => [name, numbersOf((record as unknown as Record<string, unknown>)[name])])
  return {
    requests: scored.item.requests.map(textsOf),
    target,
    doc_hash,
    prompt_hash,
    target_hash,
    metrics: Object.fromEntries(metrics) as GoldenItem['metrics'],
  }
}

/** Numbers as numbers: floats of Python are stored as objects that print with a point. */
function numbersOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}
