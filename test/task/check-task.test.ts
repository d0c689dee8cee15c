/** What a task file may define: everything else is an error that names the field and, for a slip, the field that was meant. */
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { UsageError } from '../../src/errors.ts'
import { checkTask } from '../../src/task/check-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const choice = {
  kind: 'choice',
  name: 'mine',
  version: 1,
  dataset: { repo: 'me/mine', split: 'test' },
  row: z.object({ q: z.string() }),
  prompt: () => 'q',
  choices: () => ['a', 'b'],
  gold: () => 0,
  metrics: ['acc'],
}
const schema = {
  kind: 'schema',
  name: 'mine',
  version: 1,
  dataset: choice.dataset,
  row: choice.row,
  contexts: () => ['a', 'b'],
  continuation: () => 'c',
  gold: () => 0,
  metrics: ['acc'],
}
const continuation = {
  kind: 'text',
  name: 'mine',
  version: 1,
  dataset: choice.dataset,
  row: choice.row,
  prompt: () => 'a',
  continuation: () => ' b',
  metrics: ['perplexity', 'acc'],
}
const rolling = {
  kind: 'rolling',
  name: 'mine',
  version: 1,
  dataset: { repo: 'me/mine', split: 'test' },
  row: choice.row,
  text: () => 't',
  metrics: ['bits_per_byte'],
}
const shots = { split: 'dev', defaultCount: 5 }
const subsets = { names: ['a', 'b'], groups: { all: ['a', 'b'] } }
const without = (field: string) => Object.fromEntries(Object.entries(choice).filter(([name]) => name !== field))

function refusal(task: unknown): { message: string; hint: string } {
  try {
    checkTask(task, './mine.js')
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error as UsageError
  }
  return { message: 'accepted', hint: '' }
}

describe('a task is accepted', () => {
  test.each([
    ['with choices', choice],
    ['of texts', rolling],
    ['of continuations', continuation],
    ['without prompts', { ...choice, prompt: null }],
    ['with samples', { ...choice, shots: { samples: [{ q: 'a' }], defaultCount: 1, delimiter: '', example: { prompt: () => 'q', targetDelimiter: '' } } }],
    ['with delimiters', { ...choice, targetDelimiter: '', answerPrefix: () => 'It is', keepsWhiteSpace: true, target: () => 't' }],
    ['with everything', { ...choice, summary: 's', instruction: () => '', shots, subsets: { ...subsets, isPart: true } }],
    ['with contexts', { ...schema, shots }],
    ['with fields that are undefined', { ...choice, instruction: undefined, subsets: undefined }],
    ['with all metrics of choices', { ...choice, metrics: ['acc', 'acc_norm', 'acc_bytes', 'acc_mutual_info'] }],
    ['with examples from the scored split', { ...choice, shots: { split: 'test', defaultCount: 0 } }],
    ['with rows in a folder', { ...choice, dataset: { folder: '/rows', split: 'test', file: 'mine/{split}', defaultLimit: 10 } }],
    ['with a file for each subset', { ...choice, subsets, shots, dataset: { repo: 'mine', split: 'test', revision: 'main', file: '{config}-{split}' } }],
    ['with a name of another script', { ...choice, name: 'aufgäbe-7.b' }],
  ])('%s', (_, task) => expect(checkTask(task, './mine.js')).toBe(task))

  test('built in: all of them', async () => expect((await loadTasks()).size).toBeGreaterThan(10))
})

test.each<[string, unknown, string, string]>([
  ['another value', 7, './mine.js does not export a task', 'export default defineTask'],
  ['nothing', undefined, './mine.js does not export a task', 'export default defineTask'],
  ['fields without defineTask', { ...choice, kind: undefined }, './mine.js does not export a task', 'export default defineTask'],

  ['instructions', { ...choice, instructions: () => '' }, './mine.js: unknown field "instructions"', 'Did you mean instruction? Known: name,'],
  ['descripton', { ...choice, descripton: '' }, 'unknown field "descripton"', 'Did you mean instruction (called description elsewhere)?'],
  ['doc_to_text', { ...choice, doc_to_text: '' }, 'unknown field "doc_to_text"', 'Did you mean prompt (called doc_to_text elsewhere)?'],
  ['num_fewshot', { ...choice, num_fewshot: 5 }, 'unknown field "num_fewshot"', 'Did you mean shots.defaultCount'],
  ['Metrics', { ...without('metrics'), Metrics: ['acc'] }, 'unknown field "Metrics"', 'Did you mean metrics?'],
  ['a schema with a prompt', { ...schema, prompt: () => '' }, './mine.js: has both prompt and contexts', 'make two tasks'],
  ['a schema with a normalized accuracy', { ...schema, metrics: ['acc_norm'] }, 'metrics: 0 is "acc_norm", which is unknown', 'Write one of: acc.'],
  [
    'shots.count',
    { ...choice, shots: { split: 'dev', count: 5 } },
    './mine.js: shots: unknown field "count"',
    'Did you mean defaultCount? Known: split, defaultCount, sampler, leavesItemOut, delimiter, example.',
  ],
  ['shots without a count', { ...choice, shots: { split: 'dev' } }, 'shots: the field defaultCount is missing', 'Needed: split, defaultCount.'],
  ['shots: 5', { ...choice, shots: 5 }, 'shots is 5, not an object', 'Write { split, defaultCount, sampler, leavesItemOut, delimiter, example }.'],
  ['a negative count', { ...choice, shots: { ...shots, defaultCount: -1 } }, 'shots: defaultCount is -1, not a whole number from 0 on', ''],
  ['shots of a text', { ...rolling, shots }, 'unknown field "shots"', 'Known: name, version,'],
  ['choises', { ...without('choices'), kind: 'rolling', choises: () => [] }, 'unknown field "choises"', 'Did you mean choices?'],
  ['no gold', without('gold'), 'the field gold is missing', 'Needed: name, version, dataset, row, prompt, choices, gold, metrics.'],
  ['split and samples', { ...choice, shots: { ...shots, samples: [] } }, 'shots has both split and samples', 'one of the two'],
  ['a delimiter that is not text', { ...choice, targetDelimiter: null }, 'targetDelimiter is null, not a text', 'may be empty'],
  ['gen_prefix', { ...choice, gen_prefix: () => 'It is' }, 'unknown field "gen_prefix"', 'answerPrefix (called gen_prefix elsewhere)'],
  ['text and continuation', { ...continuation, text: () => '' }, 'has both text and continuation', 'make two tasks'],
  [
    'acc_norm of continuations',
    { ...continuation, metrics: ['acc_norm'] },
    'acc_norm is not a metric of continuations',
    'A task of continuations has: perplexity, acc.',
  ],
  ['text and choices', { ...choice, text: () => '' }, 'has both text and choices', 'make two tasks'],

  ['accnorm', { ...choice, metrics: ['acc', 'accnorm'] }, 'metrics: unknown metric "accnorm"', 'Did you mean acc_norm?'],
  ['bleu', { ...choice, metrics: ['bleu'] }, 'metrics: unknown metric "bleu"', 'A task of choices has: acc, acc_norm, '],
  ['is_greedy', { ...choice, metrics: ['is_greedy'] }, 'metrics: unknown metric "is_greedy"', 'A task of choices has:'],
  ['constructor', { ...choice, metrics: ['constructor'] }, 'metrics: unknown metric "constructor"', 'A task of choices has:'],
  ['a number', { ...choice, metrics: [7] }, 'metrics: unknown metric 7', 'A task of choices has:'],
  ['a metric of texts', { ...choice, metrics: ['word_perplexity'] }, 'metrics: word_perplexity is not a metric of choices', 'A task of choices has: acc,'],
  ['a metric of choices', { ...rolling, metrics: ['acc'] }, 'metrics: acc is not a metric of texts', 'A task of texts has: word_perplexity,'],
  ['word_perplexty', { ...rolling, metrics: ['word_perplexty'] }, 'unknown metric "word_perplexty"', 'Did you mean word_perplexity?'],
  ['a metric twice', { ...choice, metrics: ['acc', 'acc_norm', 'acc'] }, 'metrics: acc is listed twice', 'once'],
  ['no metric', { ...choice, metrics: [] }, 'metrics is [], not a list of metrics', 'Give one or more of: acc,'],
  ['a metric without a list', { ...choice, metrics: 'acc' }, 'metrics is "acc", not a list of metrics', ''],

  ['an empty name', { ...choice, name: '' }, 'name is "", not a text', ''],
  ['a path as name', { ...choice, name: '../mine' }, `name "../mine" cannot be part of a file's name`, 'Use letters, digits'],
  ['a name with a comma', { ...choice, name: 'a,b' }, 'name "a,b" cannot be part', ''],
  ['a name with a colon', { ...choice, name: 'mine:dev' }, 'name "mine:dev" cannot be part', ''],
  ['a name with a space', { ...choice, name: 'my task' }, 'name "my task" cannot be part', ''],
  ['a hidden file’s name', { ...choice, name: '.mine' }, 'name ".mine" cannot be part', ''],
  ['__proto__', { ...choice, name: '__proto__' }, 'name "__proto__" cannot be part', ''],
  ['a name of 200 bytes', { ...choice, name: 'x'.repeat(200) }, 'cannot be part of a file', ''],
  ['version 0', { ...choice, version: 0 }, 'version is 0, not a whole number from 1 on', ''],
  ['version 1.5', { ...choice, version: 1.5 }, 'version is 1.5, not a whole number', ''],
  ['version as text', { ...choice, version: '1' }, 'version is "1", not a whole number', ''],
  ['version NaN', { ...choice, version: Number.NaN }, 'version is NaN, not a whole number', ''],
  ['a summary that is not text', { ...choice, summary: 7 }, 'summary is 7, not a text', ''],
  ['an instruction that is text', { ...choice, instruction: 'Answer.' }, 'instruction is "Answer.", not a function', 'instruction: (row) =>'],
  ['a prompt that is text', { ...choice, prompt: '{{q}}' }, 'prompt is "{{q}}", not a function', ''],
  ['choices as a list', { ...choice, choices: ['a', 'b'] }, 'choices is ["a","b"], not a function', ''],
  ['gold as a number', { ...choice, gold: 0 }, 'gold is 0, not a function', ''],
  ['a row that is not a schema', { ...choice, row: { q: 'string' } }, 'row is {"q":"string"}, not a zod schema', 'row: z.object('],
  ['a type as row', { ...choice, row: String }, 'row is a function, not a zod schema', ''],

  ['a dataset as text', { ...choice, dataset: 'me/mine' }, 'dataset is "me/mine", not a source of rows', ''],
  ['a field of dataset', { ...choice, dataset: { repo: 'me/mine', splt: 'test' } }, 'dataset: unknown field "splt"', 'Did you mean split?'],
  ['floder', { ...choice, dataset: { floder: 'x', split: 'test' } }, 'dataset: unknown field "floder"', 'Did you mean folder?'],
  ['revision of a folder', { ...choice, dataset: { folder: 'x', split: 'test', revision: 'main' } }, 'dataset: unknown field "revision"', 'Known: folder,'],
  ['repo and folder', { ...choice, dataset: { repo: 'a/b', folder: 'x', split: 'test' } }, 'dataset has both repo and folder', ''],
  ['neither', { ...choice, dataset: { split: 'test' } }, 'dataset: the field repo is missing', ''],
  [
    'an address as repo',
    { ...choice, dataset: { repo: 'https://huggingface.co/a/b', split: 'test' } },
    'repo "https://huggingface.co/a/b" is not a repository',
    '',
  ],
  ['a split with white space', { ...choice, dataset: { repo: 'a/b', split: 'test ' } }, 'dataset: split "test " begins or ends with white space', ''],
  ['a placeholder', { ...choice, dataset: { repo: 'a/b', split: 'test', file: '{subset}' } }, 'unknown placeholder {subset}', 'Known: {split}, {config}.'],
  ['defaultLimit 0', { ...choice, dataset: { repo: 'a/b', split: 'test', defaultLimit: 0 } }, 'defaultLimit is 0, not a whole number from 1 on', ''],
  [
    'one file for both splits',
    { ...choice, shots, dataset: { repo: 'a/b', split: 'test', file: 'mine' } },
    'file "mine" is the same for the splits dev and test',
    '{split}',
  ],
  ['one file for all subsets', { ...choice, subsets, dataset: { repo: 'a/b', split: 'test', file: 'm/{split}' } }, 'is the same for all subsets', '{config}'],
  ['config beside subsets', { ...choice, subsets, dataset: { repo: 'a/b', split: 'test', config: 'c' } }, 'config "c" has no effect', ''],

  ['no subset', { ...choice, subsets: { names: [], groups: {} } }, 'subsets: names is [], not a list of names', ''],
  ['a subset twice', { ...choice, subsets: { names: ['a', 'a'], groups: {} } }, 'subsets: names: a is listed twice', ''],
  ['subsets that only case tells apart', { ...choice, subsets: { names: ['a', 'A'], groups: {} } }, 'subsets: names: A is listed twice', ''],
  ['a subset that is a path', { ...choice, subsets: { names: ['a/b'], groups: {} } }, `"a/b" cannot be part of a file's name`, ''],
  ['no groups', { ...choice, subsets: { names: ['a'] } }, 'subsets: the field groups is missing', ''],
  ['groups as a list', { ...choice, subsets: { names: ['a'], groups: ['a'] } }, 'groups is ["a"], not groups', 'groups: {}'],
  [
    'an unknown member',
    { ...choice, subsets: { names: ['anatomy'], groups: { stem: ['anatmy'] } } },
    'groups: stem: unknown subset "anatmy"',
    'Did you mean anatomy?',
  ],
  ['an empty group', { ...choice, subsets: { names: ['a'], groups: { g: [] } } }, 'groups: g is [], not a list of names', ''],
  ['a group called like a subset', { ...choice, subsets: { names: ['a', 'b'], groups: { a: ['a', 'b'] } } }, 'groups: a has the name of a subset', ''],
  ['a field of subsets', { ...choice, subsets: { ...subsets, ispart: true } }, 'subsets: unknown field "ispart"', 'Did you mean isPart?'],
])('%s is refused', (_, task, message, hint) => {
  const refused = refusal(task)
  expect(refused.message).toContain(message)
  expect(refused.hint).toContain(hint)
})

describe('names of task files', () => {
  const folder = temporaryFolder()
  const schema = 'row: { safeParse: (data) => ({ success: true, data }) }'
  const define = (file: string, name: string, more = '') => {
    const place = path.join(folder, file)
    const fields = `name: '${name}', version: 1, dataset: { repo: 'me/mine', split: 'test' }, ${schema}, metrics: ['acc']`
    writeFileSync(place, `export default { kind: 'choice', ${fields}, prompt: () => 'q', choices: () => ['a', 'b'], gold: () => 0, ${more} }\n`)
    return place
  }

  test.each([
    ['a built-in task’s', 'piqa', 'the name piqa is taken by the built-in task piqa'],
    ['a built-in task’s in capitals', 'PIQA', 'the name PIQA is taken by the built-in task piqa'],
    ['a subset’s', 'mmlu_anatomy', 'the name mmlu_anatomy is taken by the built-in task mmlu'],
    ['a group’s', 'mmlu_stem', 'the name mmlu_stem is taken by the built-in task mmlu'],
  ])('%s is taken', async (_, name, message) => {
    const file = define(`${name}.mjs`, name)
    await expect(loadTasks([file])).rejects.toThrow(`${file}: ${message}`)
  })

  test('two files with one name are an error; one file given twice is one', async () => {
    const [first, second] = [define('first.mjs', 'mine'), path.join(folder, 'second.mjs')]
    copyFileSync(first, second)
    await expect(loadTasks([first, second])).rejects.toThrow(`${second}: the name mine is taken by the task mine of ${first}`)
    expect((await loadTasks([first, first])).get('mine')).toMatchObject({ taskFile: first })
  })

  test('a subset of one task may not be another task', async () => {
    const [whole, part] = [define('whole.mjs', 'exam', "subsets: { names: ['maths'], groups: {} }"), define('part.mjs', 'exam_maths')]
    await expect(loadTasks([whole, part])).rejects.toThrow(`${part}: the name exam_maths is taken by the task exam of ${whole}`)
  })

  test('the command prints the field and exits with 2 before anything is scored', async () => {
    const file = define('slip.mjs', 'slip', "instructions: () => 'Answer.'")
    expect(await evalharness('run', '-m', 'm=/nowhere', '-t', 'slip', '--task-file', file)).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/slip\.mjs: unknown field "instructions"\n {2}Did you mean instruction\? Known: name,/u),
    })
  })
})
