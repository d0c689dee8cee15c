import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../../../src/task/lm-eval/template/evaluate.ts'
import { parseTemplate } from '../../../../src/task/lm-eval/template/parse-template.ts'
import { pythonLiteral } from '../../../../src/task/lm-eval/template/python-literal.ts'
import { pythonRepr } from '../../../../src/task/lm-eval/template/python-repr.ts'
import { TemplateError } from '../../../../src/task/lm-eval/template/template-error.ts'
import { Dict, fromData } from '../../../../src/task/lm-eval/template/values.ts'

type Outcome = string | { readonly error: string }
const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'templates.json'), 'utf8')) as {
  readonly row: Readonly<Record<string, unknown>>
  readonly templates: readonly (readonly [string, Outcome])[]
  readonly literals: readonly (readonly [string, Outcome])[]
}

const render = (template: string, row: unknown = {}) => evaluate(parseTemplate(template), fromData(row) as Dict)

test.each(golden.templates)('%j gives what Jinja2 gives', (template, expected) => {
  if (typeof expected === 'string') expect(render(template, golden.row)).toBe(expected)
  else expect(() => render(template, golden.row)).toThrow(TemplateError)
})

test.each(golden.literals)('%j is read as Python reads it', (text, expected) => {
  if (typeof expected === 'string') expect(pythonRepr(pythonLiteral(text))).toBe(expected)
  else expect(() => pythonLiteral(text)).toThrow(TemplateError)
})

test.each([
  ['{{question}}', '"question" is undefined'],
  ['{{a.b}}', '"b" of a dict is undefined'],
  ['{% for x in [1] %}{{y}}{% endfor %}', '"y" is undefined'],
  ['{{a|tojson}}', 'the filter tojson is not supported'],
  ['{{a.format(1)}}', 'the method format is not supported'],
  ['{{cycler(1)}}', 'the function cycler is not supported'],
  ['{% macro f() %}{% endmacro %}', 'Macro is not supported'],
  ['{{1 < 2 < 3}}', 'a comparison of a comparison is not supported'],
  ['{{1 + 1 ~ 1}}', '~ after + or - is not supported'],
  ['{% raw %}{% endraw %}', 'it is not a template that can be read: Unknown statement type: raw'],
  ['{{(1,)}}', 'it is not a template that can be read'],
  ['{{', 'it is not a template that can be read'],
  ['{{ "a" ', 'it is not a template that can be read'],
])('%j is refused: %s', (template, reason) => {
  expect(() => render(template, { a: { c: 1 } })).toThrow(reason)
})

describe('a hostile template ends soon', () => {
  test.each([
    ['{% for i in range(1000000000) %}x{% endfor %}', 'longer than'],
    ['{% for i in range(9999) %}{% for j in range(9999) %}{{i}}{% endfor %}{% endfor %}', 'too many steps'],
    ["{{'a' * 1000000000}}", 'longer than'],
    ["{% set a = 'a' * 500000 %}{{a.replace('a', a)}}", 'longer than'],
    ['{{9 ** 9 ** 9 ** 9 ** 9}}', 'too large'],
    ["{{'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'|regex_replace('(a+)+$', '')}}", 'a repeated group'],
    ["{{('a' * 9999)|regex_replace('a*a*a*b', '')}}", 'can take too long'],
    [`{{${'['.repeat(4000)}1${']'.repeat(4000)}}}`, 'nested too deeply'],
    [`{{${'not '.repeat(2000)}1}}`, 'nested too deeply'],
    [`${'{% if 1 %}'.repeat(150)}${'{% endif %}'.repeat(150)}`, 'nested too deeply'],
    ['x'.repeat(10_001), '10,000 characters'],
    [`${' '.repeat(9000)}{% x %}`, 'Unknown statement type'],
    [`{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(60)}{{a}}`, 'too many steps'],
    [`{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(60)}{{a == a}}`, 'too many steps'],
    [`{% set a = {'k': 1} %}${"{% set a = {'k': a, 'l': a} %}".repeat(60)}{{a == a}}`, 'too many steps'],
    ["{% for i in range(2000) %}{% set x = ('a' * 9000)|regex_replace('a*b', '') %}{% endfor %}", 'too many steps of regex_replace'],
  ])('case %#', (template, reason) => {
    expect(() => render(template)).toThrow(reason)
  })

  test.each([
    ["'a ' * 400000", ['a[i]', 'a.split()', "'b' in a", 'a|reverse']],
    ['[1] * 200000', ['a|list', 'a == [1] * 200000', '2 in a', 'a|join']],
  ])('%s in a loop', { tags: ['slow'] }, (value, uses) => {
    for (const use of uses)
      expect(() => render(`{% set a = ${value} %}{% for i in range(20000) %}{% set x = ${use} %}{% endfor %}`), use).toThrow('too many steps')
  })

  test.each(['constructor', '__proto__', '__class__', 'toString', 'hasOwnProperty', 'entries', 'items2'])('%s of a value reaches nothing', (name) => {
    for (const value of ["'x'", 'a', '[1]', '(1, 2)', '1.5'])
      expect(() => render(`{{${value}.${name}}}{{${value}['${name}']}}`, { a: {} })).toThrow('is undefined')
    expect(() => render(`{{${name}}}`)).toThrow(`"${name}" is undefined`)
  })
})
