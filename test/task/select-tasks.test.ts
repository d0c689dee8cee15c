import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { explainUnsupportedTask } from '../../src/task/unsupported-tasks.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { allNames, expandNames, selectTasks, taskCalled } from '../../src/task/select-tasks.ts'

const known = await loadTasks()
const subsetsOf = (...names: string[]) =>
  selectTasks(known, names).map(({ name, subsets }) => [name, subsets?.names.length ?? 0, Object.keys(subsets?.groups ?? {}), !!subsets?.isPart])

describe('names as lm-eval has them', () => {
  test('a task is itself, in the order of the names, once', () => {
    expect(selectTasks(known, ['wikitext', 'piqa', 'wikitext'])).toEqual([known.get('wikitext'), known.get('piqa')])
  })

  test('a subject of MMLU is the task cut to it, and no score of the whole', () => {
    expect(selectTasks(known, ['mmlu_anatomy'])[0]!.subsets).toEqual({ names: ['anatomy'], groups: {}, isPart: true })
  })

  test('subjects and groups together are one task, each subject once, in the task’s order', () => {
    expect(selectTasks(known, ['mmlu_virology', 'mmlu_anatomy', 'piqa']).map(({ name, subsets }) => [name, subsets?.names])).toEqual([
      ['mmlu', ['anatomy', 'virology']],
      ['piqa', undefined],
    ])
    expect(subsetsOf('mmlu_stem', 'mmlu_anatomy')).toEqual([['mmlu', 19, ['stem'], true]])
  })

  test('beside the whole they say nothing new', () => {
    expect(selectTasks(known, ['mmlu_anatomy', 'mmlu'])).toEqual([known.get('mmlu')])
  })

  test('an unknown subset is an unknown task', () => {
    expect(() => selectTasks(known, ['mmlu_anatomie'])).toThrow(UsageError)
    expect(() => selectTasks(known, ['piqa_anatomy'])).toThrow(UsageError)
    expect(() => selectTasks(known, ['mmlu_anatomie'])).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^Did you mean mmlu_anatomy or cmmlu_anatomy\? Run `evalharness tasks` for all\./u) }),
    )
    expect(() => selectTasks(known, ['piqa boolq'])).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^Write commas between names: --tasks piqa,boolq\. /u) }),
    )
    expect(() => selectTasks(known, ['arc'])).toThrow(expect.objectContaining({ hint: expect.stringMatching(/^Did you mean arc_challenge or arc_easy\? /u) }))
    expect(() => selectTasks(known, ['swag'])).toThrow(expect.objectContaining({ hint: expect.stringContaining('--include-path FOLDER') }))
  })

  test('a part of a task is not a whole task', () => {
    expect(() => taskCalled(known, 'mmlu_anatomy')).toThrow('mmlu_anatomy is a part of the task mmlu')
    expect(() => taskCalled(known, 'mlmu')).toThrow('unknown task "mlmu"')
  })
})

describe('wildcards', () => {
  test.each([
    [['mmlu_a*'], ['mmlu_abstract_algebra', 'mmlu_anatomy', 'mmlu_astronomy']],
    [
      ['piqa', '*qa'],
      ['piqa', 'openbookqa', 'valley_piqa'],
    ],
    [['b??lq'], ['boolq']],
    [['*_st*m'], ['mmlu_stem']],
    [['piqa'], ['piqa']],
  ])('%j', (names, expanded) => expect(expandNames(known, names)).toEqual(expanded))

  test('mmlu_* is all of MMLU, with the score of the whole', () => {
    expect(selectTasks(known, expandNames(known, ['mmlu_*']))).toEqual([known.get('mmlu')])
  })

  test('all is every task but the demo’s, and no subset twice', () => {
    const all = expandNames(known, ['all', 'piqa'])
    expect(all).toContain('mmlu')
    expect(all.filter((name) => name.startsWith('valley_') || name.startsWith('mmlu_'))).toEqual([])
    expect(new Set(all).size).toBe(all.length)
  })

  test('what matches nothing is an error', () => {
    expect(() => expandNames(known, ['piqa', 'xyz*'])).toThrow('no task matches "xyz*"')
  })
})

describe('tasks of lm-eval that are not here', () => {
  test.each([
    ['gsm8k', 'gsm8k generates text; evalharness scores log-likelihoods'],
    ['humaneval_plus', 'humaneval_plus generates text'],
    ['longbench_qasper', 'longbench_qasper generates text'],
    ['bigbench_snarks_generate_until', 'generates text'],
    ['mmmu_val', 'mmmu_val asks about images or sounds'],
  ])('%s', (name, message) => expect(() => selectTasks(known, [name])).toThrow(message))

  test.each(['swag', 'gsm', 'mmlu_anatomie'])('%s is only unknown', (name) => {
    expect(() => selectTasks(known, [name])).toThrow(`unknown task "${name}"`)
  })

  test('no pattern names a task that is here', () => {
    expect(allNames(known).filter((name) => explainUnsupportedTask(name) !== undefined)).toEqual([])
  })
})
