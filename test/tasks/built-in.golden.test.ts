/**
 * Built-in tasks beside lm-eval 0.4.13 with its own task files over the same rows: scripts/make-task-goldens.py. Log-likelihoods follow from the SHA-256
 * of their requests, here and there.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadTask } from '../../src/run/load-task.ts'
import { sampleRecord } from '../../src/store/sample.ts'
import { loadTasks } from '../../src/task/registry.ts'
import type { Request } from '../../src/task/request.ts'
import { aggregateItems, scoreItem } from '../../src/task/score-items.ts'
import { selectTasks } from '../../src/task/select-tasks.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { writeRows } from '../tiny-model.ts'

interface GoldenCase {
  readonly task: string
  readonly version: number
  readonly shots: number
  readonly items: readonly {
    readonly requests: readonly (readonly [context: string, continuation: string])[]
    readonly target: string
    readonly prompt_hash: string
    readonly target_hash: string
    readonly metrics: Readonly<Record<string, number>>
  }[]
  readonly scores: Readonly<Record<string, number | 'N/A'>>
}

const GOLDEN = JSON.parse(readFileSync(path.join(import.meta.dirname, 'built-in.golden.json'), 'utf8')) as {
  readonly rows: Readonly<Record<string, Readonly<Record<string, readonly object[]>>>>
  readonly cases: readonly GoldenCase[]
}
const known = await loadTasks()

/** lm-eval calls the share of true answers acc. */
const ourName = (task: string, metric: string) => (task === 'truthfulqa_mc2' ? metric.replace('acc', 'mc2') : metric)

function logLikelihood(request: Request) {
  if (request.kind !== 'continuation') throw new Error('no request of these tasks')
  const digest = createHash('sha256').update(`${request.context}\0${request.continuation}`).digest()
  return { logProb: -digest.readUInt16BE(0) / 4096, isGreedy: digest[2]! % 3 === 0, tokenCount: 1 }
}

async function load(name: string, shots: number) {
  const folder = temporaryFolder()
  const files = Object.entries(GOLDEN.rows[name]!).map(([split, rows]) => [`${name}:${split}`, writeRows(folder, `${split}.jsonl`, rows)])
  const [task] = selectTasks(known, [name])
  return loadTask(task!, { dataFiles: Object.fromEntries(files) as Record<string, string>, shots })
}

describe.each(GOLDEN.cases)('$task, $shots shots', async ({ task: name, version, shots, items: golden, scores }) => {
  const { task, parts } = await load(name, shots)
  const items = parts[0]!.items.flatMap((item) => (item.kind === 'corpus' ? [] : [item]))
  const scored = items.map((item) => scoreItem(task, item, item.requests.map(logLikelihood)))

  test('requests, targets, hashes and items’ values are equal', () => {
    expect(task.version).toBe(version)
    const found = scored.map((each) => {
      const { target, prompt_hash, target_hash } = sampleRecord(each)
      const requests = each.item.requests.map((request) => (request.kind === 'continuation' ? [request.context, request.continuation] : []))
      return { requests, target, prompt_hash, target_hash }
    })
    expect(found).toEqual(golden.map(({ requests, target, prompt_hash, target_hash }) => ({ requests, target, prompt_hash, target_hash })))
    for (const [index, { metrics }] of golden.entries())
      for (const [metric, value] of Object.entries(metrics)) {
        const own = scored[index]!.metrics[ourName(name, metric)]
        expect(typeof own === 'object' ? own['logProb'] : own, metric).toBeCloseTo(value, 12)
      }
  })

  test('scores are equal', () => {
    const own = new Map(aggregateItems(task, scored, 1).scores.map((score) => [score.metric as string, score]))
    const metrics = Object.keys(scores).filter((key) => !key.endsWith('_stderr'))
    expect([...own.keys()].sort()).toEqual(metrics.map((metric) => ourName(name, metric)).sort())
    for (const metric of metrics) {
      const { value, standardError } = own.get(ourName(name, metric))!
      expect(value, metric).toBeCloseTo(scores[metric] as number, 12)
      const error = scores[`${metric}_stderr`]
      // A perplexity's is resampled, here with other random numbers.
      if (metric === 'perplexity') expect(Math.abs(standardError - (error as number))).toBeLessThan(0.1 * (error as number))
      else expect(standardError, metric).toBeCloseTo(error as number, 12)
    }
  })
})

test('rows of RACE that are not a list in Python are refused', async () => {
  const file = writeRows(temporaryFolder(), 'rows.jsonl', [{ article: 'a', problems: '[{"question": ' }])
  await expect(loadTask(known.get('race')!, { dataFiles: { race: file } })).rejects.toThrow('field problems: Invalid input: expected a list in Python')
})
