/** Models computed together, killed in the middle: the same command goes on, and each ends in the digits of a run by itself, or of an uninterrupted one. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { RECORD_BYTES } from '../../../src/cache/response-log.ts'
import { prune } from '../../../src/prune/prune.ts'
import { runModels, type RunModelsOptions, type RunResult } from '../../../src/run/run-models.ts'
import { deepModel } from '../../deep-model.ts'
import { evalharness, start } from '../../program.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { piqaRows, writeRows } from '../../tiny-model.ts'

const LABELS = ['original', 'drop'] as const

const original = await deepModel({ layers: 4 })
const drop = path.join(temporaryFolder(), 'drop')
await prune({ method: 'drop', model: original, out: drop, layers: '2' })
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(120))
const models = ['-m', `original=${original}`, '-m', `drop=${drop}`]
const options = ['-t', 'piqa', '--data', `piqa=${rows}`, '--batch-tokens', '60', '--device', 'cpu', '--threads', '1']

/** Runs the command in a process, and kills it when both models have some responses, but not all. */
async function runAndKill(output: string, cache: string, ...more: readonly string[]): Promise<void> {
  const { child, ended } = start(['run', ...models, ...options, ...more, '-o', output, '--cache', cache])
  while (recordCounts(cache).filter((count) => count > 20).length < LABELS.length) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  await ended
}

test('kill -9 in the middle of a pass', { timeout: 120_000 }, async () => {
  const [output, apart, cache] = [path.join(temporaryFolder(), 'results'), path.join(temporaryFolder(), 'results'), temporaryFolder()]
  expect(await evalharness('run', ...models, ...options, '-o', apart, '--no-shared-layers', '--no-cache')).toMatchObject({ code: 0 })
  await runAndKill(output, cache)
  const resumed = await evalharness('run', '--resume', output)
  expect(resumed).toMatchObject({ code: 0, err: expect.stringMatching(/drop: .*cached responses/u) })
  for (const label of LABELS) expect(samplesOf(output, label)).toBe(samplesOf(apart, label))
})

test('kill -9 in the middle of a pass that compares distributions', { timeout: 120_000 }, async () => {
  const [output, cache] = [path.join(temporaryFolder(), 'results'), temporaryFolder()]
  const common: RunModelsOptions = {
    model: [`original=${original}`, `drop=${drop}`],
    tasks: ['piqa'],
    data: [`piqa=${rows}`],
    device: 'cpu',
    threads: 1,
    batchTokens: 60,
    divergence: true,
  }
  const whole = await runModels({ ...common, output: path.join(temporaryFolder(), 'whole'), cache: false })
  await runAndKill(output, cache, '--divergence')
  const resumed = await runModels({ resume: output })
  expectAlike(resumed, whole)
  expect(resumed.runs.every(({ record }) => record.work.cachedCount > 0)).toBe(true)
  const layerPasses = [resumed, whole].map(layerPassesOf)
  expect(layerPasses[0]).toBeGreaterThan(0)
  expect(layerPasses[0]).toBeLessThan(layerPasses[1]!)
  // Now nothing is left to compute.
  const again = await runModels({ ...common, output: path.join(temporaryFolder(), 'again'), cache })
  expectAlike(again, whole)
  expect(layerPassesOf(again)).toBe(0)
})

function expectAlike(found: RunResult, expected: RunResult): void {
  expect(found.runs.map(({ record }) => record.tasks)).toEqual(expected.runs.map(({ record }) => record.tasks))
  expect(found.runs.map(({ record }) => record.divergence)).toEqual(expected.runs.map(({ record }) => record.divergence))
}

function layerPassesOf({ runs }: RunResult): number {
  return runs.reduce((sum, { record }) => sum + record.work.layerPassesComputed!, 0)
}

/** Responses of each model that has some. */
function recordCounts(cache: string): number[] {
  const folder = path.join(cache, 'answers')
  const logs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.log')) : []
  return logs.map((name) => statSync(path.join(folder, name)).size / RECORD_BYTES)
}

function samplesOf(output: string, label: string): string {
  const name = readdirSync(path.join(output, label)).findLast((entry) => entry.startsWith('samples_') && !entry.includes('.partial'))!
  return readFileSync(path.join(output, label, name), 'utf8')
}
