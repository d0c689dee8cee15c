/** A rule while items are drawn. */
import { describe, expect, test } from 'vitest'
import { judgeTrack, pathOf, pointAfter, ruleTrack, valueOf } from '../../../src/gate/sequential/rule-track.ts'
import type { RuleKind } from '../../../src/gate/rule-requests.ts'

const track = (kind: RuleKind, limit: number, baseline: readonly number[]) => ruleTrack({ task: 'piqa', metric: 'acc', kind, limit }, baseline, 0.05)
const ones = (count: number) => Array.from({ length: count }, () => 1)
const alternating = (count: number) => Array.from({ length: count }, (_, index) => index % 2)

describe('when all items are drawn the verdict is exact', () => {
  test.each<[RuleKind, number, readonly number[], readonly number[], string, number]>([
    ['min_retention', 0.95, ones(20), [...ones(19), 0], 'passed', 0.95],
    ['min_retention', 0.96, ones(20), [...ones(19), 0], 'regressed', 0.95],
    ['max_drop_points', 5, ones(20), [...ones(19), 0], 'passed', 5],
    ['max_drop_points', 4.9, ones(20), [...ones(19), 0], 'regressed', 5],
    ['min_retention', 1, alternating(10), alternating(10), 'passed', 1],
    ['min_retention', 0.9, ones(1), [1], 'passed', 1],
    ['min_retention', 0.9, ones(1), [0], 'regressed', 0],
    ['max_drop_points', 0, alternating(400), alternating(400), 'passed', 0],
  ])('%s %d', (kind, limit, baseline, candidate, verdict, value) => {
    const rule = judgeTrack(track(kind, limit, baseline), candidate)
    expect(rule).toMatchObject({ verdict, itemCount: baseline.length, splitCount: baseline.length, reason: null })
    expect(rule.value).toBeCloseTo(value, 12)
    expect(rule.interval![1] - rule.interval![0]).toBeCloseTo(0, 12)
  })
})

test('an equal model is decided early, and a model of zeros too', () => {
  const baseline = alternating(1000)
  const [equal, zeros] = [
    judgeTrack(track('min_retention', 0.9, baseline), baseline.slice(0, 600)),
    judgeTrack(
      track('min_retention', 0.9, baseline),
      Array.from({ length: 600 }, () => 0),
    ),
  ]
  expect(equal).toMatchObject({ verdict: 'passed', splitCount: 1000 })
  expect(equal.decidedAfter).toBeLessThan(600)
  expect(zeros).toMatchObject({ verdict: 'regressed' })
  expect(zeros.decidedAfter).toBeLessThan(100)
})

test('an undecided rule says how many more items would decide', () => {
  const rule = judgeTrack(track('min_retention', 0.99, alternating(1000)), alternating(100))
  expect(rule).toMatchObject({ verdict: 'undecided', decidedAfter: null, itemCount: 100, reason: expect.stringMatching(/^about \d+ more items would decide/u) })
  expect(rule.itemsNeeded).toBeGreaterThan(100)
  expect(rule.itemsNeeded).toBeLessThanOrEqual(1000)
  expect(judgeTrack(track('min_retention', 0.99, alternating(1000)), [])).toMatchObject({ verdict: 'undecided', reason: 'no item was scored' })
})

test.each([
  ['passed', 0.93, 20],
  ['passed', 0.91, 17],
  ['regressed', 0.97, 14],
])('the estimate is right if the items go on as they began: %s at a limit of %d', (verdict, limit, lostEvery) => {
  // Two of three are right under the baseline, of which the candidate loses one in some.
  const baseline = Array.from({ length: 6000 }, (_, index) => (index % 3 === 0 ? 0 : 1))
  const candidate = baseline.map((score, index) => (index % lostEvery === 1 ? 0 : score))
  const rule = track('min_retention', limit, baseline)
  const { decidedAfter } = judgeTrack(rule, candidate.slice(0, 5999))
  const early = judgeTrack(rule, candidate.slice(0, Math.floor(decidedAfter! / 2)))
  expect(judgeTrack(rule, candidate.slice(0, 5999))).toMatchObject({ verdict })
  expect(early.verdict).toBe('undecided')
  expect(early.itemsNeeded! / decidedAfter!).toBeGreaterThan(0.9)
  expect(early.itemsNeeded! / decidedAfter!).toBeLessThan(1.1)
})

describe('values that are not numbers', () => {
  const text = (logProb: number, weight = 10) => ({ logProb, weight })
  const perplexity = (baseline: readonly { logProb: number; weight: number }[]) =>
    ruleTrack({ task: 'wikipedia', metric: 'sentence_perplexity', kind: 'max_perplexity_ratio', limit: 1.1 }, baseline, 0.05)

  test('an empty text changes nothing: a candidate that is twice as bad regresses', () => {
    const baseline = [...Array.from({ length: 11 }, () => text(-30)), text(0, 0)]
    const candidate = [...Array.from({ length: 11 }, () => text(-60)), text(0, 0)]
    const rule = judgeTrack(perplexity(baseline), candidate)
    expect(rule).toMatchObject({ verdict: 'regressed', itemCount: 12 })
    expect(rule.value).toBeCloseTo(Math.exp(3), 9)
  })

  test('a candidate whose scores are not numbers keeps no limit', () => {
    const rule = judgeTrack(perplexity([text(-30), text(-30)]), [text(Number.NaN), text(-30)])
    expect(rule).toMatchObject({ verdict: 'regressed', value: null })
  })

  test.each<[RuleKind, readonly number[] | readonly { logProb: number; weight: number }[], string]>([
    ['max_perplexity_ratio', [text(0, 0), text(0, 0)], 'all texts are empty'],
    ['max_mean_kl', [0, 0], 'no item has a position to compare'],
    ['min_top1_agreement', [0, 0], 'no item has a position to compare'],
  ])('%s of nothing is incomparable', (kind, baseline, reason) => {
    const rule = ruleTrack({ task: 'piqa', metric: 'word_perplexity', kind, limit: 1 }, baseline, 0.05)
    const candidate = [0, 0].map(() => ({ sum: 0, count: 0, logProb: 0, weight: 0 }))
    expect(judgeTrack(rule, candidate)).toMatchObject({ verdict: 'incomparable', value: null, decidedAfter: null, reason })
  })
})

test('nothing can be retained of a baseline of zeros; a drop from it is none', () => {
  const zeros = Array.from({ length: 50 }, () => 0)
  expect(judgeTrack(track('min_retention', 0.9, zeros), zeros)).toMatchObject({ verdict: 'incomparable' })
  expect(judgeTrack(track('max_drop_points', 1, zeros), zeros.slice(0, 1))).toMatchObject({ verdict: 'passed', decidedAfter: 1 })
})

describe('rules of distributions', () => {
  const divergent = (kind: RuleKind, limit: number, positions: readonly number[]) =>
    ruleTrack({ task: 'piqa', metric: undefined, kind, limit }, positions, 0.05)

  test('an item gives the sum over its positions, and their number', () => {
    const divergence = { kl: [0.1, 0.3, 0], isSameTop: [true, false, true], original: [], variant: [], choices: null }
    const value = (kind: RuleKind) => valueOf({ task: 'piqa', metric: 'acc', kind, limit: 1 }, { metrics: { acc: 1 }, divergence })
    expect(value('max_mean_kl')).toEqual({ sum: 0.4, count: 3 })
    expect(value('min_top1_agreement')).toEqual({ sum: 2, count: 3 })
    expect(value('min_retention')).toBe(1)
    expect(valueOf({ task: 'piqa', metric: undefined, kind: 'max_mean_kl', limit: 1 }, { metrics: { acc: 1 } })).toBeUndefined()
  })

  test.each<[RuleKind, number, string, number]>([
    ['min_top1_agreement', 0.8, 'passed', 0.8],
    ['min_top1_agreement', 0.81, 'regressed', 0.8],
    ['max_mean_kl', 0.8, 'passed', 0.8],
    ['max_mean_kl', 0.79, 'regressed', 0.8],
  ])('all items are exact, over positions: %s %d', (kind, limit, verdict, value) => {
    const values = [
      { sum: 7, count: 10 },
      { sum: 17, count: 20 },
    ]
    const rule = judgeTrack(divergent(kind, limit, [10, 20]), values)
    expect(rule).toMatchObject({ verdict, metric: null, itemCount: 2 })
    expect(rule.value).toBeCloseTo(value, 12)
    rule.interval!.forEach((bound) => expect(bound).toBeCloseTo(value, 12))
  })

  test('agreement is decided early by betting, the mean KL from 64 items on', () => {
    const positions = Array.from({ length: 1000 }, (_, index) => 5 + (index % 6))
    const same = positions.slice(0, 300).map((count, index) => ({ sum: index % 5 === 0 ? count - 1 : count, count }))
    const agreement = judgeTrack(divergent('min_top1_agreement', 0.9, positions), same)
    expect(agreement).toMatchObject({ verdict: 'passed' })
    expect(agreement.decidedAfter).toBeLessThan(300)
    // Positions that agree are at most all.
    const few = pathOf(divergent('min_top1_agreement', 0.9, positions), same.slice(0, 40))
    expect(few.map(({ interval }) => interval![1])).toContain(1)
    for (const { value, interval } of few) expect([value, ...interval!].every((share) => share >= 0 && share <= 1)).toBe(true)
    const kl = positions.slice(0, 300).map((count, index) => ({ sum: count * (0.01 + 0.001 * (index % 3)), count }))
    expect(judgeTrack(divergent('max_mean_kl', 0.02, positions), kl.slice(0, 63))).toMatchObject({ verdict: 'undecided', itemsNeeded: 64, interval: null })
    expect(judgeTrack(divergent('max_mean_kl', 0.02, positions), kl)).toMatchObject({ verdict: 'passed', decidedAfter: 64 })
    expect(judgeTrack(divergent('max_mean_kl', 0.005, positions), kl)).toMatchObject({ verdict: 'regressed' })
  })
})

test('the path ends with the last item, and its bounds are in the unit of the limit', () => {
  const drop = track('max_drop_points', 3, ones(100))
  const path = pathOf(drop, ones(100))
  expect(path[0]!.items).toBe(8)
  expect(path.at(-1)).toEqual({ items: 100, value: 0, interval: [0, 0] })
  const { interval } = pointAfter(drop, ones(50))
  expect(interval![0]).toBeCloseTo(0, 12)
  expect(interval![1]).toBeGreaterThan(1)
})
