/** ARC, OpenBookQA and SciQ: prompts, choices and right answers of lm-eval 0.4.13 (`ConfigurableTask` with the task's own YAML over these rows). */
import { expect, test } from 'vitest'
import type { ChoiceTask } from '../../src/task/define-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import type { QuestionItem } from '../../src/task/request.ts'
import { loadTask } from '../../src/run/load-task.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { writeRows } from '../tiny-model.ts'

const known = await loadTasks()

/** The rows as items: context, choices, index of the right choice. */
async function questions(name: string, rows: readonly object[]) {
  const { parts } = await loadTask(known.get(name)!, { dataFiles: { [name]: writeRows(temporaryFolder(), 'rows.jsonl', rows) } })
  return (parts[0]!.items as readonly QuestionItem[]).map(({ requests, choices, gold }) => [requests[0]!.context, choices, ...gold])
}

const ARC_ROWS = [
  { question: 'Which is a gas?', choices: { text: ['iron', 'steam', 'sand'], label: ['1', '2', '3'] }, answerKey: '2' },
  { question: 'Which is a metal?', choices: { text: ['iron', 'steam', 'sand', 'salt'], label: ['A', 'B', 'C', 'D'] }, answerKey: 'A' },
]

test.each(['arc_easy', 'arc_challenge'])('%s: choices of differing number, labels of letters or digits', async (name) => {
  expect(await questions(name, ARC_ROWS)).toEqual([
    ['Question: Which is a gas?\nAnswer:', ['iron', 'steam', 'sand'], 1],
    ['Question: Which is a metal?\nAnswer:', ['iron', 'steam', 'sand', 'salt'], 0],
  ])
})

test('openbookqa: the stem is the prompt; white space before the letter of the answer does not count', async () => {
  const choices = { text: ['a marsh', 'a dune', 'a plain', 'a roof'], label: ['A', 'B', 'C', 'D'] }
  expect(await questions('openbookqa', [{ question_stem: 'Fog forms around', choices, answerKey: ' A' }])).toEqual([['Fog forms around', choices.text, 0]])
})

test('sciq: the passage without white space before it, the right answer last', async () => {
  const row = { support: ' \n Steam is a gas. ', question: 'What is steam?', distractor1: 'a solid', distractor2: 'a metal', distractor3: 'a liquid' }
  expect(await questions('sciq', [{ ...row, correct_answer: 'a gas' }])).toEqual([
    ['Steam is a gas. \nQuestion: What is steam?\nAnswer:', ['a solid', 'a metal', 'a liquid', 'a gas'], 3],
  ])
})

test('a label that no choice has is refused with its row', async () => {
  await expect(questions('arc_easy', [{ ...ARC_ROWS[0]!, answerKey: 'E' }])).rejects.toThrow(
    'row 0 (counted from 0): label -1 is out of range, there are 3 choices',
  )
})

test.each(['arc_easy', 'arc_challenge'])('%s: what guessing scores is the mean over its rows of one choice in as many', (name) => {
  const { benchmark } = known.get(name) as ChoiceTask
  expect(benchmark!.chance!.uniform).toBeGreaterThan(0.25)
  expect(benchmark!.chance!.uniform).toBeLessThan(0.251)
})
