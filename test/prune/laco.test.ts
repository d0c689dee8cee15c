/** The search alone: similarities are given, nothing is computed. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { layersOf } from '../../src/prune/merge-rule.ts'
import { checkSettings, collapseLayers, type Collapse, type LacoSettings } from '../../src/prune/laco.ts'

/** Of the published model card. */
const CARD: LacoSettings = { mergeLayers: 3, lowestLayer: 4, highestLayer: 28, interval: 2, threshold: 0.85, maxCompression: 0.3 }

const search = (settings: Partial<LacoSettings>, layerCount: number, similarityAt: (base: number) => readonly number[] = () => [0.9]) =>
  collapseLayers({ ...CARD, ...settings }, layerCount, async (_, changedFrom) => similarityAt(changedFrom))

const outcome = ({ layers, iterations, acceptedCount, rejectedCount, stopReason }: Collapse) => ({
  layers: layers.length,
  accepted: acceptedCount,
  rejected: rejectedCount,
  iterations: iterations.length,
  stop: stopReason,
  bases: iterations.filter(({ decision }) => decision === 'accepted').map(({ base }) => base),
})

describe('36 layers', () => {
  test("the card's settings give 26 layers in 5 merges and 6 iterations", async () => {
    const collapse = await search({}, 36)
    expect(outcome(collapse)).toEqual({ layers: 26, accepted: 5, rejected: 0, iterations: 6, stop: 'max compression', bases: [25, 23, 21, 19, 17] })
    expect(collapse.layers.map(({ base }) => base)).toEqual([...Array.from({ length: 18 }, (_, layer) => layer), 28, 29, 30, 31, 32, 33, 34, 35])
    expect(collapse.layers[17]!.projections).toEqual({
      base: 17,
      followers: [18, { base: 19, followers: [20, { base: 21, followers: [22, { base: 23, followers: [24, { base: 25, followers: [26, 27] }] }] }] }],
    })
    expect(collapse.iterations.at(-1)).toEqual({
      iteration: 6,
      base: 15,
      followerCount: 2,
      similarities: [],
      similarity: null,
      margin: null,
      decision: 'max compression',
      layerCount: 26,
    })
  })

  test.each([
    [0.25, 28, 4],
    [0.2, 30, 3],
  ])('at most %d of them removed leaves %d layers in %d merges', async (maxCompression, layers, accepted) => {
    expect(outcome(await search({ maxCompression }, 36))).toMatchObject({ layers, accepted })
  })
})

test('a rejected merge moves the pointer down by one, and the candidate is forgotten', async () => {
  const collapse = await search({ maxCompression: 0.12 }, 36, (base) => (base === 25 ? [0.9, 0.7] : [0.9]))
  expect(collapse.iterations.map(({ base, decision, layerCount }) => [base, decision, layerCount])).toEqual([
    [25, 'rejected', 36],
    [24, 'accepted', 34],
    [22, 'accepted', 32],
    [20, 'max compression', 32],
  ])
  expect(collapse.iterations[0]).toMatchObject({ similarity: 0.8, margin: 0.8 - 0.85 })
  expect(collapse.similarities).toEqual([0.9])
})

test('a similarity of NaN or equal to the threshold is rejected', async () => {
  expect(outcome(await search({ threshold: 0.9, lowestLayer: 24 }, 36))).toMatchObject({ accepted: 0, rejected: 2 })
  const collapse = await search({ lowestLayer: 25 }, 36, () => [0.9, NaN])
  expect(collapse.iterations[0]).toMatchObject({ decision: 'rejected', similarity: NaN })
  expect(collapse.similarities).toEqual([])
})

test('with an interval below C - 1 the base of a group is a merge, or a follower is', async () => {
  const { layers } = await search({ mergeLayers: 4, highestLayer: 12, interval: 1, lowestLayer: 6, maxCompression: 1 }, 12)
  expect(layers.slice(6)).toEqual([{ base: 6, projections: { base: 6, followers: [{ base: 7, followers: [{ base: 8, followers: [9, 10, 11] }] }] } }])
})

test('a group at the top may be short, and if nothing is above it the pointer moves on', async () => {
  const { iterations, layers } = await search({ mergeLayers: 3, highestLayer: 10, interval: 1, lowestLayer: 5, maxCompression: 1 }, 10)
  expect(iterations.map(({ base, followerCount, decision }) => [base, followerCount, decision])).toEqual([
    [7, 2, 'accepted'],
    [6, 1, 'accepted'],
    [5, 1, 'accepted'],
  ])
  expect(layers.map(({ base }) => base)).toEqual([0, 1, 2, 3, 4, 5])
})

test('the lowest layer may be a base, and none below it', async () => {
  const { iterations, stopReason } = await search({ highestLayer: 8, lowestLayer: 5, interval: 3, maxCompression: 1 }, 30)
  expect(iterations.map(({ base }) => base)).toEqual([5])
  expect(stopReason).toBe('lowest layer')
})

test('9 of 30 and 3 of 10 layers are not more than 30 %', async () => {
  expect(outcome(await search({ mergeLayers: 4, interval: 3, maxCompression: 0.3 }, 30))).toMatchObject({ layers: 21 })
  expect(outcome(await search({ mergeLayers: 4, highestLayer: 10, maxCompression: 0.3 }, 10))).toMatchObject({ layers: 7 })
})

test('every original layer is in the outcome once, in order; the share is respected; layers below the pointer do not change', async () => {
  const settings = fc
    .record({ layerCount: fc.integer({ min: 2, max: 40 }), mergeLayers: fc.integer({ min: 2, max: 6 }), interval: fc.integer({ min: 1, max: 5 }) })
    .chain((known) =>
      fc.record({
        known: fc.constant(known),
        highestLayer: fc.integer({ min: Math.min(known.mergeLayers, known.layerCount), max: known.layerCount }),
        maxCompression: fc.double({ min: 0.01, max: 1, noNaN: true }),
        similarities: fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: 50, maxLength: 50 }),
      }),
    )
  await fc.assert(
    fc.asyncProperty(settings, async ({ known: { layerCount, mergeLayers, interval }, highestLayer, maxCompression, similarities }) => {
      fc.pre(highestLayer >= mergeLayers)
      let looks = 0
      const { layers } = await collapseLayers(
        { mergeLayers, interval, highestLayer, maxCompression, lowestLayer: 0, threshold: 0.75 },
        layerCount,
        async (candidate, changedFrom) => {
          expect(candidate.slice(0, changedFrom)).toEqual(Array.from({ length: changedFrom }, (_, layer) => ({ base: layer, projections: layer })))
          return [similarities[looks++ % similarities.length]!]
        },
      )
      expect(layers.flatMap(({ projections }) => layersOf(projections))).toEqual(Array.from({ length: layerCount }, (_, layer) => layer))
      expect(layers.every(({ base, projections }) => layersOf(projections)[0] === base)).toBe(true)
      expect((layerCount - layers.length) / layerCount).toBeLessThanOrEqual(maxCompression)
    }),
  )
})

test.each<[Partial<LacoSettings>, string]>([
  [{ mergeLayers: 1 }, '--merge-layers must be a whole number of at least 2, got 1'],
  [{ mergeLayers: 2.5 }, '--merge-layers must be a whole number of at least 2, got 2.5'],
  [{ interval: 0 }, '--interval must be a whole number of at least 1, got 0'],
  [{ lowestLayer: -1 }, '--lowest-layer must be a whole number of at least 0, got -1'],
  [{ highestLayer: 37 }, "--highest-layer 37 is more than the model's 36 layers"],
  [{ highestLayer: 6 }, '--highest-layer 6 minus --merge-layers 3 is 3, below --lowest-layer 4: nothing would be tried'],
  [{ threshold: 1.5 }, '--threshold must be a cosine from -1 to 1, got 1.5'],
  [{ threshold: NaN }, '--threshold must be a cosine from -1 to 1, got NaN'],
  [{ maxCompression: 0 }, '--max-compression must be a share above 0 and at most 1, got 0'],
  [{ maxCompression: 30 }, '--max-compression must be a share above 0 and at most 1, got 30'],
  [{ maxCompression: 0.05 }, 'a merge removes 2 of 36 layers, more than --max-compression 0.05: nothing would be tried'],
])('%o is refused', (settings, message) => {
  const check = () => checkSettings({ ...CARD, ...settings }, 36)
  expect(check).toThrow(UsageError)
  expect(check).toThrow(message)
})

test.each<[Partial<LacoSettings>, string]>([
  [{ maxCompression: 0.05 }, 'Give --max-compression 0.056 or more, or --merge-layers 2.'],
  [{ maxCompression: 0.01 }, 'Give --max-compression 0.056 or more.'],
])('what would allow a merge with %o can be given', (settings, hint) => {
  expect(() => checkSettings({ ...CARD, ...settings }, 36)).toThrow(expect.objectContaining({ hint }))
  expect(() => checkSettings({ ...CARD, maxCompression: 0.056 }, 36)).not.toThrow()
  expect(() => checkSettings({ ...CARD, mergeLayers: 2, maxCompression: 0.05 }, 36)).not.toThrow()
})
