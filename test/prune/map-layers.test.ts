/** Infers how checkpoints were made: those of evalharness and of other tools, with random weights. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/model/config/config.ts'
import { decodeValues, encodeValues } from '../../src/model/weights/element-type.ts'
import { readWeights } from '../../src/model/weights/weights.ts'
import { pruneDrop, pruneLaco, type LacoOptions, type PruningWatcher } from '../../src/prune/prune-model.ts'
import { mapLayers, type LayerMap } from '../../src/prune/map-layers.ts'
import { verdictText } from '../../src/report/terminal/layer-map-table.ts'
import { deepModel } from '../deep-model.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const silent: PruningWatcher = { onNotice() {}, onLayer() {}, onIteration() {}, onWrite() {}, onBytes() {} }
const map = (base: string, variant: string) => mapLayers(base, variant, { onStart() {}, onStep() {} })
const base = deepModel({ layers: 10 })

async function collapsed(merge: Partial<LacoOptions['merge']>, settings: Partial<LacoOptions['settings']> = {}): Promise<LayerMap> {
  const out = path.join(temporaryFolder(), 'pruned')
  const options: LacoOptions = {
    settings: { mergeLayers: 3, lowestLayer: 2, highestLayer: 9, interval: 2, threshold: -1, maxCompression: 0.4, ...settings },
    merge: { rule: 'telescope', qkNorm: 'merge', emulateBf16: false, ...merge },
    similarity: 'flatten',
  }
  const folder = await base
  await pruneLaco({ label: 'base', source: folder, folder, revision: null }, options, { folder: out, force: false }, silent)
  return map(folder, out)
}

async function dropped(layers: readonly number[]): Promise<string> {
  const out = path.join(temporaryFolder(), 'dropped')
  const folder = await base
  await pruneDrop({ label: 'base', source: folder, folder, revision: null }, new Set(layers), { folder: out, force: false }, silent)
  return out
}

/** Changes every value of a checkpoint's projections. */
async function changeProjections(folder: string, change: (value: number, index: number) => number): Promise<void> {
  const weights = await readWeights(folder, await readConfig(folder))
  for (const [name, { location, byteOffset, byteLength, dtype }] of weights.tensors) {
    if (!name.includes('_proj')) continue
    const file = path.join(weights.root, location)
    const bytes = readFileSync(file)
    bytes.set(encodeValues(decodeValues(bytes.subarray(byteOffset, byteOffset + byteLength), dtype).map(change), dtype), byteOffset)
    writeFileSync(file, bytes)
  }
}

const origins = ({ layers }: LayerMap) =>
  layers.map(({ norms, kind, sum }) => [norms, kind, Object.fromEntries(sum.map(({ layer, coefficient }) => [layer, coefficient]))])
const untouched = (layer: number) => [layer, 'own', { [layer]: 1 }]

describe('a layer collapse', { tags: ['slow'] }, () => {
  test.each<[Partial<LacoOptions['merge']>, Record<number, number>, string]>([
    [{}, { 8: 1 }, 'Layer collapse by the rule telescope: 6 of 10 layers, merged 4–8.'],
    [{ qkNorm: 'keep' }, { 8: 1 }, 'Layer collapse by the rule telescope: 6 of 10 layers, merged 4–8.'],
    [{ rule: 'paper' }, { 4: -1, 5: 1, 6: -1, 7: 1, 8: 1 }, "Layer collapse by the paper's rule: 6 of 10 layers, merged 4–8."],
    [{ rule: 'paper', qkNorm: 'keep' }, { 4: -1, 5: 1, 6: -1, 7: 1, 8: 1 }, "Layer collapse by the paper's rule: 6 of 10 layers, merged 4–8."],
    [{ rule: 'mean' }, { 5: 0.5, 7: 0.25, 8: 0.25 }, 'Layer collapse by means: 6 of 10 layers, merged 4–8.'],
  ])('%o is recognized to the byte', async (merge, sum, text) => {
    const found = await collapsed(merge)
    expect(origins(found)).toEqual([untouched(0), untouched(1), untouched(2), untouched(3), [4, found.layers[4]!.kind, sum], untouched(9)])
    expect(found.layers.map(({ isExact, distance }) => [isExact, distance])).toEqual(found.layers.map(() => [true, 0]))
    expect(found.verdict).toMatchObject({ parent: 'base', method: merge.rule ?? 'telescope', dropped: [], isDrifted: false })
    expect(verdictText(found)).toBe(text)
    expect(found.others).toContainEqual({ name: 'model.embed_tokens.weight', state: 'same', distance: 0 })
  })

  test('in bfloat16, as published, is distinguished from its rounding', async () => {
    const found = await collapsed({ emulateBf16: true })
    expect(found.verdict).toMatchObject({ method: 'telescope', isDrifted: false })
    expect(found.layers[4]!.distance).toBeGreaterThan(0.001)
    expect(found.layers[4]!.distance).toBeLessThan(0.01)
  })

  test('of pairs is the same by all rules', async () => {
    expect((await collapsed({ rule: 'mean' }, { mergeLayers: 2, interval: 3, maxCompression: 0.2 })).verdict.method).toBe('telescope')
  })

  test('with groups apart has a merged layer each', async () => {
    const found = await collapsed({ rule: 'mean' }, { interval: 4 })
    expect(origins(found).filter(([, kind]) => kind !== 'own')).toEqual([
      [2, 'mean', { 3: 0.5, 4: 0.5 }],
      [6, 'mean', { 7: 0.5, 8: 0.5 }],
    ])
    expect(verdictText(found)).toBe('Layer collapse by means: 6 of 10 layers, merged 2–4 and 6–8.')
  })
})

test('a plain drop', async () => {
  const found = await map(await base, await dropped([4, 5, 7]))
  expect(origins(found)).toEqual([0, 1, 2, 3, 6, 8, 9].map(untouched))
  expect(verdictText(found)).toBe('A plain drop: 7 of 10 layers, without 4–5, 7.')
})

test('a drop that was trained further, and one that was not pruned at all', { tags: ['slow'] }, async () => {
  const trained = await dropped([4, 5])
  await changeProjections(trained, (value, index) => value * (1 + 0.1 * Math.sin(index)))
  expect(verdictText(await map(await base, trained))).toBe('A plain drop: 8 of 10 layers, without 4–5. Weights have changed since.')
  const copy = await dropped([])
  expect(verdictText(await map(await base, copy))).toBe("The layers are the base's, byte for byte.")
  await changeProjections(copy, (value, index) => value * (1 + 0.1 * Math.sin(index)))
  const found = await map(await base, copy)
  expect(found.verdict).toMatchObject({ method: 'same layers', isDrifted: true })
  expect(found.layers[3]!.distance).toBeCloseTo(0.07, 2)
})

test('another parent of the same shape, and one of another', async () => {
  const unrelated = await map(await base, await deepModel({ layers: 8, seed: 2 }))
  expect(unrelated.verdict).toMatchObject({ parent: 'another model' })
  expect(unrelated.layers.every(({ kind, explained }) => kind === 'unrelated' && explained < 0.01)).toBe(true)
  expect(verdictText(unrelated)).toBe('The parent is another model: its layers are not made of this base.')
  const narrow = await map(await base, await deepModel({ layers: 8, config: { intermediate_size: 48 } }))
  expect(narrow.mismatch).toBe('mlp.gate_proj.weight has shape [64, 32] in the base and [48, 32] in the variant')
})

test('the same weights in another precision', async () => {
  const [exact, rounded] = [await deepModel({ layers: 3, dtype: 'F32' }), await deepModel({ layers: 3, dtype: 'BF16' })]
  expect((await map(exact, rounded)).verdict).toMatchObject({ method: 'identical' })
  const back = await map(rounded, exact)
  expect(back.verdict).toMatchObject({ method: 'same layers' })
  expect(back.layers[0]!.distance).toBeLessThan(0.003)
})
