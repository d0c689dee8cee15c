import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTask, isPrompted, type PromptedTask } from '../../../src/task/define-task.ts'
import { loadTasks } from '../../../src/task/registry.ts'
import { corpusItem } from '../../../src/task/render/corpus.ts'
import { renderExample } from '../../../src/task/render/example.ts'
import { questionItem, renderInstruction, rollingItem } from '../../../src/task/render/item.ts'
import { renderQuestion } from '../../../src/task/render/question.ts'

const tasks = await loadTasks()

function render(name: string, raw: unknown, { subset = '', shots = [] as unknown[] } = {}) {
  const task = tasks.get(name)!
  const row = { rowIndex: 4, row: raw, raw }
  if (isPrompted(task)) return renderPrompted(task, raw, { subset, shots })
  return task.kind === 'rolling' ? rollingItem({ task, subset, source: 'rows.jsonl' }, row) : corpusItem({ task, subset, source: 'rows.jsonl' }, [row])
}

function renderPrompted(task: PromptedTask, raw: unknown, { subset = '', shots = [] as unknown[] } = {}) {
  const source = { task, subset, source: 'rows.jsonl' }
  const row = { rowIndex: 4, row: raw, raw }
  const examples = shots.map((shot, rowIndex) => renderExample({ ...source, source: 'dev.jsonl' }, { rowIndex, row: shot, raw: shot }))
  return questionItem(source, row, renderQuestion(source, row), { instruction: renderInstruction(source, row), examples })
}

test('MMLU: description, few-shot examples, question; the letters as choices', () => {
  const question = (text: string, answer: number) => ({ question: ` ${text} `, choices: ['w', 'x', 'y', 'z'], answer })
  const item = render('mmlu', question('Why?', 2), { subset: 'college_physics', shots: [question('How?', 1)] })
  expect(item).toMatchObject({ task: 'mmlu_college_physics', docId: 4, gold: [2], target: '2' })
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
  expect(item.requests).toEqual([{ kind: 'rolling', text: ' = A =\nthe b-c (d), "e" 1,000' }])
  expect(item).toHaveProperty('referenceText', ' = A = \n the b @-@ c ( d ) , " e " 1 @,@ 000')
})

test('a label out of range names source and row', () => {
  expect(() => render('piqa', { goal: 'g', sol1: 'a', sol2: 'b', label: -1 })).toThrow(
    'rows.jsonl, row 4 (counted from 0): label -1 is out of range, there are 2 choices',
  )
})

describe('the parts of a prompt, as lm-eval 0.4.13 puts them together', () => {
  const fields = {
    name: 'mine',
    version: 1,
    dataset: { repo: 'me/mine', split: 'test' },
    row: z.object({ q: z.string(), a: z.array(z.string()) }),
    shots: { split: 'dev', defaultCount: 1 },
  }
  const choice = { ...fields, prompt: ({ q }: { q: string }) => q, choices: ({ a }: { a: string[] }) => a, gold: () => 1, metrics: ['acc'] as const }
  const row = { q: 'Q?', a: ['x', 'y'] }
  const shot = { q: 'P?', a: ['u', 'v'] }
  const firstOf = (task: PromptedTask) => {
    const [request] = renderPrompted(task, row, { shots: [shot] }).requests
    return request?.kind === 'continuation' ? [request.context, request.continuation] : []
  }

  test.each<[string, PromptedTask, string, string]>([
    ['defaults', defineTask(choice), 'P? v\n\nQ?', ' x'],
    ['delimiters', defineTask({ ...choice, targetDelimiter: '', shots: { ...fields.shots, delimiter: '\n' } }), 'P?v\nQ?', 'x'],
    ['a beginning of the answers', defineTask({ ...choice, answerPrefix: () => 'It is' }), 'P? It is v\n\nQ? It is', ' x'],
    ['a beginning that ends in a line break', defineTask({ ...choice, answerPrefix: () => 'It is\n' }), 'P? It is\nv\n\nQ? It is\n', ' x'],
    ['no prompt', defineTask({ ...choice, prompt: null }), ' v\n\n', ' x'],
    [
      'examples of another form',
      defineTask({ ...choice, shots: { ...fields.shots, example: { prompt: ({ q }) => `<${q}>`, answer: () => 'so', targetDelimiter: ': ' } } }),
      '<P?>: so\n\nQ?',
      ' x',
    ],
    [
      'a continuation, which has its own space, while examples have one more',
      defineTask({ ...fields, prompt: ({ q }) => q, continuation: ({ a }) => ` ${a[0]}`, metrics: ['acc'] }),
      'P?  u\n\nQ?',
      ' x',
    ],
    [
      'contexts, after which the beginning follows at once',
      defineTask({ ...fields, contexts: ({ a }) => a, continuation: () => 'is it', gold: () => 1, answerPrefix: () => '.', metrics: ['acc'] }),
      'v . is it\n\nx.',
      ' is it',
    ],
  ])('%s', (_, task, context, continuation) => {
    expect(firstOf(task)).toEqual([context, continuation])
  })

  test('the instruction may depend on the row', () => {
    const task = defineTask({ ...choice, instruction: (_, { a }) => `Say ${a.join(' or ')}.\n` })
    expect(firstOf(task)[0]).toBe('Say x or y.\nP? v\n\nQ?')
  })

  test('lm-eval’s target of a text is its continuation', () => {
    const task = defineTask({ ...fields, prompt: ({ q }) => q, continuation: ({ a }) => ` ${a[0]}`, metrics: ['perplexity'] })
    expect(renderPrompted(task, row)).toMatchObject({ kind: 'text', target: ' x', requests: [{ context: 'Q?', continuation: ' x' }] })
  })
})
