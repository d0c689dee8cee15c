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
