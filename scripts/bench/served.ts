/**
 * The same items through evalharness and through lm-eval's client, alternating, on one vLLM; times, ratios, and whether the scores agree.
 *
 *     node --import ./scripts/typescript.js scripts/bench/served.ts --url http://127.0.0.1:8123/v1 --model FOLDER --data-dir FOLDER --python PYTHON [--tasks piqa=100,…] [--rounds 3]
 *
 * The times include scoring and all tokenizing, but not loading and the probe. The server must run with VLLM_SERVER_DEV_MODE=1: its prefix cache is
 * emptied before each measurement, so that no tool profits from another one's requests. PYTHON has lm_eval with its `api` extra. Prints a table.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import type { WorkRecord } from '../../src/store/work-record.ts'
import { median } from './median.ts'
import { emptyPrefixCache } from './prefix-cache.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8123/v1' },
    model: { type: 'string' },
    'data-dir': { type: 'string' },
    python: { type: 'string', default: 'python3' },
    tasks: { type: 'string', default: 'piqa=100,boolq=50,hellaswag=50,mmlu_anatomy=30' },
    rounds: { type: 'string', default: '3' },
  },
})
if (!values.model || !values['data-dir'])
  throw new Error('usage: node --import ./scripts/typescript.js scripts/bench/served.ts --model FOLDER --data-dir FOLDER')
const [model, dataDir] = [path.resolve(values.model), path.resolve(values['data-dir'])]
/** Requests in flight: lm-eval's default, and as many as evalharness has. */
const PEERS = { 'lm-eval, 1 in flight': 1, 'lm-eval, 16 in flight': 16 } as const
const run = promisify(execFile)
const work = await mkdtemp(path.join(os.tmpdir(), 'evalharness-served-'))

interface Measurement {
  readonly seconds: number
  readonly scores: Readonly<Record<string, number>>
}

try {
  const names = ['evalharness', ...Object.keys(PEERS)]
  console.log(`| task | items | ${names.join(' | ')} |\n|---|---|${names.map(() => '---').join('|')}|`)
  for (const [task, items] of values.tasks.split(',').map((part) => part.split('=') as [string, string])) {
    const measured = new Map<string, Measurement[]>(names.map((name) => [name, []]))
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const name of names) {
        await emptyPrefixCache(values.url)
        measured.get(name)!.push(name === 'evalharness' ? await measureOurs(task, items) : await measureTheirs(task, items, PEERS[name as keyof typeof PEERS]))
        console.error(`round ${round + 1} · ${task} · ${name}: ${measured.get(name)!.at(-1)!.seconds.toFixed(1)} s`)
      }
    }
    const own = measured.get('evalharness')!
    const cells = names.map((name) => {
      const theirs = measured.get(name)!
      const seconds = `${median(theirs.map((entry) => entry.seconds)).toFixed(1)} s`
      if (name === 'evalharness') return seconds
      const ratio = median(theirs.map((entry, round) => entry.seconds / own[round]!.seconds))
      const isSame = Object.entries(theirs[0]!.scores).every(([metric, value]) => Math.abs(value - own[0]!.scores[metric]!) < 1e-9)
      return `${seconds} · **${ratio.toFixed(1)} ×** · ${isSame ? 'same scores' : `scores differ: ${JSON.stringify(theirs[0]!.scores)}, ours ${JSON.stringify(own[0]!.scores)}`}`
    })
    console.log(`| ${task} | ${items} | ${cells.join(' | ')} |`)
  }
} finally {
  await rm(work, { recursive: true, force: true })
}

interface OurResults {
  readonly results: Readonly<Record<string, Readonly<Record<string, number | string>>>>
  readonly evalharness: { readonly work: WorkRecord }
}

async function measureOurs(task: string, items: string): Promise<Measurement> {
  const args = [
    '--import',
    './scripts/typescript.js',
    'src/cli.ts',
    'run',
    '-m',
    `bench=${values.url},tokenizer=${model}`,
    '-t',
    task,
    '-L',
    items,
    '--data-dir',
    dataDir,
    '-o',
    work,
    '--json',
  ]
  const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 28 })
  const { results, evalharness } = (JSON.parse(stdout) as { bench: OurResults }).bench
  const { elapsedMs, encodingMs } = evalharness.work
  // Tokens are made beside other things; lm-eval makes them in the time that is measured, so here they count in full.
  const milliseconds = elapsedMs.plan + encodingMs! + elapsedMs.engine + elapsedMs.record
  const scores = Object.entries(results[task]!).flatMap(([key, value]): [string, number][] =>
    /^acc(?:_norm)?,none$/u.test(key) ? [[key.split(',')[0]!, Number(value)]] : [],
  )
  return { seconds: milliseconds / 1000, scores: Object.fromEntries(scores) }
}

async function measureTheirs(task: string, items: string, concurrent: number): Promise<Measurement> {
  const args = [
    '--backend',
    'local-completions',
    '--url',
    values.url,
    '--concurrent',
    String(concurrent),
    '--model',
    model,
    '--data-dir',
    dataDir,
    '--tasks',
    `${task}=${items}`,
  ]
  const env = { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: path.join(work, 'home') }
  const { stdout } = await run(values.python, ['scripts/score-with-lm-eval.py', ...args], { maxBuffer: 2 ** 28, env })
  return (JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, Measurement>)[task]!
}
