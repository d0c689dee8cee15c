/** Models computed together, killed in the middle: the same command goes on, and each ends in the digits of a run by itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { prune } from '../../../src/prune/prune.ts'
import { deepModel } from '../../deep-model.ts'
import { evalharness, start } from '../../program.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { piqaRows, writeRows } from '../../tiny-model.ts'

const LABELS = ['original', 'drop'] as const

test('kill -9 in the middle of a pass', { timeout: 120_000 }, async () => {
  const original = await deepModel({ layers: 4 })
  const drop = path.join(temporaryFolder(), 'drop')
  await prune({ method: 'drop', model: original, out: drop, layers: '2' })
  const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(120))
  const options = (output: string) => ['-t', 'piqa', '--data', `piqa=${rows}`, '-o', output, '--batch-tokens', '60', '--device', 'cpu', '--threads', '1']
  const models = ['-m', `original=${original}`, '-m', `drop=${drop}`]
  const [output, apart, cache] = [path.join(temporaryFolder(), 'results'), path.join(temporaryFolder(), 'results'), temporaryFolder()]
  expect(await evalharness('run', ...models, ...options(apart), '--no-shared-layers', '--no-cache')).toMatchObject({ code: 0 })
  const { child, ended } = start(['run', ...models, ...options(output), '--cache', cache])
  while (!logsOf(cache).every((size) => size > 64 * 20)) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  await ended
  const resumed = await evalharness('run', '--resume', output)
  expect(resumed).toMatchObject({ code: 0, err: expect.stringMatching(/drop: .*cached responses/u) })
  for (const label of LABELS) expect(samplesOf(output, label)).toBe(samplesOf(apart, label))
})

/** Sizes of the logs of both models; 0 for one that is not there yet. */
function logsOf(cache: string): number[] {
  const folder = path.join(cache, 'answers')
  const logs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.log')) : []
  return LABELS.map((_, index) => (logs[index] === undefined ? 0 : readFileSync(path.join(folder, logs[index])).length))
}

function samplesOf(output: string, label: string): string {
  const name = readdirSync(path.join(output, label)).findLast((entry) => entry.startsWith('samples_') && !entry.includes('.partial'))!
  return readFileSync(path.join(output, label, name), 'utf8')
}
