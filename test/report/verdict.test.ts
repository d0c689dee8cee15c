/** The sentence on what a variant lost: it follows the comparison's intervals and statuses. */
import { expect, test } from 'vitest'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { PROFILES } from '../../src/compare/status.ts'
import { verdictsOf } from '../../src/report/verdict.ts'
import type { StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, citedRun, storedRun, textTask } from '../stored-runs.ts'

const right = (count: number, of = 400) => Array.from({ length: of }, (_, item) => Number(item < count))
const texts = (nats: number, count = 40) =>
  textTask(
    'wikitext',
    Array.from({ length: count }, (_, index) => ({ logProb: -100 * nats * (1 + (index % 5) / 1000), weight: 100 })),
  )
const verdict = (original: readonly StoredTask[], variant: readonly StoredTask[]) => {
  const [found] = verdictsOf(compareRuns(storedRun('original', original), [storedRun('pruned', variant)]))
  return { kind: found!.kind, sentence: found!.headline + found!.details }
}

test('a loss names its task, the points, how sure they are, and the status', () => {
  const { kind, sentence } = verdict([choiceTask('piqa', right(360))], [choiceTask('piqa', right(200))])
  expect(kind).toBe('lost')
  expect(sentence).toMatch(
    /^pruned lost accuracy on piqa: 40\.0 points \(95 % interval 3\d\.\d to 4\d\.\d, 400 items\), so 55\.6 % of the score is retained, “Near random”\.$/u,
  )
})

test('of several tasks the largest loss is named, and those without a sure change', () => {
  const before = [choiceTask('piqa', right(360)), choiceTask('boolq', right(300)), choiceTask('arc', right(200))]
  const after = [choiceTask('piqa', right(300)), choiceTask('boolq', right(200)), choiceTask('arc', right(199))]
  expect(verdict(before, after).sentence).toMatch(
    /^pruned lost accuracy on 2 of 3 tasks, most on boolq: 25\.0 points .*; shows no sure change of accuracy on arc \(by the 95 % interval, up to \d\.\d points may be lost, 400 items\)\.$/u,
  )
})

test('no loss is “kept”, and says how large one could be', () => {
  const { kind, sentence } = verdict([choiceTask('piqa', right(300))], [choiceTask('piqa', right(300))])
  expect(kind).toBe('kept')
  expect(sentence).toMatch(/^pruned shows no sure change of accuracy on piqa \(by the 95 % interval, up to \d\.\d points may be lost, 400 items\)\.$/u)
})

test('no sure change is “unsure” and not “kept” if a status is near random or undecided, and the sentence names it', () => {
  const scores = [choiceTask('piqa', right(18, 20)), choiceTask('boolq', right(140)), choiceTask('arc', right(300))]
  const { kind, sentence } = verdict(scores, scores)
  expect(kind).toBe('unsure')
  expect(sentence).toMatch(
    /^pruned shows no sure change of accuracy on piqa, boolq, arc \(.*\); its status is “Near random” on boolq, “at least \w+” on piqa\.$/u,
  )
})

test('a status without a sign is a status, and comes after those that are known to be bad', () => {
  const word = (name: string, sign = '') => ({ name, sign })
  const profile = {
    ...PROFILES.default,
    cuts: [{ ...word('Keep', '✅'), atLeast: 1.5 }, word('Look closer')],
    nearChance: { ...word('Guessed', '❌'), chance: 'baseline' as const },
  }
  const tasks = [choiceTask('piqa', right(300)), choiceTask('boolq', right(140))]
  const comparison = compareRuns(storedRun('original', tasks), [storedRun('pruned', tasks)], { profile })
  const [found] = verdictsOf(comparison)
  expect(found).toMatchObject({ kind: 'unsure', details: expect.stringMatching(/; its status is “Guessed” on boolq, “Look closer” on piqa\.$/u) })
  const lost = compareRuns(storedRun('original', tasks), [storedRun('pruned', [choiceTask('piqa', right(250)), tasks[1]!])], { profile })
  expect(verdictsOf(lost)[0]!.details).toContain('of the score is retained, “Look closer”')
})

test('a perplexity without an interval leaves the verdict open', () => {
  const scores = choiceTask('piqa', right(400))
  const { kind, sentence } = verdict([scores, texts(3, 5)], [scores, texts(3.5, 5)])
  expect(kind).toBe('unsure')
  expect(sentence).toContain('has 1.65 times the original’s word_perplexity on wikitext (there is no interval)')
})

test('a gain is a gain', () => {
  const { kind, sentence } = verdict([choiceTask('piqa', right(200))], [choiceTask('piqa', right(300))])
  expect(kind).toBe('kept')
  expect(sentence).toMatch(/^pruned gained accuracy on piqa \(\+25\.0 points, 95 % interval \+\d+\.\d to \+\d+\.\d, 400 items\)\.$/u)
})

test('a part of a split says so', () => {
  const limited = (outcomes: readonly number[]) => choiceTask('piqa', outcomes, { rowCount: 1838 })
  expect(verdict([limited(right(360))], [limited(right(200))]).sentence).toContain('400 of 1,838 items')
})

test('cited scores have no interval, and that is said', () => {
  const comparison = compareRuns(citedRun('a', { piqa: ['acc_norm', 0.8], boolq: ['acc', 0.7] }), [
    citedRun('b', { piqa: ['acc_norm', 0.6], boolq: ['acc', 0.69] }),
  ])
  expect(verdictsOf(comparison)).toEqual([
    {
      kind: 'unknown',
      headline: 'b scores 20.0 points below the original on piqa',
      details: ', the lowest of 2 tasks; there is no interval, because no items are paired.',
    },
  ])
})

test('a perplexity is a ratio with its interval; few texts have none', () => {
  expect(verdict([texts(3)], [texts(3.5)])).toMatchObject({
    kind: 'lost',
    sentence: expect.stringMatching(/^pruned has 1\.65 times the original’s word_perplexity on wikitext \(95 % interval 1\.6\d to 1\.6\d, 40 texts\)\.$/u),
  })
  expect(verdict([texts(3, 2)], [texts(3.5, 2)])).toMatchObject({ kind: 'unknown', sentence: expect.stringMatching(/\(there is no interval\)\.$/u) })
})

test('each variant has a verdict', () => {
  const [original, ...variants] = ['a', 'b', 'c'].map((label) => storedRun(label, [choiceTask('piqa', right(300))]))
  expect(verdictsOf(compareRuns(original!, variants)).map(({ headline }) => headline.split(' ')[0])).toEqual(['b', 'c'])
})
