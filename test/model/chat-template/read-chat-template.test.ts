import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readChatTemplate } from '../../../src/model/chat-template/read-chat-template.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}
const settings = (template: unknown) => JSON.stringify({ chat_template: template })
const several = settings([
  { name: 'default', template: 'plain' },
  { name: 'tool_use', template: 'tools' },
])

test.each([
  ['chat_template.jinja comes before tokenizer_config.json', { 'chat_template.jinja': 'new', 'tokenizer_config.json': settings('old') }, undefined, 'new'],
  ['tokenizer_config.json has one', { 'tokenizer_config.json': settings('old') }, undefined, 'old'],
  ['of several the default is taken', { 'tokenizer_config.json': several }, undefined, 'plain'],
  ['a name chooses', { 'tokenizer_config.json': several }, 'tool_use', 'tools'],
  ['more files have names', { 'chat_template.jinja': 'plain', 'additional_chat_templates/rag.jinja': 'search' }, 'rag', 'search'],
])('%s', async (_, files, name, text) => {
  expect(await readChatTemplate(folderWith(files), name)).toEqual({ text, ignoresName: false })
})

test('the name of an only template has no effect, as in lm-eval', async () => {
  expect(await readChatTemplate(folderWith({ 'chat_template.jinja': 'one' }), 'rag')).toEqual({ text: 'one', ignoresName: true })
})

test.each([
  ['none at all', {}, undefined, 'has no chat template'],
  ['null', { 'tokenizer_config.json': settings(null) }, undefined, 'has no chat template'],
  ['no default', { 'additional_chat_templates/rag.jinja': 'search' }, undefined, 'has several chat templates, and none is the default'],
  ['none of that name', { 'tokenizer_config.json': several }, 'tools', 'has no chat template "tools"'],
  ['a number', { 'tokenizer_config.json': settings(3) }, undefined, 'chat_template is malformed'],
  ['a long one', { 'chat_template.jinja': 'x'.repeat(2 ** 20 + 1) }, undefined, 'the most are 1048576'],
])('a folder with %s is refused', async (_, files, name, message) => {
  await expect(readChatTemplate(folderWith(files), name)).rejects.toThrow(message)
})
