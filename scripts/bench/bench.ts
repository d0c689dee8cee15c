/**
 * The same items through evalharness and through lm-eval, alternating on one machine; times, ratios, and whether the scores agree.
 *
 *     npm run bench -- --model FOLDER --data-dir FOLDER [--against hf-float32+hf-default:piqa=200,…] [--limit piqa=500,…]
 *                      [--url http://127.0.0.1:8123/v1] [--rounds 3] [--growth piqa] [--write docs/speed.md]
 *
 * The times include scoring and all tokenizing, but not loading. Each round runs everything once; ratios are medians over rounds, because a
 * neighbor can slow a machine for seconds. lm-eval is installed in an environment of its own below node_modules/.cache. --limit names the items that
 * are compared with the hardware's limit, for evalharness only. A vLLM at --url, started with VLLM_SERVER_DEV_MODE=1, is another peer, through lm-eval's client.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { openCheckpoint } from '../../src/model/checkpoint.ts'
import type { WorkRecord } from '../../src/store/work-record.ts'
import { pythonWith } from '../reference.ts'
import { writeFullLogits } from './full-logits-graph.ts'
import { emptyPrefixCache } from './prefix-cache.ts'
import { speedPage, type Growth, type Measurement } from './speed-page.ts'

const PACKAGES = ['torch==2.13.0', 'transformers==5.23.0', 'accelerate', 'lm_eval[api]==0.4.13', 'onnxruntime==1.32.0']
/** How lm-eval is started. Batches of 16 took less time than of one on PIQA and HellaSwag, and little more on MMLU. */
const PEERS: Readonly<Record<string, readonly string[]>> = {
  'hf-float32': ['--backend', 'hf', '--dtype', 'float32', '--batch-size', '16'],
  'hf-default': ['--backend', 'hf', '--dtype', 'auto', '--batch-size', '16'],
  onnxruntime: ['--backend', 'onnxruntime'],
  // vLLM makes its batches of the requests in flight.
  vllm: ['--backend', 'local-completions', '--concurrent', '16'],
}
/** The items of each peer. The last one computes every choice's whole prompt again, so it gets fewer of the slow items. */
const AGAINST = ['hf-float32+hf-default:piqa=200,boolq=100,hellaswag=200,mmlu_anatomy=135,wikitext=2', 'onnxruntime:piqa=100,hellaswag=100,mmlu_anatomy=135']
const AGAINST_SERVER = 'vllm:piqa=100,boolq=50,hellaswag=50,mmlu_anatomy=30'
/** The items that are compared with the hardware's limit: 500 of each benchmark that has them. */
const LIMIT = 'piqa=500,boolq=500,hellaswag=500,mmlu_high_school_psychology=545,wikitext=8'
const GROWTH_SHARES = [1 / 8, 1 / 4, 1 / 2, 1]

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    'data-dir': { type: 'string' },
    against: { type: 'string', multiple: true, default: AGAINST },
    limit: { type: 'string', default: LIMIT },
    url: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    growth: { type: 'string' },
    write: { type: 'string' },
  },
})
if (!values.model || !values['data-dir']) throw new Error('usage: npm run bench -- --model FOLDER --data-dir FOLDER')
const [model, dataDir] = [path.resolve(values.model), path.resolve(values['data-dir'])]
/** Parses `TASK=ITEMS,TASK=ITEMS`. */
const tasksOf = (text: string) => text.split(',').map((part) => part.split('=') as [string, string])
/** Parses `PEER+PEER:TASK=ITEMS,TASK=ITEMS`. */
const matches = [...values.against, ...(values.url === undefined ? [] : [AGAINST_SERVER])].map((text) => {
  const [peers, tasks] = text.split(':') as [string, string]
  return { peers: peers.split('+'), tasks: tasksOf(tasks), text: tasks }
})
const run = promisify(execFile)
const work = await mkdtemp(path.join(os.tmpdir(), 'evalharness-bench-'))
try {
  await run('npm', ['run', 'build'])
  const python = pythonWith(...PACKAGES)
  const models: Record<string, string> = { onnxruntime: path.join(work, 'full-logits') }
  const checkpoint = await openCheckpoint(model)
  if (matches.some(({ peers }) => peers.includes('onnxruntime'))) await writeFullLogits(models['onnxruntime']!, model, checkpoint)

  const compared: Measurement[][] = []
  for (const { peers, tasks, text } of matches) {
    const measurements: Measurement[] = []
    for (let round = 1; round <= Number(values.rounds); round++) {
      for (const [task, items] of tasks) measurements.push(note(round, await measureOurs(task, Number(items))))
      for (const peer of peers)
        for (const measurement of await measurePeer(peer, models[peer] ?? model, text, python)) measurements.push(note(round, measurement))
    }
    compared.push(measurements)
  }
  const limit: Measurement[] = []
  for (let round = 1; round <= Number(values.rounds); round++)
    for (const [task, items] of tasksOf(values.limit)) limit.push(note(round, await measureOurs(task, Number(items))))
  const growth: Growth[] = []
  if (values.growth) {
    const whole = await measureOurs(values.growth)
    for (const share of GROWTH_SHARES) growth.push({ share, ...(share === 1 ? whole : await measureOurs(values.growth, share)) })
  }
  const page = speedPage({ compared, limit, growth, parameterCount: checkpoint.parameterCount, packages: PACKAGES })
  console.log(page)
  if (values.write) await writeFile(values.write, page)

  function note(round: number, measurement: Measurement): Measurement {
    const scores = Object.entries(measurement.scores).map(([metric, value]) => `${metric} ${value.toFixed(4)}`)
    console.error(`round ${round} · ${measurement.peer} · ${measurement.task}: ${measurement.seconds.toFixed(1)} s · ${scores.join(', ')}`)
    return measurement
  }
} finally {
  await rm(work, { recursive: true, force: true })
}

interface OurResults {
  readonly results: Readonly<Record<string, Readonly<Record<string, number | string>>>>
  readonly evalharness: { readonly started_at: string; readonly work: WorkRecord }
}

/** One task in a process of its own, as a user starts it; `limit` as of `--limit`, all items when absent. */
async function measureOurs(task: string, limit?: number): Promise<Measurement & { readonly work: WorkRecord; readonly firstScoreSeconds: number }> {
  const limits = limit === undefined ? [] : ['--limit', String(limit)]
  const asked = ['-m', `bench=${model}`, '-t', task, ...limits, '--data-dir', dataDir]
  const args = ['dist/src/cli.js', 'run', ...asked, '-o', path.join(work, 'results'), '--no-cache', '--json']
  const startedAt = Date.now()
  const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 28 })
  const { results, evalharness } = (JSON.parse(stdout) as { bench: OurResults }).bench
  const { elapsedMs, encodingMs, firstScoreMs } = evalharness.work
  // Tokens are made while the model loads; lm-eval makes them in the time that is measured, so here they count in full.
  const milliseconds = elapsedMs.plan + encodingMs! + elapsedMs.engine + elapsedMs.roofline + elapsedMs.record
  return {
    peer: 'evalharness',
    task,
    items: limit ?? null,
    seconds: milliseconds / 1000,
    scores: comparable(results[task]!),
    work: evalharness.work,
    firstScoreSeconds: (Date.parse(evalharness.started_at) + firstScoreMs! - startedAt) / 1000,
  }
}

/** All tasks in one process of lm-eval. */
async function measurePeer(peer: string, folder: string, tasks: string, python: string): Promise<Measurement[]> {
  if (peer === 'vllm') await emptyPrefixCache(values.url!)
  const server = peer === 'vllm' ? ['--url', values.url!] : []
  const args = [...PEERS[peer]!, ...server, '--model', folder, '--data-dir', dataDir, '--tasks', tasks]
  const { stdout } = await run(python, ['scripts/score-with-lm-eval.py', ...args], {
    maxBuffer: 2 ** 28,
    env: { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: path.join(work, 'home') },
  })
  const measured = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, Omit<Measurement, 'peer' | 'task'>>
  return Object.entries(measured).map(([task, { items, seconds, scores }]) => ({ peer, task, items, seconds, scores }))
}

function comparable(scores: Readonly<Record<string, number | string>>): Record<string, number> {
  const entries = ['acc', 'acc_norm', 'word_perplexity'].map((metric) => [metric, scores[`${metric},none`]] as const)
  return Object.fromEntries(entries.filter((entry): entry is readonly ['acc', number] => typeof entry[1] === 'number'))
}
