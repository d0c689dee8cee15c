/** One line of a samples file, in lm-eval's schema: `loggers/evaluation_tracker.py` `save_results_samples` and `evaluator.py`. */
import { createHash } from 'node:crypto'
import type { BaseMetric } from '../metrics/metric.ts'
import { storedDivergence } from './sample-divergence.ts'
import { metricOf } from '../metrics/registry.ts'
import type { ScoredItem } from '../task/score-items.ts'
import type { Request } from '../task/request.ts'
import { pythonFloat } from './python-number.ts'

/** The sample as an object whose JSON lm-eval can read. */
export function sampleRecord({ item, logLikelihoods, metrics, divergence }: ScoredItem): Record<string, unknown> {
  const filtered = logLikelihoods.map(({ logProb, isGreedy }) =>
    item.kind === 'rolling' ? pythonFloat(logProb) : [pythonFloat(logProb), isGreedy ? 'True' : 'False'],
  )
  const values = Object.entries(metrics).map(([name, value]) => {
    const metric: BaseMetric = metricOf(name)
    return [name, metric.toStored(value)]
  })
  return {
    doc_id: item.docId,
    doc: item.doc,
    target: item.target,
    arguments: Object.fromEntries(item.requests.map((request, index) => [`gen_args_${index}`, argumentsOf(request)])),
    resps: filtered.map((response) => [response]),
    filtered_resps: filtered,
    filter: 'none',
    metrics: Object.keys(metrics),
    doc_hash: sha256(JSON.stringify(item.doc, null, 2)),
    prompt_hash: promptHash(item),
    target_hash: targetHash(item),
    ...Object.fromEntries(values),
    ...(divergence && { divergence: storedDivergence(divergence) }),
  }
}

function argumentsOf(request: Request): Record<string, string> {
  return request.kind === 'continuation' ? { arg_0: request.context, arg_1: request.continuation } : { arg_0: request.text }
}

function firstText(request: Request): string {
  return request.kind === 'continuation' ? request.context : request.text
}

/** lm-eval's `prompt_hash` of an item: equal for equal prompts. */
export function promptHash({ requests: [first] }: ScoredItem['item']): string {
  return sha256(firstText(first))
}

/** lm-eval's `target_hash` of an item: equal for equal right answers. */
export function targetHash({ target }: ScoredItem['item']): string {
  return sha256(target)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
