import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { CheckpointError } from '../../../src/errors.ts'
import { compileChatTemplate, type ChatMessage } from '../../../src/model/chat-template/chat-template.ts'

interface Chat {
  readonly template: string
  readonly messages: readonly ChatMessage[]
  readonly continues: boolean
  readonly rendered: string
}

const { templates, chats } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'chat-template.golden.json'), 'utf8')) as {
  templates: Record<string, string>
  chats: Chat[]
}
const TOKENS = { bos_token: '<s>', eos_token: '</s>' }
const hello: readonly ChatMessage[] = [{ role: 'user', content: 'Hello' }]
const render = (text: string, messages = hello) => compileChatTemplate(text, TOKENS, 'x').render(messages, { continues: false })

test.each(chats)('$template renders as with transformers: $messages', ({ template, messages, continues, rendered }) => {
  expect(compileChatTemplate(templates[template]!, TOKENS, 'x').render(messages, { continues })).toBe(rendered)
})

test('a system message that the template refuses is left out, and a notice says so', () => {
  const gemma = compileChatTemplate(templates['gemma']!, TOKENS, './gemma')
  expect(gemma.notices()).toEqual([])
  gemma.render([{ role: 'system', content: 'Be brief.' }, ...hello], { continues: false })
  expect(gemma.notices()).toEqual([expect.stringContaining('./gemma takes no system message')])
})

test.each([
  // As Python's, and so Jinja2's.
  [`{{ '\\n a \\n'.strip('\\n') }}`, ' a '],
  [`{{ '\\n\\n a'.lstrip('\\n') + '|' + 'b  \\n'.rstrip('\\n') }}`, ' a|b  '],
  [`{{ 'ab</think>\\n\\n c'.split('</think>')[-1].lstrip('\\n') }}`, ' c'],
  [`{{ 'xyxax'.strip('yx') + ('' if 'xx'.strip('x') else '.') }}`, 'a.'],
  [`{{ ' a '.strip() }}`, 'a'],
])('%s', (text, expected) => expect(render(text)).toBe(expected))

test('the date is in English, and a notice says that prompts have it', () => {
  const template = compileChatTemplate('{{ strftime_now("%d %b %Y") }}', {}, 'x', new Date(2024, 6, 26))
  expect(template.render(hello, { continues: false })).toBe('26 Jul 2024')
  expect(template.notices()).toEqual([expect.stringContaining('writes the date')])
})

test.each([
  ['a long list', '{% for i in range(900000) %}{% endfor %}', 'makes a list of more than 100000 members'],
  ['loops in loops', '{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% set x = i %}{% endfor %}', '(takes more than|takes longer than)'],
  ['a list that doubles', '{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}', 'makes a list of more than'],
  ['a text that doubles', '{% set ns = namespace(x="ab") %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}', 'makes a text of more than'],
  ['endless recursion', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', 'nests more than'],
  ['nested brackets', `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`, 'fails'],
  ['a wide indentation', '{{ "a\nb" | indent(100000000) }}', 'has a number beyond'],
  ['an object that holds itself', '{% set ns = namespace() %}{% set ns.x = ns %}{{ ns | tojson }}', 'fails'],
  ['its own error', '{{ raise_exception("only tools") }}', 'only tools'],
  ['no template', '{% if %}', 'fails'],
])('a template with %s is refused', (_, text, reason) => {
  let failure: unknown
  try {
    render(text)
  } catch (error) {
    failure = error
  }
  expect(failure).toBeInstanceOf(CheckpointError)
  expect(failure).toMatchObject({ message: expect.stringMatching(new RegExp(reason, 'u')) })
})

test.each(['{{ messages.constructor }}', '{{ "".constructor.constructor("return process")() }}', '{{ messages.__proto__ }}', '{{ range.constructor }}'])(
  'a template reaches no object of the program: %s',
  (text) => {
    let result = ''
    try {
      result = render(text)
    } catch (error) {
      expect(error).toBeInstanceOf(CheckpointError)
    }
    expect(result).toBe('')
  },
)
