/** Mutations of lm-eval's YAML and of templates: parts that ask for files, for endless work, and for objects of the program. */
import { HOSTILE_TEXTS } from './hostile-values.ts'
import { mutateText } from './mutate-text.ts'
import type { Random } from './random.ts'

/** Lines of a task: paths that lead out, loops of files and groups, values of other kinds, numbers without end. */
const HOSTILE_KEYS: readonly string[] = [
  'include: task.yaml',
  'include: in/_more.yaml',
  'include: ../outside.safetensors',
  'include: /etc/passwd',
  'include: [task.yaml, task.yaml, _base.yaml]',
  `include: [${'_base.yaml, '.repeat(2000)}]`,
  'include: {a: b}',
  'include: in',
  'doc_to_text: !function ../outside.run',
  'doc_to_text: !function /etc/passwd.run',
  'doc_to_text: !function a.b.c.run',
  'doc_to_text: !function run',
  'doc_to_text: !function constructor.constructor',
  'process_docs: !function utils.process',
  'process_docs: [!function utils.process]',
  'doc_to_choice: !!python/object/apply:os.system [ls]',
  'dataset_kwargs: {data_files: {test: /etc/passwd, train: ../outside.safetensors}}',
  'dataset_kwargs: {data_files: ../../../etc/passwd}',
  'dataset_kwargs: {data_files: {__proto__: rows.jsonl, test: rows.jsonl}}',
  'dataset_kwargs: {data_files: {test: .}}',
  'dataset_path: ../..',
  'dataset_path: /etc',
  'dataset_path: .',
  'test_split: ../../etc/passwd',
  'test_split: __proto__',
  'group: it\ntask: [it, it]',
  'group: it\ntask: {task: it}',
  'group: it\ntask: [{group: it, task: [{group: it, task: [it]}]}]',
  'group: all\ntask: [all, local, tagged]\naggregate_metric_list: {metric: acc}',
  'tag: [tagged, local, __proto__]',
  'task: __proto__',
  'task: ../../x',
  'task: [a, b]',
  'num_fewshot: 1000000000',
  'num_fewshot: -1',
  'num_fewshot: .inf',
  'num_fewshot: "2"',
  'fewshot_config: {samples: [7, null, {}]}',
  'fewshot_config: {samples: !function utils.samples}',
  'fewshot_config: {sampler: first_n, split: test, doc_to_text: "{{question.constructor}}"}',
  'fewshot_config: []',
  'metric_list: [{metric: acc, aggregation: !function utils.mean}]',
  'metric_list: [{metric: __proto__}]',
  'metric_list: {metric: acc}',
  'metadata: {version: .nan}',
  'metadata: [1]',
  'doc_to_text: 7',
  'doc_to_text: {a: b}',
  'doc_to_text: label',
  'doc_to_text: __proto__',
  'doc_to_choice: constructor',
  'doc_to_choice: [[a], [b]]',
  'doc_to_target: -1',
  'doc_to_target: 1e400',
  'doc_to_target: [0, 0, 99]',
  'output_type: toString',
  'target_delimiter: [" "]',
  'fewshot_delimiter: {}',
  'description: "{{constructor}}"',
  'x: &x {<<: *x}',
  `many: &m0 {k: v}\n${Array.from({ length: 12 }, (_, level) => `many${level}: &m${level + 1} {<<: [${Array.from({ length: 9 }, () => `*m${level}`).join(', ')}], k${level}: v}`).join('\n')}`,
  'when: 2001-12-14t21:59:43.10-05:00',
  'number: 190:20:30',
  '= : =',
]

/** Parts of templates. */
const HOSTILE_TEMPLATES: readonly string[] = [
  '{% for i in range(1000000000) %}x{% endfor %}',
  '{% for i in range(0, 9, 0) %}x{% endfor %}',
  '{% for i in range(300) %}{% for j in range(300) %}{% for k in range(300) %}{{k}}{% endfor %}{% endfor %}{% endfor %}',
  "{{'a' * 1000000000}}",
  "{{'ab' * -1}}{{[1] * 100000000}}",
  "{% set a = 'a' * 900000 %}{% for i in range(20000) %}{% set x = a.count('b') %}{% endfor %}",
  "{% set a = 'a' * 900000 %}{% for i in range(20000) %}{% set x = a[i] %}{% endfor %}",
  "{% set a = 'a' * 900000 %}{% for i in range(20000) %}{% set x = a|length + a.find('b') %}{% endfor %}",
  "{% set a = 'a ' * 400000 %}{% for i in range(20000) %}{% set x = a.split() %}{% endfor %}",
  "{% set a = 'a' * 900000 %}{% for i in range(20000) %}{% set x = a == a ~ 'b' or a < a ~ 'b' or 'b' in a %}{% endfor %}",
  '{% set a = range(99999) %}{% for i in range(20000) %}{% set x = a|list|reverse|first == a|last %}{% endfor %}',
  `{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(60)}{{a}}`,
  `{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(60)}{{a == a}}{{a|join(',')}}{{a|string|length}}`,
  `{% set a = {'k': 1} %}${"{% set a = {'k': a, 'l': a} %}".repeat(60)}{{a|tojson}}{{a}}`,
  "{% for i in range(2000) %}{% set x = ('a' * 9000)|regex_replace('a*b', '') %}{% endfor %}",
  "{{('a' * 40 + '!')|regex_replace('(a+)+$', '')}}",
  "{{('a' * 9999)|regex_replace('[', '\\\\9')}}",
  '{{9 ** 9 ** 9 ** 9}}{{2 ** -5}}{{0 ** -1}}',
  '{{1 // 0}}{{1 % 0}}{{1e308 * 10}}',
  '{{question.__class__.__mro__[1].__subclasses__()}}',
  '{{question.constructor.constructor("return process")()}}',
  "{{question['constructor']['constructor']('return process')()}}",
  '{{[].__proto__}}{{{}.__proto__}}{{range.constructor}}{{loop.constructor}}',
  '{{self.__init__.__globals__}}{{cycler.__init__}}{{lipsum}}{{namespace(x=1)}}{{config}}',
  "{% set __proto__ = 1 %}{% set constructor = {'__proto__': 1} %}{{__proto__}}{{constructor}}",
  '{% include "/etc/passwd" %}',
  '{% import "os" as os %}{% extends "/etc/passwd" %}',
  '{% macro f() %}{{f()}}{% endmacro %}{{f()}}',
  "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
  '{% set ns = namespace() %}{% set ns.x = ns %}{{ns}}{{ns|tojson}}',
  `{{${'('.repeat(3000)}1${')'.repeat(3000)}}}`,
  `{{${'['.repeat(3000)}}}`,
  `{{${'not '.repeat(3000)}1}}`,
  `{{${'-'.repeat(3000)}1}}`,
  `{{x${'.x'.repeat(3000)}}}`,
  `{{x${'|trim'.repeat(3000)}}}`,
  `{{1${' + 1'.repeat(2000)}}}`,
  `{{1${' if 1 else 1'.repeat(1000)}}}`,
  '{% if 1 %}'.repeat(500),
  '{'.repeat(9000),
  '{#'.repeat(3000),
  "{{'a".repeat(1000),
  '{{question|nothing}}{{question|join(1, 2, 3, 4)}}{{question|replace}}',
  "{{question|replace('', question * 1000)}}",
  "{{question|default}}{{nothing|default(nothing)}}{{question|int('x')}}",
  "{{options|map('map', 'map')|list}}{{options|map(attribute='__class__')|list}}{{options|map(attribute='0.0.0')|list}}",
  "{{question|indent(100000000)}}{{question|center(100000000)}}{{'%s' % question}}{{'{0.__class__}'.format(question)}}",
  '{{question[::0]}}{{question[::-1]}}{{question[9999999999999999999]}}{{options[-99:99:1]}}',
  '{{question.split(question, question, question)}}{{question.join(question)}}{{question.split("")}}',
  '{% for a, b in options %}{% endfor %}{% for a in 5 %}{% endfor %}{% for (a, b) in question %}{% endfor %}',
  '{% raw %}{{x}}{% endraw %}',
  '{% generation %}{% endgeneration %}',
  '{% call f() %}{% endcall %}{% filter upper %}x{% endfilter %}',
  '{{raise_exception(messages)}}{{strftime_now("%Q")}}{{strftime_now(messages)}}',
  '{% break %}{% continue %}{% endfor %}',
]

/** A part of another template, an expression, or a filter comes in; parts are doubled or put into each other. */
export function mutateTemplate(content: Buffer, random: Random): Buffer {
  const text = content.toString('utf8')
  const parts = text.split(/(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})/su)
  const index = random.below(parts.length)
  const expression = random.oneOf(HOSTILE_TEMPLATES)
  switch (random.below(7)) {
    case 0:
      return mutateText(content, random)
    case 1:
      parts.splice(index, 1, expression)
      break
    case 2:
      parts.splice(index, 0, expression)
      break
    case 3:
      parts.splice(index, 0, ...parts.slice(index, index + 5))
      break
    case 4:
      parts[index] = parts[random.below(parts.length)]!
      break
    case 5:
      // Within an expression.
      parts[index] = parts[index]!.replace(/[\w'"]+/u, () =>
        random.oneOf([expression.replaceAll(/^\{\{|\}\}$/gu, ''), random.oneOf(HOSTILE_TEXTS), 'range(9)', '[]']),
      )
      break
    default:
      parts[index] = `{% for i in range(${random.oneOf([0, 2, 1000, 100_000])}) %}${parts[index]}{% endfor %}`
  }
  return Buffer.from(parts.join(''))
}

/** A key comes in, or the value of one is a hostile template; else the text is changed as any other. */
export function mutateTaskYaml(content: Buffer, random: Random): Buffer {
  if (random.oneIn(2)) return mutateText(content, random)
  const lines = content.toString('utf8').split('\n')
  const index = random.below(lines.length)
  const key = /^[\w-]+(?=:)/u.exec(lines[index]!)?.[0]
  if (key === undefined || random.oneIn(2)) lines.splice(index, 0, random.oneOf(HOSTILE_KEYS))
  else lines[index] = `${key}: ${JSON.stringify(random.oneOf(HOSTILE_TEMPLATES))}`
  return Buffer.from(lines.join('\n'))
}
