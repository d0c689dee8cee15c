import { expect, test } from 'vitest'
import { pairEntries, unpairedExample } from '../../src/compare/pair-entries.ts'
import { choiceTask } from '../stored-runs.ts'
import type { StoredTask } from '../../src/store/stored-run.ts'

const entry = (...strata: StoredTask[]) => ({ name: 'mmlu', version: null, shotCount: null, scores: [], strata })

test('items are paired task by task, and those of one side are counted', () => {
  const { pairs, leftOutCount } = pairEntries({
    original: entry(choiceTask('law', [1, 0]), choiceTask('logic', [1])),
    variant: entry(choiceTask('logic', [0]), choiceTask('law', [1])),
  })
  expect(pairs!.map(([before, after]) => [before.promptHash, after.promptHash])).toEqual([
    ['prompt law 0', 'prompt law 0'],
    ['prompt logic 0', 'prompt logic 0'],
  ])
  expect(leftOutCount).toBe(1)
})

test('without the items of a task nothing is paired', () => {
  expect(pairEntries({ original: entry(choiceTask('law', [1])), variant: entry(choiceTask('law', [1], { items: null })) })).toMatchObject({
    pairs: null,
    leftOutCount: 0,
  })
})

test('the first row with another prompt or target is the example', () => {
  const task = choiceTask('law', [1, 0])
  const changed = (change: object) => entry({ ...task, items: task.items!.map((item) => ({ ...item, ...change })) })
  expect(unpairedExample({ original: entry(task), variant: changed({ promptHash: 'x' }) })).toBe(
    '; row 0 of law has another prompt: the template or the shots differ',
  )
  expect(unpairedExample({ original: entry(task), variant: changed({ targetHash: 'x' }) })).toBe('; row 0 of law has another right answer: the datasets differ')
  expect(unpairedExample({ original: entry(task), variant: entry(task) })).toBe('')
})
