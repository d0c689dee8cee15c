import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { loadTasks, selectTasks, taskCalled } from '../../src/task/registry.ts'

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
      expect.objectContaining({ hint: expect.stringMatching(/^Did you mean mmlu_anatomy\? Known: boolq,/u) }),
    )
  })

  test('a part of a task is not a whole task', () => {
    expect(() => taskCalled(known, 'mmlu_anatomy')).toThrow('mmlu_anatomy is a part of the task mmlu')
    expect(() => taskCalled(known, 'mlmu')).toThrow('unknown task "mlmu"')
  })
})
