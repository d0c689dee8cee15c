import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { evaluateModel } from '../../src/run/evaluate-model.ts'
import { prepareRun } from '../../src/run/prepare-run.ts'
import { scoringOptions } from '../../src/run/run-options.ts'
import { toResultsFile } from '../../src/store/to-results-file.ts'
import { fakeEngine } from '../fake-engine.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(3))
const base = tinyModel()
const chat = withTemplate('{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}[answer]{% endif %}')

function withTemplate(text: string): string {
  const folder = tinyModel()
  writeFileSync(path.join(folder, 'chat_template.jinja'), text)
  return folder
}

async function prepare(model: readonly string[], options: object = {}) {
  const notices: string[] = []
  const asked = scoringOptions.parse({ model, tasks: ['piqa'], data: [`piqa=${rows}`], applyChatTemplate: '', ...options })
  const prepared = await prepareRun(asked, { purpose: 'planning', onNotice: (notice) => notices.push(notice), signal: undefined })
  return { ...prepared, notices }
}

test('prompts have the checkpoint’s template and special tokens, and the record has the template', async () => {
  const { models, loadedTasks, evaluateOptions, notices } = await prepare([`a=${chat}`], { systemInstruction: 'Be brief.' })
  expect(loadedTasks[0]!.parts[0]!.items[0]!.requests[0]).toEqual({
    kind: 'continuation',
    context: '[system] Be brief.</s>\n[user] Question: cut 0 ropes\nAnswer:</s>\n[answer]',
    continuation: 'with a knife 0',
  })
  expect(notices[0]).toMatch(/^a: chat template [0-9a-f]{12}, few-shot examples as turns of their own$/u)
  const record = await evaluateModel(models[0]!, loadedTasks, { ...evaluateOptions, openEngine: async () => fakeEngine({ batchTokens: 4096 }) })
  expect(toResultsFile(record)).toMatchObject({
    chat_template: expect.stringContaining('[answer]'),
    chat_template_sha: expect.stringMatching(/^[0-9a-f]{64}$/u),
    system_instruction: 'Be brief.',
    fewshot_as_multiturn: true,
  })
})

test('models with one template share their prompts, and another template has its own', async () => {
  const { models, tasksOf } = await prepare([`a=${chat}`, `b=${chat}`, `c=${withTemplate('{{ messages[0].content }}')}`])
  const [a, b, c] = models.map(tasksOf)
  expect(b).toBe(a)
  expect(c![0]!.parts[0]!.items[0]!.requests[0]).toMatchObject({ context: 'Question: cut 0 ropes\nAnswer:' })
})

test.each([
  [['-m', `a=${base}`, '--apply-chat-template'], 'has no chat template'],
  [['-m', `a=${base}`, '--fewshot-as-multiturn'], 'has no effect without a chat template'],
  [['--apply-chat-template'], '--apply-chat-template needs a model'],
  [['-m', `a=${withTemplate('{{ raise_exception("no chats") }}')}`, '--apply-chat-template'], 'fails: no chats'],
])('%o is refused before anything is computed', async (args, message) => {
  const { code, err } = await evalharness('run', '-t', 'piqa', '--data', `piqa=${rows}`, '--dry-run', ...args)
  expect(code).not.toBe(0)
  expect(err).toContain(message)
})

test('lm-eval’s spelling works, with True and False', async () => {
  const chatOptions = ['--apply_chat_template', 'True', '--fewshot_as_multiturn', 'False']
  const { out, err } = await evalharness('run', '-m', `a=${chat}`, '-t', 'piqa', '--data', `piqa=${rows}`, '--dry-run', ...chatOptions)
  expect(out).toContain('[answer]')
  expect(err).toContain('few-shot examples in one message')
})
