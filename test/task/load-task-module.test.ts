/** Files that are no task modules. */
import { expect, test } from 'vitest'
import { loadTaskModule } from '../../src/task/load-task-module.ts'

test('a file that does not exist is named as it was given', async () => {
  await expect(loadTaskModule('./nope.js')).rejects.toMatchObject({ name: 'UsageError', message: 'no task file ./nope.js' })
})
