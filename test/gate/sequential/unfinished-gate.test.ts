/** The file of an unfinished gate: what is read back, and when it counts as none. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { modelOptions, type ModelOptions } from '../../../src/gate/sequential/model-options.ts'
import { baselineValues, populationOf } from '../../../src/gate/sequential/population.ts'
import { ruleTrack } from '../../../src/gate/sequential/rule-track.ts'
import { openUnfinishedGate, type KnownScores } from '../../../src/gate/sequential/unfinished-gate.ts'
import type { BlockScorer } from '../../../src/run/block-scorer.ts'
import { choiceTask, storedRun } from '../../stored-runs.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

let output: string
beforeEach(() => {
  output = temporaryFolder()
})

const known: KnownScores = {
  scored: new Map([
    ['piqa 7', { acc: 1 }],
    ['piqa 2', { acc: 0, max_mean_kl: { sum: 0.125, count: 4 } }],
  ]),
  cutRequestCount: 2,
}

interface Changes {
  readonly options?: Partial<ModelOptions>
  readonly right?: readonly number[]
  readonly weightsHash?: string | null
}

function open({ options = {}, right = [1, 1, 0, 1], weightsHash = 'abc' }: Changes = {}) {
  const baseline = storedRun('original', [choiceTask('piqa', right)])
  const population = populationOf(baseline, 'piqa', 0)
  const tracks = [ruleTrack({ task: 'piqa', metric: 'acc', kind: 'min_retention', limit: 0.9 }, baselineValues(population, 'acc'), 0.05)]
  const scorer = { tokenizerHash: 'xyz', record: async () => ({ weightsHash }) } as unknown as BlockScorer
  return openUnfinishedGate(
    { ruled: [{ population, tracks }], model: { label: 'candidate' } },
    { ...modelOptions.parse({ model: ['candidate=./model'] }), output, ...options },
    scorer,
  )
}

test('what is kept is there for the same options, items and weights, until it is removed', async () => {
  const first = await open()
  expect(first.earlier).toEqual({ scored: new Map(), cutRequestCount: 0 })
  await first.keep(known)
  const second = await open()
  expect(second.file).toBe(path.join(output, 'candidate', 'gate.partial.json'))
  expect(second.earlier).toEqual(known)
  await second.remove()
  expect(existsSync(second.file)).toBe(false)
})

test.each<[string, Changes, number]>([
  ['another order and number of items', { options: { seed: 5, maxItems: 3, full: true, cache: false } }, 2],
  ['a model on a server, whose weights are not known', { weightsHash: null }, 0],
  ['other weights', { weightsHash: 'abd' }, 0],
  ['another model', { options: { model: ['candidate=./other'] } }, 0],
  ['other few-shot examples', { options: { numFewshot: 3 } }, 0],
  ['other items', { right: [1, 1, 0, 1, 1] }, 0],
])('with %s', async (_, changes, itemCount) => {
  await (await open()).keep(known)
  expect((await open(changes)).earlier.scored.size).toBe(itemCount)
})

test('a damaged file counts as none, and a value that JSON cannot hold as not scored', async () => {
  const gate = await open()
  await gate.keep({ ...known, scored: new Map([...known.scored, ['piqa 3', { acc: Number.NaN }]]) })
  expect((await open()).earlier).toEqual(known)
  const text = readFileSync(gate.file, 'utf8')
  for (const damaged of [text.slice(0, -9), '', '[]', text.replace('"items":{', '"items":{"piqa 1":[4],')]) {
    mkdirSync(path.dirname(gate.file), { recursive: true })
    writeFileSync(gate.file, damaged)
    expect((await open()).earlier.scored.size).toBe(damaged.includes('[4]') ? 2 : 0)
  }
})
