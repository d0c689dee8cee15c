/** The built-in tasks are what their maker draws, and nothing that they ask is in the text that the model was trained on. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { trainingDocuments } from '../../scripts/demo-world/corpus.ts'
import { PEOPLE, TOWNS } from '../../scripts/demo-world/facts.ts'
import { drawTaskRows, heldOutKeys, TRAINING_DOCUMENTS } from '../../scripts/demo-world/task-rows.ts'
import { loadTask } from '../../src/run/load-task.ts'
import type { LoadedTask } from '../../src/run/loaded-task.ts'
import { loadTasks } from '../../src/task/registry.ts'

const FORMS = ['piqa', 'boolq', 'hellaswag', 'mmlu', 'wikitext']
const drawn = drawTaskRows()
const loaded = new Map<string, LoadedTask>()
let text: string

beforeAll(async () => {
  const tasks = await loadTasks()
  for (const form of FORMS) loaded.set(form, await loadTask(tasks.get(`valley_${form}`)!, {}))
  text = [...trainingDocuments(TRAINING_DOCUMENTS, heldOutKeys(drawn))].join('\0')
}, 60_000)

const itemsOf = (form: string) => loaded.get(form)!.parts.flatMap(({ items }) => items)
const shipped = (name: string) =>
  readFileSync(path.resolve('demo/suites', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test('the shipped rows are the drawn ones', () => {
  expect(shipped('piqa/validation')).toEqual(drawn.piqa)
  expect(shipped('boolq/validation')).toEqual(drawn.boolq.map((row, idx) => ({ ...row, idx })))
  expect(shipped('hellaswag/validation')).toEqual(drawn.hellaswag.map((row, ind) => ({ ind, ...row })))
  for (const [subject, { dev, test }] of Object.entries(drawn.mmlu)) {
    expect(shipped(`mmlu/dev/${subject}`)).toEqual(dev)
    expect(shipped(`mmlu/test/${subject}`)).toEqual(test)
  }
  expect(shipped('wikitext/test_document_level')).toEqual(drawn.wikitext)
})

describe('no sequence of a task is in the training text', () => {
  test('for the search finds what is there', () => {
    expect(text).toContain('The following are multiple choice questions (with answers) about valley people.\n\n')
    expect(text).toMatch(/\nQuestion: does \w+ live in \w+\?\nAnswer: (?:yes|no)/u)
  })

  test.each(['piqa', 'boolq', 'hellaswag'])('%s: no prompt, whatever comes after it', (form) => {
    const prompts = itemsOf(form).map(({ requests: [request] }) => (request.kind === 'continuation' ? request.context : ''))
    expect(prompts.filter((prompt) => text.includes(prompt))).toEqual([])
  })

  test('boolq: no passage, whatever is asked about it', () => {
    expect(drawn.boolq.filter(({ passage }) => text.includes(`${passage}\nQuestion:`))).toEqual([])
  })

  test('mmlu: no question with its choices, in any order of them', () => {
    // Not the five shots before it, which are the same for all questions: the question itself.
    const blocks = itemsOf('mmlu').map(({ requests: [request] }) => (request.kind === 'continuation' ? request.context.split('\n\n').at(-1)! : ''))
    expect(blocks.filter((block) => text.includes(block))).toEqual([])
    const asked = new Set<string>()
    for (const [, question, ...choices] of text.matchAll(/\n\n([^\n]+\?)\nA\. ([^\n]+)\nB\. ([^\n]+)\nC\. ([^\n]+)\nD\. ([^\n]+)\n/gu))
      asked.add([question, ...choices.sort()].join('\n'))
    expect(asked.size).toBeGreaterThan(10_000)
    const rows = Object.values(drawn.mmlu).flatMap(({ dev, test }) => [...dev, ...test])
    expect(rows.filter(({ question, choices }) => asked.has([question, ...choices.toSorted()].join('\n')))).toEqual([])
  })

  test('wikitext: no page', () => {
    expect(itemsOf('wikitext').filter(({ target }) => text.includes(target.trim()))).toEqual([])
  })
})

test('in the valley two people live in each town, and every value is used as often as the others', () => {
  for (const { name } of TOWNS) expect(PEOPLE.filter(({ town }) => town === name)).toHaveLength(2)
  expect(new Set(PEOPLE.map(({ name }) => name)).size).toBe(PEOPLE.length)
})
