/** Rows of tasks: what is refused, what is said, and what is scored as lm-eval scores it. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { DatasetError } from '../../src/errors.ts'
import { loadTask } from '../../src/run/load-task.ts'
import type { LoadTaskOptions } from '../../src/run/loaded-task.ts'
import { defineTask, type ChoiceTask } from '../../src/task/define-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { writeRows } from '../tiny-model.ts'

const row = z.object({ q: z.string(), a: z.array(z.string()), label: z.any() })
const base = {
  name: 'mine',
  version: 1,
  dataset: { repo: 'me/mine', split: 'test' },
  row,
  prompt: ({ q }: z.infer<typeof row>) => q,
  choices: ({ a }: z.infer<typeof row>) => a,
  gold: ({ label }: z.infer<typeof row>) => label as number,
  metrics: ['acc'] as const,
}
const own = (fields: object = {}): ChoiceTask => ({ ...defineTask({ ...base, ...fields }), taskFile: './mine.js' })
const good = { q: 'Why?', a: ['yes', 'no'], label: 0 }

function load(task: ChoiceTask, rows: readonly object[], options: LoadTaskOptions = {}) {
  return loadTask(task, { dataFiles: { mine: writeRows(temporaryFolder(), 'rows.jsonl', rows) }, ...options })
}

describe('a row that no score follows from is refused by task, file, row and value', () => {
  test.each<[string, object, string]>([
    ['an empty prompt', { q: '' }, 'prompt returned an empty text, ""'],
    ['a prompt of white space', { q: ' \n' }, 'prompt returned an empty text, " \\n"'],
    ['no choices', { a: [] }, 'no choices; a question needs two or more'],
    ['one choice', { a: ['yes'] }, 'one choice; a question needs two or more'],
    ['an empty choice', { a: ['yes', ''] }, 'choice 1 is an empty text, ""'],
    ['a choice of white space', { a: [' ', 'no'] }, 'choice 0 is an empty text, " "'],
    ['a label beyond the choices', { label: 2 }, 'label 2 is out of range, there are 2 choices'],
    ['a label that is not there', { label: -1 }, 'label -1 is out of range'],
    ['a label between two', { label: 0.5 }, 'gold returned 0.5, not the index of a choice'],
    ['a label as text', { label: '1' }, 'gold returned "1", not the index of a choice'],
    ['several labels, one of which is none', { label: [0, 2] }, 'label 2 is out of range, there are 2 choices'],
    ['no label of several', { label: [] }, 'gold returned [], no choice'],
    ['a letter beyond the choices', { label: 'C' }, 'gold returned "C", not the index of a choice, its text or its letter'],
    ['a label null', { label: null }, 'gold returned null, not the index of a choice'],
  ])('%s', async (_, part, message) => {
    const error = await load(own(), [good, { ...good, ...part }]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DatasetError)
    expect((error as DatasetError).message).toMatch(/^task mine \(\.\/mine\.js\): .*rows\.jsonl, row 1 \(counted from 0\): /u)
    expect((error as DatasetError).message).toContain(message)
  })

  test('rows that are not asked do not matter', async () => {
    expect((await load(own(), [good, { ...good, a: [] }], { limit: 1 })).parts[0]!.items).toHaveLength(1)
  })
})

describe('functions of a task', () => {
  const broken = () => {
    throw new Error('no such field')
  }
  test.each<[string, object, string]>([
    ['prompt throws', { prompt: broken }, 'row 0 (counted from 0): the function prompt fails: no such field'],
    ['choices throws', { choices: broken }, 'row 0 (counted from 0): the function choices fails: no such field'],
    ['gold throws', { gold: broken }, 'row 0 (counted from 0): the function gold fails: no such field'],
    ['instruction throws', { instruction: broken }, 'the function instruction fails: no such field'],
    ['prompt returns nothing', { prompt: () => undefined }, 'row 0 (counted from 0): prompt returned undefined, not a text'],
    ['prompt is asynchronous', { prompt: async () => 'q' }, 'row 0 (counted from 0): prompt returned a promise, not a text'],
    ['choices returns a text', { choices: () => 'AB' }, 'row 0 (counted from 0): choices returned "AB", not a list of texts'],
    ['gold is a bigint', { gold: () => 1n }, 'row 0 (counted from 0): gold returned 1n, not the index of a choice'],
    ['a choice is missing', { choices: () => Array.from({ length: 3 }).fill('a', 1) }, 'row 0 (counted from 0): choice 0 is undefined, not a text'],
    ['choices have a hole', { choices: () => Object.assign(['a'], { length: 2 }) }, 'row 0 (counted from 0): choice 1 is undefined, not a text'],
    ['a choice is a number', { choices: () => [1, 2] }, 'row 0 (counted from 0): choice 0 is 1, not a text'],
    ['instruction returns nothing', { instruction: () => {} }, 'instruction returned undefined, not a text'],
    ['the schema throws', { row: row.transform(broken) }, 'row 0): the schema row fails: no such field'],
    ['the schema is asynchronous', { row: row.transform(async (value) => value) }, 'row 0): the schema row fails: '],
  ])('%s: task, function and row are named', async (_, fields, message) => {
    const error = await load(own(fields), [good]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DatasetError)
    expect((error as DatasetError).message).toContain('task mine (./mine.js): ')
    expect((error as DatasetError).message).toContain(message)
  })

  test.each<[string, object, string]>([
    ['text', { text: () => '' }, 'text returned an empty text, ""'],
    ['referenceText', { text: () => 't', referenceText: () => '' }, 'referenceText returned an empty text, ""'],
    ['referenceText', { text: () => 't', referenceText: () => {} }, 'referenceText returned undefined, not a text'],
  ])('%s of a task of texts', async (_, fields, message) => {
    const { prompt: _p, choices: _c, gold: _g, ...rest } = base
    const task = { ...defineTask({ ...rest, metrics: ['bits_per_byte'], ...fields } as never), taskFile: './mine.js' } as ChoiceTask
    await expect(load(task, [good])).rejects.toThrow(message)
  })
})

describe('white space and equal choices', () => {
  test.each([
    ['a prompt that ends in a space', { prompt: () => 'Q: why?\nA: ' }, 'a prompt that ends in white space', '"…Q: why?\\nA: "'],
    ['a prompt that ends in a newline', { prompt: () => 'Q\n' }, 'a prompt that ends in white space', '"…Q\\n"'],
    ['a choice that begins with a space', { choices: () => ['yes', ' no'] }, 'a choice that begins with white space', '" no"'],
    ['a choice that ends in a newline', { choices: () => ['yes\n', 'no'] }, 'a choice that ends in white space', '"yes\\n"'],
    ['equal choices', { choices: () => ['no', 'yes', 'no'] }, 'two equal choices', '"no"'],
  ])('%s in every row is an error of the definition', async (_, fields, what, shown) => {
    const error = await load(own(fields), [good, good]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DatasetError)
    expect((error as DatasetError).message).toMatch(/^task mine \(\.\/mine\.js\): every row has /u)
    expect((error as DatasetError).message).toContain(`${what}; the first, `)
    expect((error as DatasetError).message).toContain(`rows.jsonl, row 0 (counted from 0): ${shown}`)
  })

  test.each([
    ['a prompt that ends in white space', { q: 'Why? ' }],
    ['a choice that begins with white space', { a: [' yes', 'no'] }],
    ['a choice that ends in white space', { a: ['yes', 'no\n'] }],
    ['two equal choices', { a: ['no', 'no'] }],
  ])('%s in some rows causes a notice, and the row is scored unchanged', async (what, part) => {
    const { notices, parts } = await load(own(), [good, { ...good, ...part }, good])
    expect(notices).toEqual([
      expect.stringMatching(
        new RegExp(`^task mine \\(\\./mine\\.js\\): 1 of 3 rows has ${what}; the first, .*rows\\.jsonl, row 1 \\(counted from 0\\): `, 'u'),
      ),
    ])
    expect(parts[0]!.items[1]).toHaveProperty('choices', (part as { a?: string[] }).a ?? good.a)
  })

  test('few rows that happen to be odd are not taken for the definition', async () => {
    const rows = [{ ...good, q: 'Why? ' }, good]
    expect((await load(own(), rows, { limit: 1 })).notices).toEqual([expect.stringContaining('1 of 1 rows has a prompt that ends in white space')])
    await expect(load(own({ prompt: () => 'Q ' }), rows, { limit: 1 })).rejects.toThrow('every row has a prompt that ends in white space')
  })

  test('an instruction that runs into the question is a notice', async () => {
    const { notices, parts } = await load(own({ instruction: () => 'Answer.' }), [good])
    expect(notices).toEqual([
      'task mine (./mine.js): the first example or question follows the instruction without white space: "…Answer.". End the instruction with "\\n\\n".',
    ])
    expect(parts[0]!.items[0]!.requests[0]).toMatchObject({ context: 'Answer.Why?' })
    expect((await load(own({ instruction: () => 'Answer.\n\n' }), [good])).notices).toEqual([])
  })

  test('built-in tasks keep lm-eval’s text and say nothing of what real benchmarks have', async () => {
    const piqa = (await loadTasks()).get('piqa')!
    const rows = [
      { goal: 'g', sol1: ' a', sol2: 'b ', label: 0 },
      { goal: 'g ', sol1: 'a', sol2: 'b', label: 0 },
    ]
    const { notices, parts } = await loadTask(piqa, { dataFiles: { piqa: writeRows(temporaryFolder(), 'rows.jsonl', rows) } })
    expect(notices).toEqual([])
    expect(parts[0]!.items[0]!.requests.map((request) => request.kind === 'continuation' && request.continuation)).toEqual(['  a', ' b '])
  })

  test('of a built-in task it is said when every row has it', async () => {
    const piqa = (await loadTasks()).get('piqa')!
    const rows = [{ goal: 'g', sol1: ' a', sol2: ' b', label: 0 }]
    const { notices } = await loadTask(piqa, { dataFiles: { piqa: writeRows(temporaryFolder(), 'rows.jsonl', rows) } })
    expect(notices).toEqual([expect.stringContaining('task piqa: 1 of 1 rows has a choice that begins with white space')])
  })
})

test('f1 is for two choices', async () => {
  await expect(load(own({ metrics: ['acc', 'f1'] }), [{ ...good, a: ['yes', 'no', 'perhaps'] }])).rejects.toThrow(
    'row 0 (counted from 0): 3 choices, but f1 is for 2',
  )
})
