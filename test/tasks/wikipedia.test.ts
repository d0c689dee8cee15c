import { expect, test } from 'vitest'
import type { RollingTask } from '../../src/task/define-task.ts'
import { loadTasks } from '../../src/task/registry.ts'

const task = (await loadTasks()).get('wikipedia') as RollingTask
const textOf = (row: unknown) => task.text(task.row.parse(row))

test.each([
  ['An article is here. It has two sentences.', 'An article is here.'],
  ['\n\n  First of all? Yes.', 'First of all?'],
  ['No end', 'No end'],
  ['', ''],
])('of the article %j the opening sentence is scored', (text, sentence) => expect(textOf({ text, title: 'Title' })).toBe(sentence))

test('a line of a file is scored whole', () => expect(textOf({ text: 'One. Two.' })).toBe('One. Two.'))
