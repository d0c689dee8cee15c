/** WinoGrande: requests of lm-eval 0.4.13, whose `multiple_input` scores one continuation after each of two contexts. */
import { expect, test } from 'vitest'
import { loadTask } from '../../src/run/load-task.ts'
import type { LoadTaskOptions } from '../../src/run/loaded-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { writeRows } from '../tiny-model.ts'

const winogrande = (await loadTasks()).get('winogrande')!
const row = (sentence: string, answer: string) => ({ sentence, option1: 'Ada', option2: 'Max', answer })
const load = (rows: readonly object[], options: LoadTaskOptions = {}) =>
  loadTask(winogrande, { dataFiles: { winogrande: writeRows(temporaryFolder(), 'rows.jsonl', rows) }, ...options })

test('each context ends in an option, and the rest of the sentence follows; the target is that rest', async () => {
  const { parts } = await load([row('Tea was made by _  for two. ', '2')])
  expect(parts[0]!.items[0]).toMatchObject({
    requests: [
      { context: 'Tea was made by Ada', continuation: ' for two.' },
      { context: 'Tea was made by Max', continuation: ' for two.' },
    ],
    target: 'for two.',
    gold: [1],
  })
})

test('a few-shot example is a whole sentence with the right option', async () => {
  const folder = temporaryFolder()
  const dataFiles = {
    'winogrande:validation': writeRows(folder, 'scored.jsonl', [row('Tea was made by _ for two.', '2')]),
    'winogrande:train': writeRows(folder, 'train.jsonl', [row('Bread was baked by _ at dawn.', '1'), row('Soup was cooked by _ at noon.', '2')]),
  }
  const { parts } = await load([], { dataFiles, shots: 1 })
  // random.Random(1234).sample(range(2), 2) is [1, 0].
  expect(parts[0]!.items[0]!.requests[0]).toMatchObject({ context: 'Soup was cooked by Max at noon.\n\nTea was made by Ada' })
})

test.each([
  ['no gap', { ...row('Tea was made.', '2') }, 'sentence'],
  ['another answer', row('Tea was made by _.', '3'), 'answer'],
])('a row with %s is refused', async (_, wrong, field) => {
  await expect(load([wrong])).rejects.toThrow(field)
})
