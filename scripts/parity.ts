/**
 * Compares every row of lm-eval's own results with ours.
 *
 *     npm run parity -- SHARED [--model FOLDER] [--threads N] [--files piqa,mmlu]
 *
 * SHARED holds data/, golden/ and models/. Without --model the checkpoint is made once by SHARED/models/make-smollm2.py, in a virtual
 * environment below node_modules/.cache (Python 3, about a minute). One line a file; exit 1 on any difference. --files names
 * some of the files. If SHARED is absent the check is skipped with a message.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { evaluateModel } from '../src/run/evaluate-model.ts'
import type { ModelSource } from '../src/run/model-source.ts'
import type { EvaluationEvent } from '../src/run/run-events.ts'
import { toResultsFile } from '../src/store/to-results-file.ts'
import type { RunRecord } from '../src/store/run-record.ts'
import { sampleRecord } from '../src/store/sample.ts'
import { loadTask } from '../src/run/load-task.ts'
import type { Task } from '../src/task/define-task.ts'
import { loadTasks } from '../src/task/registry.ts'
import { selectTasks } from '../src/task/select-tasks.ts'
import { smolLM2 } from './reference.ts'

/** Tolerance of a log-likelihood, in nats per scored token. */
const TOLERANCE = 1e-4
/** Perplexities follow from log-likelihoods in f32, so their last digits differ; they must agree to those that lm-eval prints. */
const PRINTED_DIGITS = 4

interface GoldenRow {
  readonly task: string
  readonly doc_id: number
  readonly prompt_hash: string
  readonly target_hash: string
  readonly target: string
  readonly resps: readonly (number | readonly [number, boolean])[]
  readonly acc?: number
  readonly acc_norm?: number
}

interface GoldenFile {
  readonly file: string
  readonly task: string
  readonly limit: number
  readonly maxLength?: number
  readonly shots?: number
  /** Split of the few-shot examples, if it is not the task's: no other one is at hand. */
  readonly shotsSplit?: string
}

const FILES: readonly GoldenFile[] = [
  { file: 'piqa', task: 'piqa', limit: 200 },
  { file: 'hellaswag', task: 'hellaswag', limit: 200 },
  { file: 'boolq', task: 'boolq', limit: 100 },
  { file: 'mmlu', task: 'mmlu', limit: 2 },
  { file: 'wikitext', task: 'wikitext', limit: 3 },
  { file: 'wikitext_max_length_1024', task: 'wikitext', limit: 3, maxLength: 1024 },
  { file: 'arc_easy', task: 'arc_easy', limit: 60 },
  { file: 'arc_challenge', task: 'arc_challenge', limit: 60 },
  { file: 'openbookqa', task: 'openbookqa', limit: 60 },
  { file: 'winogrande', task: 'winogrande', limit: 60 },
  { file: 'lambada_openai', task: 'lambada_openai', limit: 60 },
  { file: 'piqa_5shot', task: 'piqa', limit: 30, shots: 5, shotsSplit: 'validation' },
  { file: 'hellaswag_10shot', task: 'hellaswag', limit: 30, shots: 10, shotsSplit: 'validation' },
  { file: 'boolq_3shot', task: 'boolq', limit: 20, shots: 3, shotsSplit: 'validation' },
  { file: 'arc_challenge_25shot', task: 'arc_challenge', limit: 30, shots: 25, shotsSplit: 'validation' },
  { file: 'winogrande_5shot', task: 'winogrande', limit: 30, shots: 5, shotsSplit: 'validation' },
  { file: 'openbookqa_2shot', task: 'openbookqa', limit: 30, shots: 2, shotsSplit: 'validation' },
]

const onEvent = (event: EvaluationEvent) => event.kind === 'notice' && console.error(event.message)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { model: { type: 'string' }, threads: { type: 'string' }, files: { type: 'string' } },
})
const wanted = values.files?.split(',')
const files = FILES.filter(({ file }) => wanted?.includes(file) ?? true)
const shared = positionals[0] ?? '../shared'
if (!existsSync(path.join(shared, 'golden'))) {
  console.log(`skipped: parity with lm-eval: no goldens in ${path.resolve(shared)}`)
  process.exit(0)
}
const folder = values.model ?? smolLM2(shared)
const model: ModelSource = { label: 'parity', source: folder, folder, revision: null }
const tasks = await loadTasks()
const summary = JSON.parse(readFileSync(path.join(shared, 'golden/summary.json'), 'utf8')) as Record<
  string,
  { results: Record<string, Record<string, number | string>> } | undefined
>
let failed = 0
for (const { file, task, limit, shots, shotsSplit, ...rest } of files) {
  const startedAt = performance.now()
  const loaded = await loadTask(drawingFrom(shotsSplit, selectTasks(tasks, [task])[0]!), {
    limit,
    dataDir: path.join(shared, 'data'),
    ...(shots !== undefined && { shots }),
  })
  const run = await evaluateModel(model, [loaded], { ...rest, ...(values.threads && { threads: Number(values.threads) }), onEvent })
  const golden = readFileSync(path.join(shared, 'golden', `${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as GoldenRow)
  const { largest, mismatches } = compareRows(golden, run)
  mismatches.push(...compareAggregates(summary[file]?.results ?? {}, run))
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${file}: ${golden.length} rows, largest difference ${largest.toExponential(1)} nats/token, ${mismatches.length} mismatches (${seconds} s)`)
  for (const mismatch of mismatches.slice(0, 10)) console.log(`  ${mismatch}`)
  if (mismatches.length > 0) failed++
}
console.log(`parity: ${files.length - failed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)

/** The task, with few-shot examples of that split. */
function drawingFrom(split: string | undefined, task: Task): Task {
  return split === undefined || task.kind === 'rolling' || task.kind === 'corpus' ? task : { ...task, shots: { ...task.shots!, split } }
}

/** Every field of every golden row. */
function compareRows(golden: readonly GoldenRow[], run: RunRecord): { largest: number; mismatches: string[] } {
  const ours = new Map(run.tasks.flatMap(({ name, items }) => items.map((item) => [`${name} ${item.item.docId}`, item])))
  const mismatches: string[] = []
  let largest = 0
  if (ours.size !== golden.length) mismatches.push(`${ours.size} rows here, ${golden.length} there`)
  for (const row of golden) {
    const key = `${row.task} ${row.doc_id}`
    const item = ours.get(key)
    if (!item) {
      mismatches.push(`${key}: missing`)
      continue
    }
    const sample = sampleRecord(item)
    for (const field of ['prompt_hash', 'target_hash', 'target', 'acc', 'acc_norm'] as const) {
      if (row[field] !== undefined && row[field] !== sample[field])
        mismatches.push(`${key}: ${field} is ${String(sample[field])}, lm-eval has ${String(row[field])}`)
    }
    if (item.logLikelihoods.length !== row.resps.length) mismatches.push(`${key}: ${item.logLikelihoods.length} responses, lm-eval has ${row.resps.length}`)
    row.resps.forEach((expected, index) => {
      const { logProb, isGreedy, tokenCount } = item.logLikelihoods[index]!
      const [expectedLogProb, expectedGreedy] = typeof expected === 'number' ? [expected, isGreedy] : expected
      const difference = Math.abs(logProb - expectedLogProb) / tokenCount
      largest = Math.max(largest, difference)
      if (!(difference <= TOLERANCE)) mismatches.push(`${key}: log-likelihood ${index} is ${logProb}, lm-eval has ${expectedLogProb}`)
      if (isGreedy !== expectedGreedy) mismatches.push(`${key}: is_greedy ${index} is ${isGreedy}, lm-eval has ${expectedGreedy}`)
    })
  }
  return { largest, mismatches }
}

/** Every number of lm-eval's results: accuracies exactly, perplexities to the digits that it prints. */
function compareAggregates(golden: Record<string, Record<string, number | string>>, run: RunRecord): string[] {
  const { results } = toResultsFile(run) as { results: Record<string, Record<string, number | string>> }
  return Object.entries(golden).flatMap(([task, metrics]) =>
    Object.entries(metrics).flatMap(([metric, expected]) => {
      if (typeof expected !== 'number' || metric === 'sample_len') return []
      const ours = results[task]?.[metric]
      const digits = metric.startsWith('acc') ? 12 : PRINTED_DIGITS
      return typeof ours === 'number' && ours.toFixed(digits) === expected.toFixed(digits) ? [] : [`${task} ${metric} is ${ours}, lm-eval has ${expected}`]
    }),
  )
}
