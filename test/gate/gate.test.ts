/** Policies, and judgements in literal cases. */
import { describe, expect, test } from 'vitest'
import { create } from 'xmlbuilder2'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import type { AccuracyCell, Comparison, Interval, PerplexityCell } from '../../src/compare/comparison.ts'
import { GateError } from '../../src/errors.ts'
import { checkPolicy } from '../../src/gate/check-policy.ts'
import { judgeComparison, type JudgedRule } from '../../src/gate/judge-comparison.ts'
import { junitXml } from '../../src/gate/junit.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import { gateMarkdown, judgementTable, sentence } from '../../src/gate/summary.ts'
import type { StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../stored-runs.ts'

const score = { value: 0.5, standardError: null, provenance: 'measured' as const }

/** A comparison of one task of each kind, with these figures. */
function comparisonOf(accuracy: Partial<AccuracyCell>, perplexity: Partial<PerplexityCell> = {}): Comparison {
  const cell: AccuracyCell = {
    score,
    difference: 0,
    differenceInterval: null,
    retention: 1,
    retentionInterval: null,
    adjustedRetention: null,
    flips: null,
    pValue: null,
    adjustedPValue: null,
    status: { name: 'Good', sign: '' },
    ...accuracy,
  }
  const text: PerplexityCell = { score, ratio: 1, ratioInterval: null, nats: 0, natsInterval: null, ...perplexity }
  const { original, settings } = compareRuns(storedRun('a', [choiceTask('piqa', [1])]), [storedRun('b', [choiceTask('piqa', [1])])])
  return {
    original,
    variants: [original],
    settings,
    accuracies: [{ task: 'piqa', metric: 'acc_norm', shotCount: 0, itemCount: 400, splitCount: 10_000, chance: null, original: score, cells: [cell] }],
    perplexities: [{ task: 'wikitext', metric: 'word_perplexity', itemCount: 62, splitCount: 62, original: score, cells: [text] }],
    averages: [null],
    notes: [],
  }
}

const judgeOne = (policy: string, comparison: Comparison): JudgedRule => judgeComparison(parsePolicy(`tasks: ${policy}`, 'gate.yaml'), comparison).rules[0]!

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
    expect(sentence(rule(0.92))).toBe('92.0 %, 95 % interval 84.0 % to 100.0 %, on 400 items: too few items, about 6,400 would decide')
  })

  test('takes the bound on the side of the limit', () => {
    expect(judgeOne('{ piqa: { min_retention: 0.9 } }', comparisonOf({ retention: 0.88, retentionInterval: [0.7, 0.92] })).itemsNeeded).toBe(1600)
  })

  test('has no answer on the limit itself', () => {
    const rule = judgeOne('{ piqa: { min_retention: 0.9 } }', comparisonOf({ retention: 0.9, retentionInterval: [0.8, 1] }))
    expect(rule).toMatchObject({ verdict: 'undecided', itemsNeeded: null })
    expect(sentence(rule)).toMatch(/no number of items would decide$/u)
  })
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

describe('no verdict rests on an interval that is too narrow for its number of items', () => {
  const judgeTasks = (original: StoredTask, variant: StoredTask, limits: string) =>
    judgeOne(`{ ${original.name}: ${limits} }`, compareRuns(storedRun('a', [original]), [storedRun('b', [variant])]))
  const ones = (count: number) => Array.from({ length: count }, () => 1)
  const texts = (count: number, nats: number) =>
    textTask(
      'wikitext',
      Array.from({ length: count }, () => ({ logProb: -100 * nats, weight: 100 })),
    )

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

  test('a drop of at most 0 points is not shown by items that all agree', () => {
    expect(judgeTasks(choiceTask('piqa', ones(200)), choiceTask('piqa', ones(200)), '{ max_drop_points: 0 }').verdict).toBe('undecided')
  })

  test('one text, or nine, decide nothing about a perplexity; ten do', () => {
    const limits = '{ max_perplexity_ratio: 1.5 }'
    expect(sentence(judgeTasks(texts(1, 3), texts(1, 3), limits))).toBe(
      '1.000×, fewer than 10 texts give no interval, on 1 item: the whole split was scored, so this task cannot decide the rule',
    )
    expect(judgeTasks(texts(9, 3), texts(9, 3), limits)).toMatchObject({ verdict: 'undecided', itemsNeeded: 10 })
    expect(judgeTasks(texts(10, 3), texts(10, 3), limits).verdict).toBe('passed')
    expect(judgeTasks(texts(10, 3), texts(10, 4), limits).verdict).toBe('regressed')
  })
})

describe('cannot be compared', () => {
  test.each<[string, string, Comparison, string]>([
    ['a task that the runs lack', '{ mmlu: { min_retention: 0.9 } }', comparisonOf({}), 'the runs have no accuracy of mmlu'],
    ['a metric that they lack', '{ piqa: { metric: f1, min_retention: 0.9 } }', comparisonOf({}), 'the runs have no accuracy of piqa by f1'],
    ['a baseline of 0', '{ piqa: { min_retention: 0.9 } }', comparisonOf({ retention: null }), 'the baseline scores 0, so nothing can be retained'],
    ['an accuracy rule for a perplexity', '{ wikitext: { min_retention: 0.9 } }', comparisonOf({}), 'the runs have no accuracy of wikitext'],
    [
      'scores without items',
      '{ piqa: { min_retention: 0.9 } }',
      compareRuns(citedRun('a', { piqa: ['acc_norm', 0.8] }), [citedRun('b', { piqa: ['acc_norm', 0.7] })]),
      'items are not paired, so there is no interval: score both with stored samples',
    ],
  ])('%s', (_, policy, comparison, reason) => expect(judgeOne(policy, comparison)).toMatchObject({ verdict: 'incomparable', reason }))
})

test('the worst rule decides: regressed before incomparable before undecided', () => {
  const comparison = comparisonOf({ retention: 0.9, retentionInterval: [0.86, 0.94] })
  const verdict = (policy: string) => judgeComparison(parsePolicy(`tasks: ${policy}`, 'gate.yaml'), comparison).verdict
  expect(verdict('{ piqa: { min_retention: 0.8 } }')).toBe('passed')
  expect(verdict('{ piqa: { min_retention: 0.9 } }')).toBe('undecided')
  expect(verdict('{ piqa: { min_retention: 0.9 }, mmlu: { min_retention: 0.9 } }')).toBe('incomparable')
  expect(verdict('{ piqa: { min_retention: 0.95 }, mmlu: { min_retention: 0.9 } }')).toBe('regressed')
})

describe('a policy', () => {
  test('has shares or percentages', () => {
    expect(
      parsePolicy(
        'tasks:\n  piqa: { min_retention: 95%, max_drop_points: 3 }\n  wikitext: { max_perplexity_ratio: 1.1, metric: word_perplexity }\n',
        'gate.yaml',
      ),
    ).toEqual(
      new Map([
        ['piqa', { metric: undefined, minRetention: 0.95, maxDropPoints: 3, maxPerplexityRatio: undefined }],
        ['wikitext', { metric: 'word_perplexity', minRetention: undefined, maxDropPoints: undefined, maxPerplexityRatio: 1.1 }],
      ]),
    )
  })

  test.each([
    ['no YAML', 'tasks: [', 'is not YAML'],
    ['a task twice', 'tasks:\n  piqa: { min_retention: 1 }\n  piqa: { min_retention: 1 }', 'line 3'],
    ['nothing', '', 'is not a policy'],
    ['no tasks', 'tasks: {}', 'no task'],
    ['an unknown key', 'tasks: { piqa: { min_retenion: 0.9 } }', 'min_retenion'],
    ['a task without a limit', 'tasks: { piqa: { metric: acc } }', 'no limit'],
    ['a percentage without its sign', 'tasks: { piqa: { min_retention: 95 } }', 'for 95 % write 0.95 or 95%'],
    ['a share that is a word', 'tasks: { piqa: { min_retention: most } }', 'tasks.piqa.min_retention'],
    ['a negative drop', 'tasks: { piqa: { max_drop_points: -1 } }', 'max_drop_points'],
    ['a ratio below 1', 'tasks: { wikitext: { max_perplexity_ratio: 0.9 } }', 'max_perplexity_ratio'],
  ])('is refused: %s', (_, text, message) => {
    expect(() => parsePolicy(text, 'gate.yaml')).toThrow(GateError)
    expect(() => parsePolicy(text, 'gate.yaml')).toThrow(message)
  })
})

describe('a policy from untrusted input', () => {
  test.each([
    ['lists in lists', `tasks:\n  piqa: ${'['.repeat(20_000)}`],
    ['a value that holds itself', 'tasks: &a\n  piqa: *a\n'],
    ['keys of every object', 'tasks: { __proto__: { min_retention: 1 } }\n'],
    ['a percentage that is long', `tasks: { piqa: { min_retention: "${'0'.repeat(100_000)}x%" } }`],
  ])('%s is a GateError', (_, text) => expect(() => parsePolicy(text, 'gate.yaml')).toThrow(GateError))
})

describe('a policy that names what no run has is refused', () => {
  const runs = [storedRun('a', [choiceTask('piqa', [1, 0]), textTask('wikitext', [{ logProb: -3, weight: 1 }])]), storedRun('b', [choiceTask('boolq', [1])])]
  const check = (policy: string) => checkPolicy(parsePolicy(`tasks: ${policy}`, 'gate.yaml'), runs, 'gate.yaml')
  test.each([
    ['a task', '{ piqqa: { min_retention: 0.9 } }', 'gate.yaml: no run has a task "piqqa"', 'Did you mean piqa? The runs have: piqa, wikitext, boolq.'],
    ['a metric', '{ piqa: { metric: ac, min_retention: 0.9 } }', 'gate.yaml: piqa has no metric "ac"', 'Did you mean acc? It has: acc.'],
    [
      'another kind',
      '{ wikitext: { max_drop_points: 1 } }',
      'max_drop_points needs an accuracy, wikitext has word_perplexity',
      'max_perplexity_ratio is for perplexities',
    ],
    ['the reverse', '{ piqa: { metric: acc, max_perplexity_ratio: 1.1 } }', 'max_perplexity_ratio needs a perplexity, acc of piqa is not one', 'accuracies'],
  ])('%s', (_, policy, message, hint) => {
    expect(() => check(policy)).toThrow(GateError)
    expect(() => check(policy)).toThrow(message)
    expect(() => check(policy)).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }))
  })
  test('a task that one run has is for the judgement to tell', () => expect(() => check('{ boolq: { min_retention: 0.9 } }')).not.toThrow())
})

describe('is reported', () => {
  const comparison = comparisonOf(
    { retention: 0.9, retentionInterval: [0.86, 0.94], difference: -0.05, differenceInterval: [-0.08, -0.02] },
    { ratio: 1.05, ratioInterval: [1.04, 1.06] },
  )
  const judgement = judgeComparison(
    parsePolicy('tasks: { piqa: { min_retention: 0.95, max_drop_points: 3 }, wikitext: { max_perplexity_ratio: 1.1 }, mmlu: { min_retention: 0.9 } }', 'g'),
    comparison,
  )
  const outcome = { judgement, error: null, notes: ['10 of 40 items\u0000'], names: { baseline: 'orig<inal', candidate: 'x & y' } }

  test('as JUnit XML: regressed fails, what could not be tested is an error', () => {
    const { testsuites } = create(junitXml(outcome)).toObject() as { testsuites: { testsuite: Record<string, unknown> } }
    const { testcase, ...suite } = testsuites.testsuite as { testcase: Record<string, unknown>[] }
    expect(junitXml(outcome)).toContain('name="evalharness gate: x &amp; y against orig&lt;inal"')
    expect(suite).toMatchObject({ '@tests': '4', '@failures': '1', '@errors': '2' })
    expect(testcase.map((entry) => [entry['@classname'], entry['@name'], Object.keys(entry).at(-1)])).toEqual([
      ['piqa', 'acc_norm: retention at least 95.0 %', 'failure'],
      ['piqa', 'acc_norm: at most 3.0 points lost', 'error'],
      ['wikitext', 'word_perplexity: at most 1.100× the perplexity', 'system-out'],
      ['mmlu', 'retention at least 90.0 %', 'error'],
    ])
  })

  test('as JUnit XML and Markdown with an error instead: nothing passes in silence', () => {
    const failed = { ...outcome, judgement: null, error: { code: 'STORE', message: 'no such run: <x>\u001b', hint: 'Give one.' } }
    const { testsuites } = create(junitXml(failed)).toObject() as { testsuites: { testsuite: Record<string, unknown> } }
    expect(testsuites.testsuite).toMatchObject({
      '@tests': '1',
      '@failures': '0',
      '@errors': '1',
      testcase: { error: { '@message': 'no such run: &lt;x&gt;\uFFFD', '@type': 'STORE' } },
    })
    expect(gateMarkdown(failed)).toMatch(/^## ⚠️ evalharness gate came to no verdict\n[^]*no such run: [^]*Give one\./u)
  })

  test('as Markdown and on the terminal', () => {
    const markdown = gateMarkdown(outcome)
    expect(markdown).toContain('Note: 10 of 40 items')
    expect(markdown).toContain('## ❌ evalharness gate failed: the candidate regressed')
    expect(markdown).toMatch(
      /\| wikitext \| word\\?_perplexity: at most 1\.100× the perplexity\s+\| ✅ passed\s+\| 1\.050×, 95 % interval 1\.040× to 1\.060×, on 62 items/u,
    )
    const wide = judgementTable(judgement, 120)
    expect(wide).toMatch(/│ piqa\s+│ acc_norm\s+│ loss ≤ 3\.0 points\s+│ 5\.0 points │ 2\.0 points to 8\.0 points │\s+400 │ ❔ undecided/u)
    expect(wide).toContain('\npiqa, loss ≤ 3.0 points: too few items, about 900 would decide\n')
    const narrow = judgementTable(judgement, 80)
    expect(narrow).toMatch(/^❔ piqa, acc_norm: at most 3\.0 points lost\n {2}undecided: /mu)
    expect(narrow).not.toContain('│')
  })
})
