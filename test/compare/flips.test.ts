import { expect, test } from 'vitest'
import { flippedItems } from '../../src/compare/flips.ts'
import type { StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, storedRun } from '../stored-runs.ts'

/** An item that is right or wrong by each metric. */
function task(outcomes: readonly { readonly acc: number; readonly acc_norm: number }[]): StoredTask {
  const plain = choiceTask(
    'piqa',
    outcomes.map(({ acc }) => acc),
  )
  return { ...plain, items: plain.items!.map((item, index) => ({ ...item, values: outcomes[index]! })) }
}

test('a flipped item says by which metric it flipped, and whether both models are right by the others', () => {
  const original = storedRun('original', [task([{ acc: 0, acc_norm: 1 }])])
  const variant = storedRun('pruned', [task([{ acc: 0, acc_norm: 0 }])])
  expect(flippedItems({ task: 'piqa', metric: 'acc_norm' }, original, variant)).toMatchObject([
    {
      docId: 0,
      metric: 'acc_norm',
      direction: 'lost',
      outcomes: [
        { metric: 'acc_norm', original: true, variant: false },
        { metric: 'acc', original: false, variant: false },
      ],
    },
  ])
  expect(flippedItems({ task: 'piqa', metric: 'acc' }, original, variant)).toEqual([])
})

test('contexts before one continuation are shown as what differs, and the right one is that of the model which is right', () => {
  const item = (logProbs: readonly number[], acc: number): StoredTask => {
    const plain = choiceTask('winogrande', [acc])
    const requests = logProbs.map((logProb, index) => ({ context: `So the tea was made by ${['Sara', 'Sam'][index]}`, continuation: ' for two.', logProb }))
    return { ...plain, items: [{ ...plain.items![0]!, target: 'for two.', values: { acc }, requests }] }
  }
  const [original, variant] = [storedRun('original', [item([-9, -5], 1)]), storedRun('pruned', [item([-4, -6], 0)])]
  expect(flippedItems({ task: 'winogrande', metric: 'acc' }, original, variant)).toMatchObject([
    { context: 'So the tea was made by _ for two.', target: '1', choices: [{ text: 'Sara' }, { text: 'Sam' }] },
  ])
})

test('a group has the items of its members, and a metric without numbers none', () => {
  const group = { ...choiceTask('g', []), members: ['piqa'] }
  const run = (label: string, right: number) => storedRun(label, [choiceTask('piqa', [right])], { groups: [group] })
  expect(flippedItems({ task: 'g', metric: 'acc' }, run('a', 1), run('b', 0))).toHaveLength(1)
  expect(flippedItems({ task: 'g', metric: 'f1' }, run('a', 1), run('b', 0))).toEqual([])
})
