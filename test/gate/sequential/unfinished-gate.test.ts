/** The file of an unfinished gate: what is read back, and when it counts as none. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { baselineValues, populationOf } from '../../../src/gate/sequential/population.ts'
import { ruleTrack } from '../../../src/gate/sequential/rule-track.ts'
import { openUnfinishedGate, type KnownScores } from '../../../src/gate/sequential/unfinished-gate.ts'
import { AbortError } from '../../../src/errors.ts'
import type { BlockScorer } from '../../../src/run/block-scorer.ts'
import { scoringOptions, type ScoringOptions } from '../../../src/run/run-options.ts'
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
  cutRequests: new Map([['piqa 2', 2]]),
}

interface Changes {
  readonly options?: Partial<ScoringOptions>
  readonly seed?: number
  readonly right?: readonly number[]
  readonly weightsHash?: string | null
  /** Of the baseline's model, if it is scored too. */
  readonly originalHash?: string
  readonly signal?: AbortSignal
}

function open({ options = {}, seed = 0, right = [1, 1, 0, 1], weightsHash = 'abc', originalHash, signal }: Changes = {}) {
  const run = storedRun('original', [choiceTask('piqa', right)])
  const baseline = { ...run, model: { ...run.model, weightsHash: originalHash ?? null } }
  const population = populationOf(baseline, 'piqa', seed)
  const tracks = [ruleTrack({ task: 'piqa', metric: 'acc', kind: 'min_retention', limit: 0.9 }, baselineValues(population, 'acc'), 0.05)]
  const scorer = { tokenizerHash: 'xyz', record: async () => ({ weightsHash: signal?.aborted ? null : weightsHash }) } as unknown as BlockScorer
  const scoring = { ...scoringOptions.parse({ model: ['candidate=./model'], tasks: ['piqa'] }), output, ...options }
  const original = originalHash === undefined ? undefined : {}
  return openUnfinishedGate({ ruled: [{ population, tracks }], model: { label: 'candidate' }, scoring, baseline, original }, scorer, signal)
}

test('what is kept is there for the same options, items and weights, until it is removed', async () => {
  const first = await open()
  expect(first.earlier).toEqual({ scored: new Map(), cutRequests: new Map() })
  await first.keep(known)
  const second = await open()
  expect(path.dirname(second.file)).toBe(path.join(output, 'candidate'))
  expect(path.basename(second.file)).toMatch(/^gate_[0-9a-f]{12}\.partial\.json$/u)
  expect(second.earlier).toEqual(known)
  await second.remove()
  expect(existsSync(second.file)).toBe(false)
})

test.each<[string, Changes, Changes, number]>([
  ['another order', {}, { seed: 5 }, 2],
  ['another cache', {}, { options: { cache: false } }, 2],
  ['the same model on a server, whose weights are not known', { weightsHash: null }, { weightsHash: null }, 2],
  ['the same weights of the baseline', { originalHash: 'AAAA' }, { originalHash: 'AAAA' }, 2],
  ['other weights', {}, { weightsHash: 'abd' }, 0],
  ['other weights of the baseline', { originalHash: 'AAAA' }, { originalHash: 'BBBB' }, 0],
  ['another model', {}, { options: { model: ['candidate=./other'] } }, 0],
  ['other few-shot examples', {}, { options: { numFewshot: { piqa: 3 } } }, 0],
  ['another window, such as that of a new baseline', {}, { options: { maxLength: 512 } }, 0],
  ['other items', {}, { right: [1, 1, 0, 1, 1] }, 0],
])('with %s', async (_, before, after, itemCount) => {
  await (await open(before)).keep(known)
  expect((await open(after)).earlier.scored.size).toBe(itemCount)
})

test('a gate that differs neither overwrites nor removes what another one knows', async () => {
  await (await open()).keep(known)
  const other = await open({ weightsHash: 'abd' })
  await other.keep({ scored: new Map([['piqa 1', { acc: 1 }]]), cutRequests: new Map() })
  await other.remove()
  expect((await open()).earlier).toEqual(known)
})

test('interrupted before the weights are known, it fails and leaves what is there', async () => {
  const first = await open()
  await first.keep(known)
  await expect(open({ signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortError)
  expect((await open()).earlier).toEqual(known)
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
