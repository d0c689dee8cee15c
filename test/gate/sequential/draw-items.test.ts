/** Drawing with a scorer whose answers are known: when it stops, and what it asks. */
import { expect, test } from 'vitest'
import { EngineError } from '../../../src/errors.ts'
import { drawItems, drawnCount, drawnValues, type BlockVerdicts, type DrawingLimits } from '../../../src/gate/sequential/draw-items.ts'
import type { RuledPopulation } from '../../../src/gate/sequential/ruled-population.ts'
import { baselineValues, itemName, populationOf } from '../../../src/gate/sequential/population.ts'
import { ruleTrack } from '../../../src/gate/sequential/rule-track.ts'
import type { KnownScores } from '../../../src/gate/sequential/unfinished-gate.ts'
import type { BlockScorer, ScoredBlock } from '../../../src/run/block-scorer.ts'
import type { LoadedTask } from '../../../src/run/loaded-task.ts'
import { choiceTask, storedRun } from '../../stored-runs.ts'

const right = Array.from({ length: 400 }, (_, index) => (index % 4 === 0 ? 0 : 1))
const subjects = ['mmlu_a', 'mmlu_b'].map((name) => choiceTask(name, right.slice(0, 200)))
const group = { name: 'mmlu', version: '1', shotCount: 0, scores: [{ metric: 'acc', value: 0.75, standardError: null }], members: ['mmlu_a', 'mmlu_b'] }
const baseline = storedRun('original', [choiceTask('piqa', right), ...subjects], { groups: [group] })

function ruled(name: string, limit: number): RuledPopulation {
  const population = populationOf(baseline, name, 0)
  return { population, tracks: [ruleTrack({ task: name, metric: 'acc', kind: 'min_retention', limit }, baselineValues(population, 'acc'), 0.05)] }
}

function loaded(name: string, parts: readonly string[], count: number): LoadedTask {
  const items = Array.from({ length: count }, (_, docId) => ({ docId, requests: [] }))
  return { task: { name }, shotCount: 0, notices: [], parts: parts.map((part) => ({ name: part, subset: part, items })) } as unknown as LoadedTask
}

const loadedTasks = [loaded('piqa', ['piqa'], 400), loaded('mmlu', ['mmlu_a', 'mmlu_b'], 200)]

/** Scores every item as the baseline, or as 0; remembers the sizes of blocks. */
function fakeScorer(
  value: (docId: number) => number,
  change: (block: ScoredBlock, calls: number) => ScoredBlock = (block) => block,
  cut: (docId: number) => number = () => 0,
) {
  const asked: string[][] = []
  const scorer = {
    async score({ parts }: LoadedTask) {
      const items = parts.flatMap(({ name, items: own }) =>
        own.map(({ docId }) => ({ item: { task: name, docId }, logLikelihoods: [], metrics: { acc: value(docId) } })),
      )
      asked.push(items.map(({ item }) => itemName(item.task, item.docId)))
      return change({ items, failure: undefined, cutRequestCounts: items.map(({ item }) => cut(item.docId)), work: [] } as unknown as ScoredBlock, asked.length)
    },
  } as unknown as BlockScorer
  return { scorer, asked }
}

const nothing: KnownScores = { scored: new Map(), cutRequests: new Map() }

async function draw(
  populations: readonly RuledPopulation[],
  fake: ReturnType<typeof fakeScorer>,
  limits: DrawingLimits = { isFull: false },
  earlier: KnownScores = nothing,
) {
  const blocks: BlockVerdicts[] = []
  const kept: KnownScores[] = []
  const unfinished = { earlier, keep: async (known: KnownScores) => void kept.push(known) }
  const drawn = await drawItems(populations, { loadedTasks, scorer: fake.scorer, limits, unfinished, onBlock: (block) => blocks.push(block) })
  return { ...drawn, blocks, kept, asked: fake.asked }
}

test('tasks stop separately, each at its own verdict', async () => {
  const [easy, hard] = [ruled('piqa', 0.5), ruled('mmlu', 0.99)]
  const { blocks } = await draw(
    [easy, hard],
    fakeScorer((docId) => right[docId]!),
  )
  const last = (task: string) => blocks.findLast((block) => block.task === task)!
  expect(last('piqa')).toMatchObject({ drawn: 64, rules: [{ verdict: 'passed' }] })
  expect(last('mmlu').drawn).toBeGreaterThan(128)
})

test('a group is drawn from all of its subsets at once', async () => {
  const { asked } = await draw(
    [ruled('mmlu', 0.5)],
    fakeScorer((docId) => right[docId]!),
  )
  expect(new Set(asked[0]!.map((name) => name.split(' ')[0]))).toEqual(new Set(['mmlu_a', 'mmlu_b']))
})

test('items that two rules need are scored once', async () => {
  const { asked } = await draw(
    [ruled('mmlu', 0.99), ruled('mmlu_a', 0.99)],
    fakeScorer((docId) => right[docId]!),
    { isFull: true },
  )
  const names = asked.flat()
  expect(names).toHaveLength(400)
  expect(new Set(names).size).toBe(400)
})

test('a limit of items ends it undecided; without early stop all are drawn', async () => {
  const limited = await draw(
    [ruled('piqa', 0.99)],
    fakeScorer((docId) => right[docId]!),
    { isFull: false, maxItems: 70 },
  )
  expect(limited.blocks.at(-1)).toMatchObject({ drawn: 70, rules: [{ verdict: 'undecided' }] })
  const full = await draw(
    [ruled('piqa', 0.5)],
    fakeScorer(() => 0),
    { isFull: true },
  )
  expect(full.blocks.at(-1)).toMatchObject({ drawn: 400, rules: [{ verdict: 'regressed', itemCount: 400 }] })
})

test('after a failure the items before the first missing one count', async () => {
  const one = ruled('piqa', 0.99)
  const missing = one.population.drawn[70]!.item.docId
  const failure = new EngineError('no healthy endpoint', 'Start a server.')
  const fake = fakeScorer(
    (docId) => right[docId]!,
    (block, calls) => (calls < 2 ? block : { ...block, items: block.items.filter(({ item }) => item.docId !== missing), failure }),
  )
  const result = await draw([one], fake)
  expect(result.failure).toBe(failure)
  expect(drawnCount(one.population, result.scored)).toBe(70)
  expect(drawnValues(one.population, one.tracks[0]!, result.scored)).toHaveLength(70)
})

test('what an interrupted gate knew is not asked again, and blocks and verdicts are those of a gate that was not', async () => {
  const value = (docId: number) => right[docId]!
  const whole = await draw([ruled('piqa', 0.95)], fakeScorer(value))
  // Interrupted in the second block, of which it knew every other item.
  const known = whole.asked.flat().filter((_, index) => index < 64 || (index < 128 && index % 2 === 0))
  const earlier = { scored: new Map(known.map((name) => [name, whole.scored.get(name)!])), cutRequests: new Map([[known[0]!, 2]]) }
  const resumed = await draw([ruled('piqa', 0.95)], fakeScorer(value), { isFull: false }, earlier)
  expect(resumed.blocks).toEqual(whole.blocks)
  expect(resumed.scored).toEqual(whole.scored)
  expect(resumed.asked.flat().toSorted()).toEqual(
    whole.asked
      .flat()
      .filter((name) => !known.includes(name))
      .toSorted(),
  )
  expect(resumed).toMatchObject({ resumedCount: 96, cutRequests: new Map([[known[0]!, 2]]) })
})

test('requests that were cut are counted by item, so that a gate counts those of its own', async () => {
  const fake = fakeScorer(
    (docId) => right[docId]!,
    undefined,
    (docId) => docId % 3,
  )
  const { cutRequests, scored } = await draw([ruled('piqa', 0.5)], fake)
  const counts = [...scored.keys()].map((name) => [name, Number(name.split(' ')[1]) % 3] as const)
  expect(cutRequests).toEqual(new Map(counts.filter(([, count]) => count > 0)))
})

test('after each block everything is kept, what was known before too', async () => {
  const [one] = [ruled('piqa', 0.99)]
  const last = one.population.drawn.at(-1)!.item.docId
  const earlier = { scored: new Map([[itemName('piqa', last), { acc: 1 }]]), cutRequests: new Map() }
  const { kept } = await draw(
    [one],
    fakeScorer((docId) => right[docId]!),
    { isFull: false, maxItems: 128 },
    earlier,
  )
  expect(kept.map(({ scored }) => scored.size)).toEqual([65, 129])
})

test('without a new score nothing is stored: not before the first, and not over what was known', async () => {
  const failure = new EngineError('no healthy endpoint', 'Start a server.')
  const fake = fakeScorer(
    () => 1,
    (block) => ({ ...block, items: [], failure }),
  )
  expect((await draw([ruled('piqa', 0.99)], fake)).kept).toEqual([])
  const cancelled = await draw([ruled('piqa', 0.99)], fake, { isFull: false, signal: AbortSignal.abort() })
  expect(cancelled).toMatchObject({ kept: [], asked: [expect.anything()] })
})

test('a rule without a possible verdict needs no item', async () => {
  const zeros = storedRun('zeros', [
    choiceTask(
      'piqa',
      right.map(() => 0),
    ),
  ])
  const population = populationOf(zeros, 'piqa', 0)
  const tracks = [ruleTrack({ task: 'piqa', metric: 'acc', kind: 'min_retention', limit: 0.9 }, baselineValues(population, 'acc'), 0.05)]
  const { asked, blocks } = await draw(
    [{ population, tracks }],
    fakeScorer(() => 1),
  )
  expect({ asked, blocks }).toEqual({ asked: [], blocks: [] })
})
