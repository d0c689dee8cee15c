import { expect, test } from 'vitest'
import type { QuestionTask } from '../../src/task/define-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { questionItem, renderInstruction, renderQuestion, renderText } from '../../src/task/render.ts'

const tasks = await loadTasks()

function render(name: string, raw: unknown, { subset = '', shots = [] as unknown[] } = {}) {
  const task = tasks.get(name)!
  const row = { rowIndex: 4, row: raw, raw }
  if (task.kind === 'text') return renderText({ task, subset, source: 'rows.jsonl' }, row)
  return renderChoice(task, raw, { subset, shots })
}

function renderChoice(task: QuestionTask, raw: unknown, { subset = '', shots = [] as unknown[] } = {}) {
  const source = { task, subset, source: 'rows.jsonl' }
  const row = { rowIndex: 4, row: raw, raw }
  const examples = shots.map((shot, rowIndex) => renderQuestion({ ...source, source: 'dev.jsonl' }, { rowIndex, row: shot, raw: shot }))
  return questionItem(source, row, renderQuestion(source, row), { instruction: renderInstruction(source), examples })
}

test('MMLU: description, few-shot examples, question; the letters as choices', () => {
  const question = (text: string, answer: number) => ({ question: ` ${text} `, choices: ['w', 'x', 'y', 'z'], answer })
  const item = render('mmlu', question('Why?', 2), { subset: 'college_physics', shots: [question('How?', 1)] })
  expect(item).toMatchObject({ task: 'mmlu_college_physics', docId: 4, gold: 2, target: '2' })
  expect(item.requests.map((request) => request.kind === 'continuation' && request.continuation)).toEqual([' A', ' B', ' C', ' D'])
  expect(item.requests[0]).toMatchObject({
    context:
      'The following are multiple choice questions (with answers) about college physics.\n\n' +
      'How?\nA. w\nB. x\nC. y\nD. z\nAnswer: B\n\n' +
      'Why?\nA. w\nB. x\nC. y\nD. z\nAnswer:',
  })
})

test('HellaSwag: titles become stops, brackets go, the second context is capitalized', () => {
  const item = render('hellaswag', {
    activity_label: 'Tying',
    ctx_a: 'A knot [header] x [title] is made.',
    ctx_b: 'the ROPE',
    endings: [' a  b', 'b', 'c', 'd'],
    label: 3,
  })
  expect(item.requests[0]).toMatchObject({ context: 'Tying: A knot x. is made. The rope', continuation: ' a b' })
})

test('WikiText: the detokenized page is asked, the original counts', () => {
  const item = render('wikitext', { page: ' = A = \n the b @-@ c ( d ) , " e " 1 @,@ 000' })
  expect(item.requests).toEqual([{ kind: 'text', text: ' = A =\nthe b-c (d), "e" 1,000' }])
  expect(item.referenceText).toBe(' = A = \n the b @-@ c ( d ) , " e " 1 @,@ 000')
})

test('a label out of range names source and row', () => {
  expect(() => render('piqa', { goal: 'g', sol1: 'a', sol2: 'b', label: -1 })).toThrow('rows.jsonl, row 4: label -1 is out of range, there are 2 choices')
})
