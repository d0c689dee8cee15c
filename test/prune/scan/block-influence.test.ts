/** Block Influence, as transformers' hidden states give it (scripts/make-layer-scan-goldens.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../../../src/model/checkpoint.ts'
import { blockInfluence } from '../../../src/prune/scan/block-influence.ts'
import { fixtureRequests } from '../../fixture-requests.ts'
import { tinyModel } from '../../tiny-model.ts'

const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'layers.golden.json'), 'utf8')) as {
  cases: Record<string, { influence: number[] }>
}

const [first, ...others] = Object.keys(cases)

async function check(family: string) {
  const { config, weights } = await openCheckpoint(tinyModel(family))
  const { sequences } = fixtureRequests(family)
  const units = config.windows.map((_, layer) => ({ first: layer, last: layer }))
  const done: number[] = []
  const { values } = await blockInfluence(sequences, { config, weights, units, onLayer: (layers) => done.push(layers) })
  cases[family]!.influence.forEach((expected, layer) => expect(values[layer]).toBeCloseTo(expected, 5))
  expect(done.at(-1)).toBe(config.layerCount)
}

test(`${first}: one minus the mean cosine of input and output, each distinct token once`, () => check(first!))
test.each(others)('so it is of %s', { tags: ['slow'] }, check)

test('of several layers it is between the input of the first and the output of the last', async () => {
  const { config, weights } = await openCheckpoint(tinyModel('qwen3'))
  const texts = fixtureRequests('qwen3').sequences.slice(0, 3)
  const influenceOf = async (units: readonly { first: number; last: number }[]) =>
    (await blockInfluence(texts, { config, weights, units, onLayer() {} })).values
  const [both, first] = await influenceOf([
    { first: 0, last: 1 },
    { first: 0, last: 0 },
  ])
  expect(both).not.toBeCloseTo(first!, 5)
  expect(both).toBeGreaterThan(0)
})
