/** The tables of lm-eval's flags and arguments are complete: scripts/make-lm-eval-lists.py wrote the list from lm-eval itself. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lmEvalPage } from '../../../scripts/docs/lm-eval-page.ts'
import { COMMANDS } from '../../../src/commands/command-line.ts'
import { LM_EVAL_COMMANDS, LM_EVAL_FLAGS } from '../../../src/run/lm-eval/flags.ts'
import { HF_ARGUMENTS, MODEL_KINDS } from '../../../src/run/lm-eval/model-arguments.ts'
import { listOptions } from '../../../src/run/option-table.ts'

interface Lists {
  readonly flags: Readonly<Record<string, readonly { readonly name: string; readonly short: string | null; readonly values: string }[]>>
  readonly modelArguments: readonly string[]
  readonly models: readonly string[]
}
const root = path.join(import.meta.dirname, '../../..')
const lists = JSON.parse(readFileSync(path.join(root, 'test/commands/lm-eval-0.4.13.json'), 'utf8')) as Lists

test('every flag of `lm-eval run` is in the table, with its short name and number of values', () => {
  expect(LM_EVAL_FLAGS.map(({ name, short = null, values }) => ({ name, short, values }))).toEqual(lists.flags['run'])
})

test('its other commands have an answer, and no flags beside those of `run`', () => {
  const { run, ...others } = lists.flags
  expect(Object.keys(LM_EVAL_COMMANDS)).toEqual(expect.arrayContaining(Object.keys(others)))
  const names = run!.map(({ name }) => name)
  for (const flags of Object.values(others)) for (const { name } of flags) expect(names).toContain(name)
})

test('every argument of the model hf is in the table', () => {
  expect(Object.keys(HF_ARGUMENTS)).toEqual(lists.modelArguments)
})

test('the kinds of models are those of lm-eval', () => {
  for (const name of MODEL_KINDS) expect(lists.models).toContain(name)
})

test('the options that flags stand for exist', () => {
  const options = listOptions(COMMANDS.find(({ name }) => name === 'run')!.options!).map(({ name }) => name)
  const named = LM_EVAL_FLAGS.flatMap(({ here }) => (here.kind === 'option' ? [here.option] : []))
  const arguments_ = Object.values(HF_ARGUMENTS).flatMap(({ as }) => (as.kind === 'option' ? [as.option] : []))
  for (const option of [...named, ...arguments_]) expect(options).toContain(option)
})

test('docs/from-lm-eval.md is what `npm run docs` writes', () => {
  expect(readFileSync(path.join(root, 'docs/from-lm-eval.md'), 'utf8')).toBe(lmEvalPage())
})
