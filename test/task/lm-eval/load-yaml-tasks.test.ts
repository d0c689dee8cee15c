import { readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { evalharness } from '../../program.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { tinyModel } from '../../tiny-model.ts'
import { jsonLines, TWO_CHOICES, yamlFolder } from './yaml-folder.ts'

const rows = (count: number) =>
  jsonLines(Array.from({ length: count }, (_, index) => ({ question: ` what is ${index}?`, yes_text: `yes ${index}`, label: index % 2 })))
const FILES = {
  '_base.yaml': TWO_CHOICES,
  'one.yaml': 'include: _base.yaml\ntask: my_one\ntag: my_tag\n',
  'two.yaml': 'include: _base.yaml\ntask: my_two\ntag: [my_tag]\ndataset_kwargs: {data_files: {test: rows2.jsonl, train: train.jsonl}}\n',
  'all.yaml':
    'group: my_all\ntask:\n  - task: my_one\n    num_fewshot: 1\n  - my_two\naggregate_metric_list:\n  - {metric: acc, weight_by_size: false}\n  - {metric: acc_norm}\nmetadata: {version: 2}\n',
  'function.yaml': 'include: _base.yaml\ntask: my_function\nprocess_docs: !function utils.process\n',
  'python.yaml': 'include: _base.yaml\ntask: my_python\nprocess_docs: !function other.process\n',
  'generates.yaml': 'task: my_generation\ndataset_path: x/y\n',
  'broken.yaml': 'task: [\n',
  'utils.js': 'export function process(row) { return { ...row, question: row.question.toUpperCase() } }\n',
  'rows.jsonl': rows(4),
  'rows2.jsonl': rows(2),
  'train.jsonl': rows(3),
}

test('a group is scored: its tasks, and their mean as it says', async () => {
  const folder = yamlFolder(FILES)
  const output = temporaryFolder()
  const { code, err } = await evalharness('run', '-m', `tiny=${tinyModel()}`, '-t', 'my_all', '--include-path', folder, '-o', output, '--no-cache')
  expect({ code, err }).toMatchObject({ code: 0 })
  const [file] = readdirSync(path.join(output, 'tiny')).filter((name) => name.startsWith('results_'))
  const {
    results,
    group_subtasks: members,
    'n-shot': shots,
  } = JSON.parse(readFileSync(path.join(output, 'tiny', file!), 'utf8')) as {
    readonly results: Readonly<Record<string, Readonly<Record<string, number>>>>
    readonly group_subtasks: unknown
    readonly 'n-shot': unknown
  }
  const { my_one: one, my_two: two, my_all: all } = results
  expect(all!['acc,none']).toBe((one!['acc,none']! + two!['acc,none']!) / 2)
  expect(all!['acc_norm,none']).toBeCloseTo((4 * one!['acc_norm,none']! + 2 * two!['acc_norm,none']!) / 6, 12)
  expect(all!['acc_stderr,none']).toBeCloseTo(Math.hypot(one!['acc_stderr,none']!, two!['acc_stderr,none']!) / 2, 12)
  expect(members).toMatchObject({ my_all: ['my_one', 'my_two'] })
  expect(shots).toMatchObject({ my_one: 1, my_two: 0 })
})

test('a task file in YAML, with a function in JavaScript', async () => {
  const folder = yamlFolder(FILES)
  const { out } = await evalharness('tasks', 'my_function', '--task-file', path.join(folder, 'function.yaml'))
  expect(out).toContain('Q: WHAT IS 0?\nA:\n✓ → " yes 0"\n  → " no"')
})

test('a tag is its tasks; a function without a module says what to write', async () => {
  const folder = yamlFolder(FILES)
  expect((await evalharness('tasks', 'my_tag', '--include-path', folder)).out).toBe('my_one\nmy_two\n')
  const { code, err } = await evalharness('run', '--dry-run', '-t', 'my_python', '--include-path', folder)
  expect(code).toBe(2)
  expect(err).toContain('!function other.process: there is no')
  expect(err).toContain('export function process(row)')
})

test('the tasks of a folder are listed: what can run, and why the rest cannot', async () => {
  const { out } = await evalharness('tasks', '--include-path', yamlFolder(FILES))
  expect(out).toContain(
    '3 tasks can run:\n  my_function\n  my_one\n  my_two\n2 tasks cannot run:\n       1  a Python function without a JavaScript one\n       1  generates text\n1 file cannot be read:',
  )
  expect(out).toContain('1 group, 1 tag')
})

test.each([
  ['mmlu,mmlu_anatomy', 'task: mmlu_anatomy\ninclude: _base.yaml\n', 'mmlu_anatomy of --include-path and the built-in mmlu', 'Name one of both'],
  ['mixed', 'group: mixed\ntask: [my_one, my_python, my_generation]\n', '2 of the 3 tasks of mixed cannot run:', 'To score the others: --tasks my_one'],
  ['mixed', 'group: mixed\ntask: [my_python, my_one]\n', 'my_python: !function other.process has no JavaScript', ''],
  ['round', 'group: round\ntask: [round]\n', 'the group round contains itself', ''],
  ['lost', 'group: lost\ntask: [nothing]\n', 'the group lost has the unknown task nothing', ''],
  ['empty', 'group: empty\n', 'the group empty has no tasks', ''],
])('%s is refused', async (name, text, ...messages) => {
  const { code, err } = await evalharness('run', '--dry-run', '-t', name, '--include-path', yamlFolder({ ...FILES, 'it.yaml': text }))
  expect(code).toBe(2)
  for (const message of messages) expect(err).toContain(message)
})

test('a task of the folder comes before a built-in one with its name, which is said', async () => {
  const folder = yamlFolder({ ...FILES, 'it.yaml': 'task: piqa\ninclude: _base.yaml\n' })
  const { code, out, err } = await evalharness('run', '--dry-run', '-t', 'piqa', '--include-path', folder)
  expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining(`piqa: as defined in ${folder}, not as built in`) })
  expect(out).toContain('what is 0?')
})

test('a group of the folder with the name of a built-in task is scored as the folder has it', async () => {
  const files = { ...FILES, 'it.yaml': 'task: mmlu_anatomy\ninclude: _base.yaml\n', 'group.yaml': 'group: mmlu\ntask: [mmlu_anatomy]\n' }
  const { code, out } = await evalharness('run', '--dry-run', '-t', 'mmlu', '--include-path', yamlFolder(files))
  expect(code).toBe(0)
  expect(out).toContain('mmlu_anatomy · 4 items, 0 shots')
})

test('a template that names a column that is not there: the key, and the columns of the row', async () => {
  const folder = yamlFolder({ ...FILES, 'it.yaml': 'task: it\ninclude: _base.yaml\ndoc_to_text: "{{quesion}}"\n' })
  const { code, err } = await evalharness('run', '--dry-run', '-t', 'it', '--include-path', folder)
  expect(code).toBe(2)
  expect(err).toMatch(
    /row 0 \(counted from 0\): doc_to_text: "quesion" is undefined; the row has question, yes_text, label\n {2}Correct this key of the YAML, or the row\./u,
  )
})

test.each([
  ['rows', 'rows.jsonl', 'my_one'],
  ['a module', 'utils.js', 'my_function'],
])('%s by a link out of the folder are refused', async (_, name, task) => {
  const [folder, outside] = [yamlFolder(FILES), yamlFolder(FILES)]
  rmSync(path.join(folder, name))
  symlinkSync(path.join(outside, name), path.join(folder, name))
  const { err } = await evalharness('tasks', task, '--include-path', folder)
  expect(err).toContain(`${name} is a link to ${outside}`)
})
