/** A layer scan that is killed: the same command computes the rest, and its record has the digits of an uninterrupted one. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { RECORD_BYTES } from '../../../src/cache/response-log.ts'
import { readScan } from '../../../src/prune/scan/read-scan.ts'
import { deepModel } from '../../deep-model.ts'
import { evalharness, start } from '../../program.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { piqaRows, writeRows } from '../../tiny-model.ts'

test('kill -9 in the middle of a layer scan', { timeout: 120_000 }, async () => {
  const model = await deepModel({ layers: 4 })
  const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(120))
  const scan = ['layers', `deep=${model}`, '-t', 'piqa', '--data', `piqa=${rows}`, '--batch-tokens', '60', '--device', 'cpu', '--threads', '1']
  const [apart, output, cache] = [temporaryFolder(), temporaryFolder(), temporaryFolder()]
  expect(await evalharness(...scan, '-o', apart, '--no-cache')).toMatchObject({ code: 0 })
  const { child, ended } = start([...scan, '-o', output, '--cache', cache])
  while (recordCounts(cache).filter((count) => count > 20).length < 5) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  await ended
  expect(recordsIn(output)).toEqual([])
  const counts = recordCounts(cache)
  expect(await evalharness(...scan, '-o', output, '--cache', cache)).toMatchObject({ code: 0 })
  const [whole, resumed] = await Promise.all([apart, output].map(async (folder) => readScan(recordsIn(folder)[0]!)))
  expect({ ...resumed!, startedAt: '', elapsedMs: 0, work: null }).toEqual({ ...whole!, startedAt: '', elapsedMs: 0, work: null })
  expect(Math.min(...counts)).toBeGreaterThan(0)
  expect(resumed!.work.layerPassesComputed).toBeLessThan(whole!.work.layerPassesComputed!)
})

/** Responses of each model that has some. */
function recordCounts(cache: string): number[] {
  const folder = path.join(cache, 'answers')
  const logs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.log')) : []
  return logs.map((name) => statSync(path.join(folder, name)).size / RECORD_BYTES)
}

function recordsIn(output: string): string[] {
  const folder = path.join(output, 'deep')
  return existsSync(folder) ? readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [path.join(folder, name)] : [])) : []
}
