/** LAMBADA: requests of lm-eval 0.4.13 with its `lambada_openai.yaml` over these rows. */
import { expect, test } from 'vitest'
import { loadTask } from '../../src/run/load-task.ts'
import type { LoadTaskOptions } from '../../src/run/loaded-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { writeRows } from '../tiny-model.ts'

const lambada = (await loadTasks()).get('lambada_openai')!
const ROWS = ['The kettle sang, and Ada made  tea', 'Max lost his hat', 'It rained all day'].map((text) => ({ text }))
const load = async (options: LoadTaskOptions) => {
  const { parts } = await loadTask(lambada, { dataFiles: { lambada_openai: writeRows(temporaryFolder(), 'rows.jsonl', ROWS) }, ...options })
  return parts[0]!.items
}

test('the last word is asked for, with the space before it', async () => {
  expect((await load({ limit: 1 }))[0]).toMatchObject({
    kind: 'text',
    requests: [{ context: 'The kettle sang, and Ada made ', continuation: ' tea' }],
    target: ' tea',
  })
})

test('an example has two spaces before its last word', async () => {
  // random.Random(1234).sample(range(3), 1) is [1], for the next item [0].
  const contexts = (await load({ shots: 1, limit: 1 })).map(({ requests }) => (requests[0] as { context: string }).context)
  expect(contexts).toEqual(['Max lost his  hat\n\nThe kettle sang, and Ada made '])
})
