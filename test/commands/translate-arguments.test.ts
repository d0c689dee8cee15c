/** lm-eval's options on the command line; through the program: check-command-line.test.ts. */
import { expect, test } from 'vitest'
import { translateArguments } from '../../src/commands/translate-arguments.ts'
import { UsageError } from '../../src/errors.ts'

const OWN = new Set(['model', 'm', 'tasks', 't', 'num-fewshot', 'limit', 'output', 'o', 'device', 'batch-tokens', 'dtype', 'seed', 'max-length'])
const translate = (...args: string[]) => translateArguments(args, OWN)

test.each([
  [['--tasks', 'piqa', '--num_fewshot', '3'], ['--tasks', 'piqa', '--num-fewshot', '3'], false],
  [['--num_fewshot=3'], ['--num-fewshot', '3'], false],
  [['--output_path', 'results'], ['--output', 'results'], true],
  [['--tasks', 'piqa', 'boolq', '--limit', '8'], ['--tasks', 'piqa,boolq', '--limit', '8'], false],
  [['--model', 'hf', '--model_args', 'pretrained=gpt2,dtype=float32', '-t', 'piqa'], ['--model', 'gpt2', '--dtype', 'float32', '-t', 'piqa'], true],
  [['--model_args', 'pretrained=gpt2'], ['--model', 'gpt2'], true],
  [['--model', 'a=./x', '--unknown', '-z'], ['--model', 'a=./x', '--unknown', '-z'], false],
])('%j', (given, args, isTranslated) => expect(translate(...given)).toEqual({ args, isTranslated, notices: [] }))

test('options without effect are said', () => {
  const { args, notices } = translate('--log_samples', '--batch_size', '8')
  expect(args).toEqual([])
  expect(notices).toEqual([expect.stringMatching(/^--log_samples has no effect: /u), expect.stringMatching(/^--batch_size has no effect: /u)])
})

test.each([
  [['--model', './x', '--model_args', 'dtype=float32'], '--model_args is for lm-eval’s --model hf'],
  [['--model', 'hf', '--model', 'hf', '--model_args', 'pretrained=gpt2'], '--model_args is for lm-eval’s --model hf'],
  [['--model', 'hf', '--model_args', 'pretrained=gpt2,parallelize=True'], '--model_args parallelize=True does not exist here'],
])('%j is refused', (given, message) => {
  expect(() => translate(...given)).toThrow(UsageError)
  expect(() => translate(...given)).toThrow(message)
})
