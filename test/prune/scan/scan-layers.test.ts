/** A layer scan from options to its record, on a random model of a few layers. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { AbortError } from '../../../src/errors.ts'
import { planLayerScan } from '../../../src/prune/scan/plan-scan.ts'
import { prepareScan } from '../../../src/prune/scan/prepare-scan.ts'
import { openScanned } from '../../../src/prune/scan/model-without.ts'
import { readScan } from '../../../src/prune/scan/read-scan.ts'
import { scanLayers } from '../../../src/prune/scan/scan-layers.ts'
import { scanOptions } from '../../../src/prune/scan/scan-options.ts'
import { planScanPasses, scanModels } from '../../../src/prune/scan/scan-passes.ts'
import { scoreModels } from '../../../src/prune/scan/score-models.ts'
import { prune } from '../../../src/prune/prune.ts'
import { parseOptions } from '../../../src/run/option-table.ts'
import { runModels } from '../../../src/run/run-models.ts'
import { deepModel } from '../../deep-model.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { piqaRows, writeRows } from '../../tiny-model.ts'

const model = deepModel({ layers: 4, dtype: 'F32' })
const tasks = { tasks: ['piqa'], data: [`piqa=${writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(6))}`] }

test('the scores are those of `prune drop` and `run`', { tags: ['slow'] }, async () => {
  const folder = await model
  const options = parseOptions(scanOptions, { model: folder, ...tasks, output: temporaryFolder() })
  const { model: source, units, loadedTasks, evaluateOptions } = await prepareScan(options, { purpose: 'scoring', onNotice() {}, signal: undefined })
  const models = scanModels(await openScanned(source, () => {}), units)
  const passes = await planScanPasses(models, evaluateOptions, { isShared: true, onNotice() {} })
  expect(passes.layers).toEqual({ asked: 16, distinct: 10 })
  const shares: number[] = []
  const scored = await scoreModels(passes, { loadedTasks, options: evaluateOptions, onNotice() {}, onShare: (share) => shares.push(share) })
  expect(shares.at(-1)).toBeCloseTo(1, 12)
  const out = path.join(temporaryFolder(), 'pruned')
  await prune({ method: 'drop', model: folder, out, layers: [2] })
  const { runs } = await runModels({ model: [out], ...tasks, output: temporaryFolder(), cache: false })
  const expected = runs[0]!.record.tasks[0]!.items.map(({ logLikelihoods }) => logLikelihoods.map(({ logProb }) => logProb))
  const found = scored.get(models.without[2]!.label)!.run.tasks[0]!.items!.map(({ requests }) => requests.map(({ logProb }) => logProb))
  expect(found.length).toBe(6)
  found.forEach((item, row) => item.forEach((logProb, choice) => expect(Math.abs(logProb - expected[row]![choice]!)).toBeLessThan(1e-6)))
})

test('the record is stored, and a second scan computes nothing', { tags: ['slow'] }, async () => {
  const [output, cache] = [temporaryFolder(), temporaryFolder()]
  const given = { model: `deep=${await model}`, ...tasks, group: 2, output, cache }
  const { scan, file } = await scanLayers(given)
  expect(await readScan(file)).toEqual(JSON.parse(JSON.stringify(scan)))
  expect(scan.units.map(({ first, last }) => [first, last])).toEqual([
    [0, 1],
    [2, 3],
  ])
  expect(scan.tasks[0]).toMatchObject({ task: 'piqa', metric: 'acc_norm', kind: 'accuracy', items: 6 })
  expect(scan.model).toMatchObject({ label: 'deep', layerCount: 4, weightsHash: expect.stringMatching(/^[0-9a-f]{64}$/u) })
  const plan = await planLayerScan(given)
  expect(plan).toMatchObject({ passes: [2, 1], layers: { asked: 8, distinct: 6, computed: 6 } })
  expect(plan.tasks[0]!.layerPassesDistinct).toBe(scan.work.layerPassesDistinct)
  const again = await scanLayers(given)
  expect(again.scan.work.layerPassesComputed).toBe(0)
  expect({ ...again.scan, startedAt: '', elapsedMs: 0, work: null }).toEqual({ ...scan, startedAt: '', elapsedMs: 0, work: null })
})

test('a scan that is cancelled stores nothing', async () => {
  const output = temporaryFolder()
  const controller = new AbortController()
  const scan = scanLayers({
    model: `deep=${await model}`,
    ...tasks,
    output,
    cache: temporaryFolder(),
    signal: controller.signal,
    onEvent: () => controller.abort(),
  })
  await expect(scan).rejects.toThrow(AbortError)
  expect(readdirSync(output)).toEqual([])
})
