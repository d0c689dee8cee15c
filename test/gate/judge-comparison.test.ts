/** Judgements in literal cases. */
import { describe, expect, test } from 'vitest'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import type { Comparison, DivergenceCell, Interval } from '../../src/compare/comparison.ts'
import { judgeComparison } from '../../src/gate/judge-comparison.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import type { StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../stored-runs.ts'
import { divergenceLine } from '../divergences.ts'
import { comparisonOf, judgeOne } from './comparison-of.ts'

describe('a rule is compared with the bounds of the interval', () => {
  test.each<[string, number, Interval, string]>([
    ['the whole interval keeps it', 0.97, [0.95, 0.99], 'passed'],
    ['the interval straddles it, though the point keeps it', 0.97, [0.94, 1.0], 'undecided'],
    ['the interval straddles it, though the point breaks it', 0.93, [0.9, 0.96], 'undecided'],
    ['the whole interval breaks it', 0.9, [0.86, 0.9499], 'regressed'],
    ['it is better than the baseline', 1.2, [1.1, 1.3], 'passed'],
  ])('min_retention: %s', (_, retention, retentionInterval, verdict) => {
    expect(judgeOne('{ piqa: { min_retention: 0.95 } }', comparisonOf({ retention, retentionInterval })).verdict).toBe(verdict)
  })

  test.each<[number, Interval, string]>([
    [-0.02, [-0.03, -0.01], 'passed'],
    [-0.02, [-0.031, -0.01], 'undecided'],
    [-0.05, [-0.06, -0.031], 'regressed'],
    [0.02, [0.01, 0.03], 'passed'],
  ])('max_drop_points 3, of a difference of %d: %o is %s', (difference, differenceInterval, verdict) => {
    expect(judgeOne('{ piqa: { max_drop_points: 3 } }', comparisonOf({ difference, differenceInterval })).verdict).toBe(verdict)
  })

  test.each<[number, Interval, string]>([
    [1.05, [1.04, 1.06], 'passed'],
    [1.05, [1.04, 1.11], 'undecided'],
    [1.3, [1.2, 1.4], 'regressed'],
    [0.9, [0.8, 0.95], 'passed'],
  ])('max_perplexity_ratio 1.1, lower is better: %d %o is %s', (ratio, ratioInterval, verdict) => {
    expect(judgeOne('{ wikitext: { max_perplexity_ratio: 1.1 } }', comparisonOf({}, { ratio, ratioInterval })).verdict).toBe(verdict)
  })
})

describe('too few items to decide', () => {
  test('says how many would do: at twice the distance a quarter of them', () => {
    const rule = (retention: number) =>
      judgeOne('{ piqa: { min_retention: 0.9 } }', comparisonOf({ retention, retentionInterval: [retention - 0.08, retention + 0.08] }))
    expect(rule(0.92).itemsNeeded).toBe(6400)
    expect(rule(0.94).itemsNeeded).toBe(1600)
  })

  test('takes the bound on the side of the limit', () => {
    expect(judgeOne('{ piqa: { min_retention: 0.9 } }', comparisonOf({ retention: 0.88, retentionInterval: [0.7, 0.92] })).itemsNeeded).toBe(1600)
  })

  test('has no answer on the limit itself', () => {
    const rule = judgeOne('{ piqa: { min_retention: 0.9 } }', comparisonOf({ retention: 0.9, retentionInterval: [0.8, 1] }))
    expect(rule).toMatchObject({ verdict: 'undecided', itemsNeeded: null })
  })
})

describe('no verdict rests on an interval that is too narrow for its number of items', () => {
  const judgeTasks = (original: StoredTask, variant: StoredTask, limits: string) =>
    judgeOne(`{ ${original.name}: ${limits} }`, compareRuns(storedRun('a', [original]), [storedRun('b', [variant])]))
  const ones = (count: number) => Array.from({ length: count }, () => 1)
  const texts = (count: number, nats: number, emptyCount = 0) =>
    textTask('wikitext', [
      ...Array.from({ length: count }, () => ({ logProb: -100 * nats, weight: 100 })),
      ...Array.from({ length: emptyCount }, () => ({ logProb: 0, weight: 0 })),
    ])

  test.each([1, 2, 5, 20])('%d items that all agree do not pass retention at least 90 %%', (count) => {
    expect(judgeTasks(choiceTask('piqa', ones(count)), choiceTask('piqa', ones(count)), '{ min_retention: 0.9 }').verdict).toBe('undecided')
  })

  test('200 items that all agree pass it', () => {
    expect(judgeTasks(choiceTask('piqa', ones(200)), choiceTask('piqa', ones(200)), '{ min_retention: 0.9 }').verdict).toBe('passed')
  })

  test('one lost item of one is not a regression yet; 20 of 20 are', () => {
    expect(judgeTasks(choiceTask('piqa', [1]), choiceTask('piqa', [0]), '{ min_retention: 0.9 }').verdict).toBe('undecided')
    const none = Array.from({ length: 20 }, () => 0)
    expect(judgeTasks(choiceTask('piqa', ones(20)), choiceTask('piqa', none), '{ min_retention: 0.9 }').verdict).toBe('regressed')
  })

  test.each([
    ['{ min_retention: 0.9 }', 45],
    ['{ min_retention: 0.95 }', 91],
    ['{ max_drop_points: 3 }', 163],
  ])('%s passes from %d items that both models get right', (limits, least) => {
    const verdictOf = (count: number) => judgeTasks(choiceTask('piqa', ones(count)), choiceTask('piqa', ones(count)), limits).verdict
    expect([verdictOf(least - 1), verdictOf(least), verdictOf(least + 10)]).toEqual(['undecided', 'passed', 'passed'])
  })

  test('of 97 items that both get right, more that both get wrong take nothing from a retention of at least 95 %', () => {
    const outcomes = [...ones(97), ...Array<number>(50).fill(0)]
    expect(judgeTasks(choiceTask('piqa', outcomes), choiceTask('piqa', outcomes), '{ min_retention: 0.95 }').verdict).toBe('passed')
  })

  test('a drop of at most 0 points is not shown by items that all agree', () => {
    expect(judgeTasks(choiceTask('piqa', ones(200)), choiceTask('piqa', ones(200)), '{ max_drop_points: 0 }').verdict).toBe('undecided')
  })

  test('one text, or nine, decide nothing about a perplexity; ten do', () => {
    const limits = '{ max_perplexity_ratio: 1.5 }'
    expect(judgeTasks(texts(1, 3), texts(1, 3), limits)).toMatchObject({ verdict: 'undecided', reason: 'fewer than 10 texts give no interval' })
    expect(judgeTasks(texts(9, 3), texts(9, 3), limits)).toMatchObject({ verdict: 'undecided', itemsNeeded: 10 })
    expect(judgeTasks(texts(10, 3), texts(10, 3), limits).verdict).toBe('passed')
    // Empty ones do not count.
    expect(judgeTasks(texts(9, 3, 3), texts(9, 3, 3), limits)).toMatchObject({ verdict: 'undecided', reason: 'fewer than 10 texts give no interval' })
    expect(judgeTasks(texts(10, 3), texts(10, 4), limits).verdict).toBe('regressed')
  })
})

describe('cannot be compared', () => {
  test.each<[string, string, Comparison, string]>([
    ['a task that the baseline lacks', '{ mmlu: { min_retention: 0.9 } }', comparisonOf({}), 'the baseline has no accuracy of mmlu'],
    ['a metric that it lacks', '{ piqa: { metric: f1, min_retention: 0.9 } }', comparisonOf({}), 'the baseline has no accuracy of piqa by f1'],
    ['a baseline of 0', '{ piqa: { min_retention: 0.9 } }', comparisonOf({ retention: null }), 'the baseline scores 0, so nothing can be retained'],
    ['an accuracy rule for a perplexity', '{ wikitext: { min_retention: 0.9 } }', comparisonOf({}), 'the baseline has no accuracy of wikitext'],
    [
      'scores without items',
      '{ piqa: { min_retention: 0.9 } }',
      compareRuns(citedRun('a', { piqa: ['acc_norm', 0.8] }), [citedRun('b', { piqa: ['acc_norm', 0.7] })]),
      'there is no interval: a run has no samples of it, or the score is not a mean over all items',
    ],
    [
      'a metric that the candidate lacks',
      '{ piqa: { min_retention: 0.9 } }',
      compareRuns(citedRun('a', { piqa: ['acc_norm', 0.8], boolq: ['acc', 0.8] }), [citedRun('b', { boolq: ['acc', 0.7] })]),
      'the candidate has no acc_norm of piqa',
    ],
  ])('%s', (_, policy, comparison, reason) => expect(judgeOne(policy, comparison)).toMatchObject({ verdict: 'incomparable', reason }))
})

test('the worst rule decides: regressed before incomparable before undecided', () => {
  const comparison = comparisonOf({ retention: 0.9, retentionInterval: [0.86, 0.94] })
  const verdict = (policy: string) => judgeComparison(parsePolicy(`tasks: ${policy}`, 'gate.yaml').limits, comparison).verdict
  expect(verdict('{ piqa: { min_retention: 0.8 } }')).toBe('passed')
  expect(verdict('{ piqa: { min_retention: 0.9 } }')).toBe('undecided')
  expect(verdict('{ piqa: { min_retention: 0.9 }, mmlu: { min_retention: 0.9 } }')).toBe('incomparable')
  expect(verdict('{ piqa: { min_retention: 0.95 }, mmlu: { min_retention: 0.9 } }')).toBe('regressed')
})

describe('limits for the divergence of distributions', () => {
  const judgeOf = (limit: string, changes: Partial<DivergenceCell>) =>
    judgeOne(`{ piqa: { ${limit} } }`, { ...comparisonOf({}), divergences: [divergenceLine('piqa', changes)] })

  test.each<[Interval | null, string]>([
    [[0.01, 0.019], 'passed'],
    [[0.015, 0.03], 'undecided'],
    [[0.021, 0.03], 'regressed'],
    [null, 'undecided'],
  ])('max_mean_kl 0.02 on the interval %j: %s', (klInterval, verdict) => {
    expect(judgeOf('max_mean_kl: 0.02', { klInterval })).toMatchObject({ verdict, metric: null, value: 0.0125, itemCount: 20, splitCount: 10_000 })
  })

  test.each<[Interval, string]>([
    [[0.96, 0.99], 'passed'],
    [[0.94, 0.99], 'undecided'],
    [[0.9, 0.94], 'regressed'],
  ])('min_top1_agreement 95%% on the interval %j: %s', (sameTopInterval, verdict) => {
    expect(judgeOf('min_top1_agreement: 95%', { sameTopInterval }).verdict).toBe(verdict)
  })

  test('a candidate without divergences is not comparable', () => {
    const rule = judgeOne('{ piqa: { max_mean_kl: 0.02 } }', comparisonOf({}))
    expect(rule).toMatchObject({ verdict: 'incomparable', reason: expect.stringContaining('run --divergence') as string })
  })
})
