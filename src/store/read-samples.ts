/** Samples files: the items of a task, checked against the scores of its results file. */
import path from 'node:path'
import { z } from 'zod'
import { readJsonLines } from '../data/json-lines.ts'
import { HarnessError, StoreError } from '../errors.ts'
import { parsePythonJson } from '../io/parse-json.ts'
import { metricOf } from '../metrics/registry.ts'
import type { BaseMetric, ItemValue, Metric } from '../metrics/metric.ts'
import type { StoredItem, StoredRequest, StoredScore } from './stored-run.ts'
import { readDivergence } from './sample-divergence.ts'
import { errorText } from '../text/error-text.ts'

/** A score, and how lm-eval computed it. */
export interface ReadScore extends StoredScore {
  /** The task's aggregation of items' values: `mean`, `f1`, …; undefined if the file does not say. */
  readonly aggregation: string | undefined
}

/** Items, and the metrics that have no usable values. */
export interface ReadSamples {
  readonly items: readonly StoredItem[]
  /** Why, by metric. */
  readonly problems: Readonly<Record<string, string>>
}

const sampleSchema = z.looseObject({
  doc_id: z.number().int().nonnegative(),
  target: z.unknown(),
  prompt_hash: z.string(),
  target_hash: z.string(),
  filter: z.string().optional(),
  arguments: z.unknown(),
  filtered_resps: z.unknown(),
})
type Sample = z.infer<typeof sampleSchema>

/**
 * The items of a file. A metric whose value is unusable in one item is left out of all items, with the reason.
 * Fails with StoreError on a malformed file, and if the items give other scores than the results file says.
 */
export async function readSamples(file: string, scores: readonly ReadScore[]): Promise<ReadSamples> {
  const samples: { readonly sample: Sample; readonly place: string }[] = []
  const known = new Set<number>()
  let filter: string | undefined
  for await (const { value, place } of storedRows(file)) {
    const checked = sampleSchema.safeParse(value)
    if (!checked.success) throw new StoreError(`${place}: ${z.prettifyError(checked.error)}`, 'Give samples that evalharness or lm-eval wrote.')
    const sample = checked.data
    filter ??= sample.filter
    if (sample.filter !== filter) continue
    if (known.has(sample.doc_id)) throw new StoreError(`${place}: item ${sample.doc_id} is listed twice`, 'Remove one of the two, or score again.')
    known.add(sample.doc_id)
    samples.push({ sample, place: path.basename(place) })
  }
  const problems: [string, string][] = []
  const columns = scores.flatMap((score): [string, readonly ItemValue[]][] => {
    const isOther = filter !== undefined && filter !== (score.filter ?? 'none')
    const column = isOther ? `the score is of the filter ${score.filter ?? 'none'}, its items are of ${filter}: ${UNPAIRED}` : columnOf(score, samples, file)
    if (typeof column !== 'string') return [[score.metric, column]]
    problems.push([score.metric, column])
    return []
  })
  return { items: samples.map(({ sample }, index) => itemOf(sample, columns, index)), problems: Object.fromEntries(problems) }
}

async function* storedRows(file: string) {
  try {
    yield* readJsonLines(file, parsePythonJson)
  } catch (error) {
    throw error instanceof HarnessError
      ? new StoreError(error.message, 'The file was cut short; copy it again or score again.', { cause: error })
      : new StoreError(`cannot read ${file}: ${errorText(error)}`, 'Check the path and its permissions.', {
          cause: error,
        })
  }
}

const UNPAIRED = 'its items are not paired'

/** A metric's value of every item, or why there is none. */
function columnOf(score: ReadScore, samples: readonly { readonly sample: Sample; readonly place: string }[], file: string): readonly ItemValue[] | string {
  const values: ItemValue[] = []
  for (const { sample, place } of samples) {
    const given = Object.hasOwn(sample, score.metric) ? sample[score.metric] : undefined
    const value = metricOf(score.metric).fromStored(given)
    if (typeof value === 'string') return `${shown(given)} (${place}) ${value}: ${UNPAIRED}`
    values.push(value)
  }
  if (values.length === 0) return values
  const problem = checkScore(score, values, file)
  if (problem !== null) return problem
  const graded = metricOf(score.metric).comparedAs === 'accuracy' ? values.findIndex((value) => value !== 0 && value !== 1) : -1
  return graded === -1 ? values : `${shown(values[graded])} (${samples[graded]!.place}) is neither 0 nor 1: ${UNPAIRED}`
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** Both scores were computed from the same numbers and differ by rounding only. */
const SCORE_TOLERANCE = 1e-6

/** The reason why a score is not made of its items' values, or null. Fails with StoreError if the samples are of another run. */
function checkScore({ metric, value, aggregation }: ReadScore, values: readonly ItemValue[], file: string): string | null {
  const known: BaseMetric & Pick<Metric, 'comparedAs'> = metricOf(metric)
  const found = known.aggregate(values)
  if (Math.abs(found - value) <= SCORE_TOLERANCE * Math.max(1, Math.abs(value))) return null
  if (known.comparedAs === null || (aggregation !== undefined && aggregation !== known.aggregation))
    return `the score is ${value}, ${known.aggregation} of its items' values ${found}: ${UNPAIRED}`
  throw new StoreError(`${file}: its items give ${metric} ${found}, the results file says ${value}`, 'The samples belong to another run.')
}

function itemOf(sample: Sample, columns: readonly (readonly [string, readonly ItemValue[]])[], index: number): StoredItem {
  const divergence = readDivergence(sample['divergence'])
  return {
    docId: sample.doc_id,
    promptHash: sample.prompt_hash,
    targetHash: sample.target_hash,
    target: typeof sample.target === 'string' ? sample.target : (JSON.stringify(sample.target) ?? ''),
    values: Object.fromEntries(columns.map(([metric, values]) => [metric, values[index]!])),
    requests: withoutUnconditional(requestsOf(sample)),
    ...(divergence && { divergence }),
  }
}

/** Contexts, continuations and log-likelihoods; those are numbers or strings, alone for a text and with is_greedy for a choice. */
function requestsOf({ arguments: given, filtered_resps: responses }: Sample): StoredRequest[] {
  const texts = typeof given === 'object' && given !== null ? Object.values(given) : []
  const list = Array.isArray(responses) ? responses : []
  return texts.map((entry: unknown, index) => {
    const values: unknown[] = Array.isArray(entry) ? entry : typeof entry === 'object' && entry !== null ? Object.values(entry) : [entry]
    const [context, continuation] = values
    const response: unknown = list[index]
    return { context: textOf(context), continuation: textOf(continuation), logProb: numberOf(Array.isArray(response) ? response[0] : response) }
  })
}

/** For some metrics lm-eval scores each choice again, without the context: those requests are not choices. */
function withoutUnconditional(requests: StoredRequest[]): StoredRequest[] {
  const half = requests.length / 2
  const isRepeated =
    Number.isInteger(half) &&
    half > 0 &&
    requests.every(({ context, continuation }, index) =>
      index < half ? context !== '' : context === '' && continuation === requests[index - half]!.continuation && continuation !== '',
    )
  return isRepeated ? requests.slice(0, half) : requests
}

/** NaN for what is neither a number nor the text of one. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
