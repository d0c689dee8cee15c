/**
 * Compares a real vLLM with the engine of this program, item by item; then kills one of two vLLMs in the middle of a run.
 *
 *     npm run check:vllm -- SHARED [--model FOLDER] [--venv FOLDER] [--url http://127.0.0.1:8123/v1]
 *
 * SHARED holds data/, models/ and tools/start-vllm-cpu.sh, which starts a vLLM on the CPU and installs it before its first start (3.5 GB, below
 * --venv). With --url, a running vLLM is the first one. One line a check; exit 1 on any difference. If SHARED has no such script the
 * check is skipped with a message. Not part of `.ci/run`: an installation of 3.5 GB is too much for a check of each change.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { evaluateModel } from '../src/run/evaluate-model.ts'
import type { ModelSource } from '../src/run/model-source.ts'
import type { EvaluationEvent } from '../src/run/run-events.ts'
import type { RunRecord } from '../src/store/run-record.ts'
import { loadTask } from '../src/run/load-task.ts'
import type { LoadedTask } from '../src/run/loaded-task.ts'
import { loadTasks } from '../src/task/registry.ts'
import { selectTasks } from '../src/task/select-tasks.ts'
import { smolLM2 } from './reference.ts'

/** Tolerance of a log-likelihood, in nats per scored token. */
const TOLERANCE = 2e-3
const ASKED = { piqa: 100, boolq: 50, mmlu_anatomy: 30 }
const PORTS = [18_123, 18_124] as const
/** A first start installs. */
const START_MS = 15 * 60_000

const { values, positionals } = parseArgs({ allowPositionals: true, options: { model: { type: 'string' }, venv: { type: 'string' }, url: { type: 'string' } } })
const shared = positionals[0] ?? '../shared'
const starter = path.resolve(shared, 'tools/start-vllm-cpu.sh')
if (!existsSync(starter)) {
  console.log(`skipped: agreement with vLLM: no ${starter}`)
  process.exit(0)
}
const folder = path.resolve(values.model ?? smolLM2(shared))
const servers: ChildProcess[] = []
let failed = 0
try {
  const known = await loadTasks()
  const loadedTasks: LoadedTask[] = []
  for (const [task, limit] of Object.entries(ASKED))
    loadedTasks.push(await loadTask(selectTasks(known, [task])[0]!, { limit, dataDir: path.join(shared, 'data') }))
  const first = values.url ?? (await startVllm(PORTS[0]))
  const served = await score(loadedTasks, { label: 'vllm', source: first, folder, revision: null, served: { urls: [first] } })
  const local = await score(loadedTasks, { label: 'local', source: folder, folder, revision: null }, served.model.maxLength)
  compare('one vLLM', local, served)

  const second = await startVllm(PORTS[1])
  const victim = servers.at(-1)!
  let isKilled = false
  const kill = (doneShare: number) => {
    if (isKilled || doneShare < 0.4) return
    isKilled = true
    process.kill(-victim.pid!, 'SIGKILL')
  }
  const [piqa] = loadedTasks
  const both = await score([piqa!], { label: 'two', source: first, folder, revision: null, served: { urls: [first, second] } }, undefined, kill)
  check('two vLLMs: the second was killed in the middle', isKilled, 'it was not')
  compare('two vLLMs, one killed', { ...local, tasks: local.tasks.slice(0, 1) }, both)
} finally {
  for (const { pid, exitCode, signalCode } of servers) if (exitCode === null && signalCode === null) process.kill(-pid!, 'SIGKILL')
}
process.exit(failed > 0 ? 1 : 0)

/** Starts a vLLM in its own process group; returns its address once it responds. */
async function startVllm(port: number): Promise<string> {
  const server = spawn(starter, [folder, String(port), ...(values.venv ? [path.resolve(values.venv)] : [])], { detached: true, stdio: 'ignore' })
  servers.push(server)
  const url = `http://127.0.0.1:${port}/v1`
  for (const startedAt = Date.now(); Date.now() - startedAt < START_MS;) {
    const isReady = await fetch(`${url}/models`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return url
    if (server.exitCode !== null) throw new Error(`${starter} ended with exit code ${server.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  throw new Error(`no vLLM on port ${port} after ${START_MS / 60_000} minutes`)
}

async function score(
  loadedTasks: readonly LoadedTask[],
  model: ModelSource,
  maxLength?: number,
  onDone: (doneShare: number) => void = () => {},
): Promise<RunRecord> {
  const onEvent = (event: EvaluationEvent) => {
    if (event.kind === 'notice') console.error(event.message)
    if (event.kind === 'batch-scored') onDone(event.doneShare)
  }
  return evaluateModel(model, loadedTasks, { ...(maxLength !== undefined && { maxLength }), onEvent })
}

function compare(name: string, expected: RunRecord, got: RunRecord): void {
  check(`${name}: the run is complete`, got.isComplete, got.failure?.message ?? '')
  for (const task of expected.tasks) {
    const other = got.tasks.find((entry) => entry.name === task.name)
    const [ids, otherIds] = [task, other].map((entry) => entry?.items.map(({ item }) => item.docId).join() ?? 'none')
    check(`${name}: ${task.name}: every item once`, ids === otherIds, `${otherIds} in the place of ${ids}`)
    if (!other) continue
    let most = 0
    task.items.forEach(({ logLikelihoods }, index) =>
      logLikelihoods.forEach(({ logProb, tokenCount }, choice) => {
        const own = other.items[index]?.logLikelihoods[choice]
        most = Math.max(most, own ? Math.abs(own.logProb - logProb) / tokenCount : Infinity)
      }),
    )
    check(
      `${name}: ${task.name}: ${task.items.length} items, at most ${most.toExponential(1)} nats per token apart`,
      most <= TOLERANCE,
      `more than ${TOLERANCE}`,
    )
    const shown = (scores: typeof task.scores) => scores.map(({ metric, value }) => `${metric} ${value.toFixed(4)}`).join(', ')
    check(`${name}: ${task.name}: ${shown(task.scores)}`, shown(task.scores) === shown(other.scores), shown(other.scores))
  }
}

function check(name: string, passed: boolean, otherwise: string): void {
  if (!passed) failed++
  console.log(passed ? `ok: ${name}` : `failed: ${name}: ${otherwise}`)
}
