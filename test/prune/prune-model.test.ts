/** Pruning from a folder to a folder, through onnxruntime, on random models of a few layers. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCheckpoint } from '../../src/model/checkpoint.ts'
import { decodeValues } from '../../src/model/weights/element-type.ts'
import { tensorReader } from '../../src/model/weights/tensor-bytes.ts'
import { layerRunner } from '../../src/engine/onnx/layer-runner.ts'
import { CheckpointError, AbortError, PruneError, StoreError, UsageError } from '../../src/errors.ts'
import { planDrop, planLaco, pruneDrop, pruneLaco, type Destination, type LacoOptions, type PruningWatcher } from '../../src/prune/prune-model.ts'
import { planCalibration, readCalibrationText } from '../../src/prune/calibration.ts'
import { compareWithOriginal } from '../../src/prune/candidate-similarity.ts'
import { originalLayers } from '../../src/prune/collapsed-layer.ts'
import type { MergeRule } from '../../src/prune/merge-rule.ts'
import { deepModel } from '../deep-model.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const silent: PruningWatcher = { onNotice() {}, onLayer() {}, onIteration() {}, onWrite() {}, onBytes() {} }
const SETTINGS = { mergeLayers: 3, lowestLayer: 1, highestLayer: 7, interval: 2, threshold: -1, maxCompression: 0.5 }
const MERGE = { rule: 'telescope', qkNorm: 'merge', emulateBf16: false } as const
const OPTIONS: LacoOptions = { settings: SETTINGS, merge: MERGE, similarity: 'flatten' }
const modelOf = (folder: string) => ({ label: 'deep', source: folder, folder, revision: null })
const outputFolder = () => path.join(temporaryFolder(), 'pruned')
const to = (folder: string, more: Partial<Destination> = {}): Destination => ({ folder, force: false, ...more })

/** All tensors of a checkpoint, as bytes by name. */
async function tensorsOf(folder: string): Promise<Map<string, Buffer>> {
  const { weights } = await openCheckpoint(folder)
  await using reader = tensorReader(weights.root)
  const tensors = new Map<string, Buffer>()
  for (const [name, tensor] of weights.tensors) tensors.set(name, Buffer.from(await reader.read(tensor, 0, tensor.byteLength)))
  return tensors
}

/** With 8 layers these settings merge 4–6, then 2–4: layer 2 is 2, 3 and what became of 4, 5, 6. */
const PROJECTIONS = ['self_attn.q_proj', 'self_attn.o_proj', 'mlp.down_proj'].map((name) => `${name}.weight`)

describe('a collapsed checkpoint', { tags: ['slow'] }, () => {
  const expected: Record<MergeRule, (layers: Float32Array[]) => number[]> = {
    telescope: (w) => [...w[6]!],
    paper: (w) => [...w[2]!].map((_, i) => -w[2]![i]! + w[3]![i]! - w[4]![i]! + w[5]![i]! + w[6]![i]!),
    mean: (w) => [...w[3]!].map((_, i) => w[3]![i]! / 2 + (w[5]![i]! + w[6]![i]!) / 4),
  }

  test.each(['telescope', 'paper', 'mean'] as const)(
    'by the rule %s holds the tensors of its closed form, the norms of the base, and the rest untouched',
    async (rule) => {
      const [original, out] = [await deepModel({ layers: 8, dtype: 'F32' }), outputFolder()]
      const record = await pruneLaco(modelOf(original), { ...OPTIONS, merge: { ...MERGE, rule } }, to(out), silent)
      expect(record.layer_map.map(({ norms, merged }) => [norms, merged.length])).toEqual([
        [0, 1],
        [1, 1],
        [2, 5],
        [7, 1],
      ])
      const [before, after] = [await tensorsOf(original), await tensorsOf(out)]
      const values = (bytes: Buffer) => decodeValues(bytes, 'F32')
      for (const name of [...PROJECTIONS, 'self_attn.q_norm.weight']) {
        const layers = originalLayers(8).map(({ base }) => values(before.get(`model.layers.${base}.${name}`)!))
        expect([...values(after.get(`model.layers.2.${name}`)!)]).toEqual(expected[rule](layers).map(Math.fround))
      }
      for (const [name, bytes] of after) {
        const [, layer, rest] = /^model\.layers\.(\d)\.(.*)/u.exec(name) ?? []
        if (layer === '2' && !rest!.includes('layernorm')) continue
        const from = layer === undefined ? name : `model.layers.${layer === '3' ? 7 : layer}.${rest}`
        expect(Buffer.compare(bytes, before.get(from)!), name).toBe(0)
      }
      expect(after.size).toBe(2 + 4 * 11)
    },
  )

  test('is sharded as the source is, opens, and leaves no trace of its making', async () => {
    const [original, out] = [await deepModel({ layers: 8, shards: 3 }), outputFolder()]
    await pruneLaco(modelOf(original), OPTIONS, to(out), silent)
    expect(readdirSync(out).sort()).toEqual([
      'README.md',
      'config.json',
      'laco.json',
      'model-00001-of-00003.safetensors',
      'model-00002-of-00003.safetensors',
      'model-00003-of-00003.safetensors',
      'model.safetensors.index.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    expect(readdirSync(path.dirname(out))).toEqual(['pruned'])
    const index = JSON.parse(readFileSync(path.join(out, 'model.safetensors.index.json'), 'utf8')) as { metadata: { total_size: number } }
    expect(index.metadata.total_size).toBe([...(await tensorsOf(out)).values()].reduce((sum, { length }) => sum + length, 0))
    expect((await openCheckpoint(out)).config.layerCount).toBe(4)
  })

  test('a shard of which nothing is left is not written', async () => {
    const [original, out] = [await deepModel({ layers: 8, shards: 9, config: { tie_word_embeddings: false } }), outputFolder()]
    await pruneDrop(modelOf(original), new Set([0, 1, 2, 3, 4, 5]), to(out), silent)
    expect(readdirSync(out).filter((name) => name.endsWith('.safetensors'))).toHaveLength(4)
    expect((await openCheckpoint(out)).config.layerCount).toBe(2)
  })

  test('keeps the norms of queries and keys with the option', async () => {
    const [original, out] = [await deepModel({ layers: 8 }), outputFolder()]
    await pruneLaco(modelOf(original), { ...OPTIONS, merge: { ...MERGE, qkNorm: 'keep' } }, to(out), silent)
    const [before, after] = [await tensorsOf(original), await tensorsOf(out)]
    for (const [name, layer] of [
      ['self_attn.q_norm.weight', 2],
      ['self_attn.k_norm.weight', 2],
      ['self_attn.k_proj.weight', 6],
    ] as const)
      expect(after.get(`model.layers.2.${name}`)).toEqual(before.get(`model.layers.${layer}.${name}`))
  })

  test('the published loop is near the last layer and not equal to it', async () => {
    const [original, out] = [await deepModel({ layers: 8 }), outputFolder()]
    await pruneLaco(modelOf(original), { ...OPTIONS, merge: { ...MERGE, emulateBf16: true } }, to(out), silent)
    const values = (bytes: Buffer) => decodeValues(bytes, 'BF16')
    const last = values((await tensorsOf(original)).get('model.layers.6.mlp.up_proj.weight')!)
    const merged = values((await tensorsOf(out)).get('model.layers.2.mlp.up_proj.weight')!)
    const length = (array: Float32Array) => Math.sqrt(array.reduce((sum, value) => sum + value ** 2, 0))
    const off = length(merged.map((value, index) => value - last[index]!)) / length(last)
    expect(off).toBeGreaterThan(0.001)
    expect(off).toBeLessThan(0.01)
  })

  test('the record holds settings, each decision, the map and the sizes; the README its tables', async () => {
    const [original, out] = [await deepModel({ layers: 8 }), outputFolder()]
    const record = await pruneLaco(modelOf(original), OPTIONS, to(out), silent)
    expect(JSON.parse(readFileSync(path.join(out, 'laco.json'), 'utf8'))).toEqual(record)
    expect(record).toMatchObject({
      accepted: 2,
      rejected: 0,
      stop_reason: 'lowest layer',
      layers_removed: 4,
      layer_compression: 0.5,
      calibration: { source: 'built-in', sentences: 10 },
    })
    expect(record.original.parameters - record.pruned.parameters).toBe(4 * (2 * 32 + 2 * 16 + 2 * 64 * 32 + 2 * 32 * 32 + 3 * 64 * 32))
    expect(record.similarities).toHaveLength(10)
    const readme = readFileSync(path.join(out, 'README.md'), 'utf8')
    for (const heading of ['Sizes', 'LaCo hyperparameters', 'Pruning statistics', 'Iterations', 'Hidden state similarity', 'Layers'])
      expect(readme).toContain(`## ${heading}`)
    expect(readme).toContain('| MERGE_LAYERS (C) | 3 ')
  })

  test('does not depend on how far down the pointer begins: similarity is that of the whole model', async () => {
    const original = await deepModel({ layers: 6, config: { use_sliding_window: true, sliding_window: 8, max_window_layers: 3 } })
    const { config, weights, tokenizer } = await openCheckpoint(original)
    const text = await readCalibrationText(undefined)
    const calibration = planCalibration(text, (sentence) => tokenizer.encode(sentence), config.maxPositions)
    await using runner = layerRunner(config)
    const work = { config, weights, calibration, kind: 'flatten', merge: { ...MERGE, rule: 'mean' }, runner, onLayer() {} } as const
    const candidate = [...originalLayers(6).slice(0, 3), { base: 3, projections: { base: 3, followers: [4, 5] } }]
    const all = await compareWithOriginal({ ...work, pointerRange: [0, 3], workFolder: temporaryFolder() })
    const fromBelow = await all(candidate, 0)
    const fromPointer = await all(candidate, 3)
    expect(fromPointer).toEqual(fromBelow)
    expect(fromPointer.every((value) => value < 0.9999)).toBe(true)
    for (const value of await all(originalLayers(6), 2)) expect(value).toBeCloseTo(1, 12)
  })
})

describe('nothing is written', () => {
  const original = deepModel({ layers: 8 })

  test('when no merge is accepted; the error names the closest merge', { tags: ['slow'] }, async () => {
    const out = outputFolder()
    const work = pruneLaco(modelOf(await original), { ...OPTIONS, settings: { ...SETTINGS, threshold: 1 } }, to(out), silent)
    await expect(work).rejects.toThrow(PruneError)
    await expect(work).rejects.toThrow(/^no merge was accepted at --threshold 1: the closest was 0\.\d{4} at layer \d; nothing was written$/u)
    expect(readdirSync(path.dirname(out))).toEqual([])
  })

  test('when it is interrupted while it searches or writes', { tags: ['slow'] }, async () => {
    for (const moment of ['onLayer', 'onIteration', 'onWrite', 'onBytes'] as const) {
      const [out, controller] = [outputFolder(), new AbortController()]
      const work = pruneLaco(modelOf(await original), OPTIONS, to(out, { signal: controller.signal }), { ...silent, [moment]: () => controller.abort() })
      await expect(work, moment).rejects.toThrow(AbortError)
      expect(readdirSync(path.dirname(out)), moment).toEqual([])
    }
  })

  test.each<[string, Partial<LacoOptions>, string]>([
    ['settings that make no sense', { settings: { ...SETTINGS, mergeLayers: 1 } }, '--merge-layers must be'],
    ['a highest layer that is not there', { settings: { ...SETTINGS, highestLayer: 9 } }, "--highest-layer 9 is more than the model's 8 layers"],
    [
      'a rule that does not go with the published loop',
      { merge: { rule: 'mean', qkNorm: 'merge', emulateBf16: true } },
      '--emulate-bf16 does not go with --rule mean',
    ],
    ['a calibration file that is not there', { calibrationFile: '/no/such/file' }, 'cannot read the calibration file /no/such/file'],
  ])('with %s', async (_, options, message) => {
    const out = outputFolder()
    await expect(pruneLaco(modelOf(await original), { ...OPTIONS, ...options }, to(out), silent)).rejects.toThrow(message)
    expect(readdirSync(path.dirname(out))).toEqual([])
  })

  test('into a folder that holds something, unless forced; never over the original', async () => {
    const out = outputFolder()
    mkdirSync(out)
    writeFileSync(path.join(out, 'mine.txt'), 'keep')
    const drop = (folder: string, force: boolean) => original.then((folderOf) => pruneDrop(modelOf(folderOf), new Set([3]), to(folder, { force }), silent))
    await expect(drop(out, false)).rejects.toThrow(`--out ${out} exists and is not empty`)
    expect(readdirSync(out)).toEqual(['mine.txt'])
    await drop(out, true)
    expect(existsSync(path.join(out, 'mine.txt'))).toBe(false)
    expect((await openCheckpoint(out)).config.layerCount).toBe(7)
    for (const folder of [await original, path.dirname(await original)]) await expect(drop(folder, true)).rejects.toThrow('holds the model to be pruned')
    const file = path.join(await original, 'config.json')
    for (const place of [file, path.join(file, 'below')]) await expect(drop(place, true)).rejects.toThrow(UsageError)
  })

  test.skipIf(process.platform !== 'linux')('if the folder is not writable', async () => {
    const work = original.then((folder) => pruneDrop(modelOf(folder), new Set([3]), to('/sys/nowhere/pruned'), silent))
    await expect(work).rejects.toThrow(StoreError)
  })

  test('of a checkpoint whose tensors disagree with its config', async () => {
    const broken = await deepModel({ layers: 3 })
    const config = path.join(broken, 'config.json')
    writeFileSync(config, readFileSync(config, 'utf8').replace('"num_hidden_layers": 3', '"num_hidden_layers": 4'))
    const out = outputFolder()
    await expect(pruneDrop(modelOf(broken), new Set([1]), to(out), silent)).rejects.toThrow(CheckpointError)
    expect(readdirSync(path.dirname(out))).toEqual([])
  })
})

test('what a killed run left beside the folder goes when the next one begins; what others have there stays', async () => {
  const [out, original] = [outputFolder(), await deepModel({ layers: 3 })]
  const parent = path.dirname(out)
  // No process has a number above the kernel's bound of 4,194,304.
  for (const name of ['pruned.4999999.unfinished', `pruned.${process.ppid}.unfinished`, 'other.4999999.unfinished', 'pruned.unfinished'])
    mkdirSync(path.join(parent, name))
  await pruneDrop(modelOf(original), new Set([1]), to(out), silent)
  expect(readdirSync(parent).sort()).toEqual(['other.4999999.unfinished', 'pruned', `pruned.${process.ppid}.unfinished`, 'pruned.unfinished'].sort())
})

test('a dry run says what would be done', async () => {
  const original = modelOf(await deepModel({ layers: 8 }))
  const plan = await planLaco(original, OPTIONS, () => {})
  expect(plan.merges.map(({ base, followers, layers }) => [base, followers, layers])).toEqual([
    [4, 2, 6],
    [2, 2, 4],
  ])
  const { pruned } = await pruneLaco(original, OPTIONS, to(outputFolder()), silent)
  expect(plan.merges.at(-1)).toMatchObject(pruned)
  expect((await planDrop(original, new Set([1, 2, 3, 4]), () => {})).pruned).toEqual(pruned)
  expect((await planLaco(original, { ...OPTIONS, settings: { ...SETTINGS, highestLayer: undefined } }, () => {})).settings.highestLayer).toBe(8)
})

test.each([
  [[8], '--layers names layer 8, the model has layers 0 to 7'],
  [[0, 1, 2, 3, 4, 5, 6, 7], '--layers names every layer of the model'],
])('dropping %o is refused', async (layers, message) => {
  await expect(planDrop(modelOf(await deepModel({ layers: 8 })), new Set(layers), () => {})).rejects.toThrow(message)
})
