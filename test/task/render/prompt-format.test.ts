import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { compileChatTemplate } from '../../../src/model/chat-template/chat-template.ts'
import { loadTask } from '../../../src/run/load-task.ts'
import { defineTask, type Task } from '../../../src/task/define-task.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { writeRows } from '../../tiny-model.ts'

interface Prompt {
  readonly task: string
  readonly shots: number
  readonly template: string | null
  readonly multiturn: boolean
  readonly instruction: string | null
  readonly requests: readonly (readonly [string, string])[]
}

const { rows, templates, prompts } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'chat-prompts.golden.json'), 'utf8')) as {
  rows: readonly object[]
  templates: Record<string, string>
  prompts: Prompt[]
}

const COMMON = {
  version: 1,
  row: z.object({ q: z.string(), a: z.string(), b: z.string(), yes: z.number() }),
  shots: { split: 'dev', defaultCount: 0, sampler: 'first_n' },
  metrics: ['acc'],
} as const
const dataset = { repo: 'me/mine', split: 'test' }
const CHOICES = { ...COMMON, dataset, prompt: ({ q }: { q: string }) => q, choices: () => ['no', 'yes'], gold: ({ yes }: { yes: number }) => yes } as const
/** The tasks of scripts/make-chat-template-goldens.py. */
const TASKS: Readonly<Record<string, Task>> = {
  choice: defineTask({ ...CHOICES, name: 'choice', instruction: () => 'Numbers.\n\n', prompt: ({ q }) => `Question: ${q}\nAnswer:` }),
  prefixed: defineTask({ ...CHOICES, name: 'prefixed', answerPrefix: () => 'The answer is' }),
  spaced: defineTask({ ...CHOICES, name: 'spaced', answerPrefix: () => 'It is: ' }),
  schema: defineTask({ ...COMMON, dataset, name: 'schema', contexts: ({ a, b }) => [b, a], continuation: () => 'even', gold: ({ yes }) => yes }),
  text: defineTask({ ...COMMON, dataset, name: 'text', instruction: () => 'Numbers.', prompt: ({ q, a }) => `${q} ${a}`, continuation: () => ' even' }),
}

const folder = temporaryFolder()
const test5 = writeRows(folder, 'test.jsonl', rows.slice(5))
const dev = writeRows(folder, 'dev.jsonl', rows)

test.each(prompts)(
  'the requests are those of lm-eval: $task, $shots shots, template $template, turns $multiturn, instruction $instruction',
  async ({ task, shots, template, multiturn, instruction, requests }) => {
    const compiled = template === null ? undefined : compileChatTemplate(templates[template]!, { bos_token: '<s>', eos_token: '</s>' }, 'x')
    const format = {
      systemInstruction: instruction ?? '',
      chat: compiled ? { isMultiturn: multiturn, render: compiled.render } : null,
    }
    const { parts } = await loadTask(TASKS[task]!, { shots, format, dataFiles: { [task]: test5, [`${task}:dev`]: dev } })
    const asked = parts[0]!.items[0]!.requests.map((request) => request.kind === 'continuation' && [request.context, request.continuation])
    expect(asked).toEqual(requests)
  },
)
