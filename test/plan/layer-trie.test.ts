import { expect, test } from 'vitest'
import { countLayers, divideLayers, groupByTrunk, layerTrie } from '../../src/plan/layer-trie.ts'

const model = (embeddings: string, layers: string) => ({ embeddings, layers: layers.split('') })

test('models that begin alike share a trunk, and later layers are computed for each', () => {
  expect(layerTrie([model('e', 'abc'), model('e', 'axc')])).toEqual({
    steps: [
      { parent: null, model: 0, layer: null, users: [0, 1] },
      { parent: 0, model: 0, layer: 0, users: [0, 1] },
      { parent: 1, model: 0, layer: 1, users: [0] },
      { parent: 2, model: 0, layer: 2, users: [0] },
      { parent: 1, model: 1, layer: 1, users: [1] },
      // The same layer over other states: computed again, with the weights of the first model.
      { parent: 4, model: 0, layer: 2, users: [1] },
    ],
    ends: [3, 5],
  })
})

test('a model that is the beginning of another adds nothing', () => {
  const trie = layerTrie([model('e', 'abcd'), model('e', 'ab')])
  expect(trie.ends).toEqual([4, 2])
  expect(countLayers(trie)).toEqual({ asked: 6, distinct: 4 })
  expect(divideLayers(trie)).toEqual([4, 0])
})

test('equal layers behind other embeddings are not shared', () => {
  const trie = layerTrie([model('e', 'ab'), model('f', 'ab')])
  expect(trie.steps.map(({ parent, model, layer }) => [parent, model, layer])).toEqual([
    [null, 0, null],
    [0, 0, 0],
    [1, 0, 1],
    [null, 1, null],
    [3, 0, 0],
    [4, 0, 1],
  ])
  expect(countLayers(trie)).toEqual({ asked: 4, distinct: 4 })
})

test('a layer that a model repeats is a step each time', () => {
  expect(layerTrie([model('e', 'aab')]).steps.map(({ parent, layer }) => [parent, layer])).toEqual([
    [null, null],
    [0, 0],
    [1, 0],
    [2, 2],
  ])
})

test('the published LaCo model and its base are 45 layers instead of 62', () => {
  const base = Array.from({ length: 36 }, (_, layer) => `base ${layer}`)
  const laco = [...base.slice(0, 17), 'merged', ...base.slice(28)]
  const trie = layerTrie([base, laco].map((layers) => ({ embeddings: 'e', layers })))
  expect(countLayers(trie)).toEqual({ asked: 62, distinct: 45 })
  expect(divideLayers(trie)).toEqual([36, 9])
  expect(divideLayers(trie, [1])).toEqual([0, 45])
})

test('models are grouped by embeddings and first layer', () => {
  expect(groupByTrunk([model('e', 'ab'), model('f', 'ab'), model('e', 'ac'), model('e', 'xb')])).toEqual([[0, 2], [1], [3]])
})
