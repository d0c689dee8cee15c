import { describe, expect, test } from 'vitest'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { gateMarkdown, judgementTable, limitText, sentence } from '../../src/gate/summary.ts'
import { storedRun, textTask } from '../stored-runs.ts'
import { comparisonOf, judgeOne } from './comparison-of.ts'
import { failedOutcome, judgement, outcome } from './judged-outcome.ts'

test('a sentence has the value, its interval, the items, and how many items would decide', () => {
  const rule = (retention: number) =>
    judgeOne('{ piqa: { min_retention: 0.9 } }', comparisonOf({ retention, retentionInterval: [retention - 0.08, retention + 0.08] }))
  expect(sentence(rule(0.92))).toBe('92.0 %, 95 % interval 84.0 % to 100.0 %, on 400 items: too few items, about 6,400 would decide')
  expect(sentence(rule(0.9))).toMatch(/no number of items would decide$/u)
})

test('a sentence about one text says why there is no interval', () => {
  const run = (label: string) => storedRun(label, [textTask('wikitext', [{ logProb: -300, weight: 100 }])])
  const rule = judgeOne('{ wikitext: { max_perplexity_ratio: 1.5 } }', compareRuns(run('a'), [run('b')]))
  expect(sentence(rule)).toBe('1.000×, fewer than 10 texts give no interval, on 1 item: the whole split was scored, so this task cannot decide the rule')
})

describe('what a split cannot decide', () => {
  const rule = (itemCount: number, splitCount: number | null) => {
    const comparison = comparisonOf({ retention: 0.92, retentionInterval: [0.84, 1] })
    return judgeOne('{ piqa: { min_retention: 0.9 } }', { ...comparison, accuracies: [{ ...comparison.accuracies[0]!, itemCount, splitCount }] })
  }

  test('a split smaller than the items that would decide', () => {
    expect(sentence(rule(54, 135))).toMatch(/: about 864 items would decide, but the split has 135: this task cannot decide the rule$/u)
  })

  test('a split that was scored whole', () => {
    expect(sentence(rule(135, 135))).toMatch(/: the whole split was scored, so this task cannot decide the rule$/u)
  })

  test('a split of unknown size is not spoken of', () => expect(sentence(rule(54, null))).toMatch(/: too few items, about 864 would decide$/u))
})

test('a judgement as Markdown, and on a wide and a narrow terminal', () => {
  const markdown = gateMarkdown(outcome)
  expect(markdown).toContain('Note: 10 of 40 items')
  expect(markdown).toContain('## ❌ evalharness gate failed: the candidate regressed')
  expect(markdown).toMatch(
    /\| wikitext \| word\\?_perplexity: at most 1\.100× the perplexity\s+\| ✅ passed\s+\| 1\.050×, 95 % interval 1\.040× to 1\.060×, on 62 items/u,
  )
  const wide = judgementTable(judgement, 120)
  expect(wide).toMatch(/│ piqa\s+│ acc_norm\s+│ loss ≤ 3\.0 points\s+│ loss of 5\.0 points │ loss of 2\.0 to 8\.0 +│\s+400 │ ❔ undecided/u)
  expect(wide).toContain('\npiqa, loss ≤ 3.0 points: too few items, about 900 would decide\n')
  const narrow = judgementTable(judgement, 80)
  expect(narrow).toMatch(/^❔ piqa, acc_norm: at most 3\.0 points lost\n {2}undecided: /mu)
  expect(narrow).not.toContain('│')
})

test('a gain is said as a gain, not as a negative loss', () => {
  const rule = judgeOne('{ piqa: { max_drop_points: 3 } }', comparisonOf({ difference: 0.2, differenceInterval: [-0.269, 0.585] }))
  expect(sentence(rule)).toMatch(/^gain of 20\.0 points, 95 % interval gain of 58\.5 to loss of 26\.9 points, on 400 items: /u)
  const gained = { rules: [rule], verdict: rule.verdict }
  expect(judgementTable(gained)).toMatch(/│ gain of 20\.0 points │ gain of 58\.5 to loss of 26\.9 │/u)
  expect(gateMarkdown({ ...outcome, judgement: gained })).toContain('gain of 20.0 points, 95 % interval')
})

test('Markdown without a judgement has the error', () => {
  expect(gateMarkdown(failedOutcome)).toMatch(/^## ⚠️ evalharness gate came to no verdict\n[^]*no such run: [^]*Give one\./u)
})

test.each([
  ['{ min_retention: 0.9996 }', 'retention ≥ 99.96 %'],
  ['{ min_retention: 95% }', 'retention ≥ 95.0 %'],
  ['{ max_drop_points: 0.03 }', 'loss ≤ 0.03 points'],
  ['{ max_drop_points: 3 }', 'loss ≤ 3.0 points'],
])('a limit has all of its digits: %s', (limits, text) => {
  const comparison = comparisonOf({ retention: 0.92, retentionInterval: [0.84, 1], difference: 0, differenceInterval: [-0.1, 0.1] })
  expect(limitText(judgeOne(`{ piqa: ${limits} }`, comparison))).toBe(text)
})

test('an interrupted gate says so instead of too few items', () => {
  const undecided = { rules: judgement.rules, verdict: 'undecided' } as const
  expect(judgementTable(undecided)).toMatch(/\ngate cannot tell: too few items$/u)
  expect(judgementTable({ ...undecided, isInterrupted: true })).toMatch(/\ngate was interrupted: some rules are undecided$/u)
  expect(gateMarkdown({ ...outcome, judgement: { ...undecided, isInterrupted: true } })).toContain('evalharness gate was interrupted')
})
