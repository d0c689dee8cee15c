/** What coefficients and distances say about how layers were made; on checkpoints: map-layers.test.ts. */
import { describe, expect, test } from 'vitest'
import { LLAMA_TENSOR_NAMES } from '../../src/model/families/llama.ts'
import { conclude, guessOrigin, type FoundLayer } from '../../src/prune/layer-origin.ts'

/** Evidence for a layer whose norms are nearest to those of base layer `norms`. */
const evidence = (norms: number, coefficients: readonly number[], explained = 1) => ({
  tensors: [{ name: 'input_layernorm.weight', cosines: [], distances: coefficients.map((_, layer) => Math.abs(layer - norms)) }],
  coefficients,
  explained,
})
const guess = (...args: Parameters<typeof evidence>) => guessOrigin(evidence(...args), LLAMA_TENSOR_NAMES)

describe('one layer', () => {
  test.each([
    ['its own', guess(1, [0, 1, 0, 0]), { norms: 1, kind: 'own', merged: [1] }],
    ['trained a little', guess(1, [0.01, 0.97, 0.02, 0]), { norms: 1, kind: 'own', merged: [1] }],
    ['projections of the last of a group', guess(1, [0, 0, 0, 1]), { norms: 1, kind: 'telescope', merged: [1, 2, 3] }],
    ['projections of an earlier layer', guess(2, [1, 0, 0, 0]), { norms: 2, kind: 'sum', merged: [0] }],
    ['the base plus all differences', guess(1, [0, -1, 1, 1]), { norms: 1, kind: 'paper', merged: [1, 2, 3] }],
    ['the mean of the layers above', guess(0, [0, 0.5, 0.5, 0]), { norms: 0, kind: 'mean', merged: [0, 1, 2] }],
    ['another sum', guess(0, [0.6, 0.9, 0, 0]), { norms: 0, kind: 'sum', merged: [0, 1] }],
    ['not explained', guess(0, [0.1, 0.1, 0, 0], 0.1), { norms: 0, kind: 'unrelated', sum: [], merged: [] }],
    ['not a number', guess(0, [NaN, NaN, NaN, NaN], NaN), { norms: 0, kind: 'unrelated', sum: [], merged: [] }],
  ])('%s', (_, found, expected) => expect(found).toMatchObject(expected))

  test('a mean has shares, a merge of the paper whole numbers', () => {
    expect(guess(0, [0, 0.501, 0.499, 0]).sum.map(({ coefficient }) => coefficient)).toEqual([0.5, 0.5])
    expect(guess(1, [0, -1.01, 0.99, 1.02]).sum.map(({ coefficient }) => coefficient)).toEqual([-1, 1, 1])
  })
})

describe('the whole model', () => {
  const layer = (norms: number, changes: Partial<FoundLayer> = {}): FoundLayer => ({
    norms,
    kind: 'own',
    sum: [{ layer: norms, coefficient: 1 }],
    merged: [norms],
    isExact: true,
    distance: 0,
    ...changes,
  })

  test.each([
    ['all layers', [layer(0), layer(1), layer(2)], { method: 'identical', dropped: [], isDrifted: false }],
    ['all layers, trained', [layer(0), layer(1, { isExact: false, distance: 0.001 }), layer(2)], { method: 'same layers', isDrifted: true }],
    ['one is missing', [layer(0), layer(2)], { method: 'drop', dropped: [1] }],
    ['another order', [layer(1), layer(0), layer(2)], { method: 'rearranged' }],
    ['one twice', [layer(0), layer(0), layer(2)], { method: 'rearranged', dropped: [1] }],
    ['a merge', [layer(0, { kind: 'telescope', merged: [0, 1] }), layer(2)], { method: 'telescope', dropped: [] }],
    ['a merge, rounded', [layer(0, { kind: 'mean', merged: [0, 1], isExact: false, distance: 0.003 }), layer(2)], { method: 'mean', isDrifted: false }],
    ['one that is not a sum', [layer(0), layer(1), layer(2, { kind: 'unrelated', merged: [] })], { parent: 'base', method: 'unknown' }],
    [
      'most of another model',
      [layer(0), ...[1, 2].map((norms) => layer(norms, { kind: 'unrelated', merged: [] }))],
      { parent: 'another model', method: 'unknown' },
    ],
  ])('%s', (_, layers, verdict) => expect(conclude(layers, 3)).toMatchObject(verdict))
})
