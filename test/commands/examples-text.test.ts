/** Examples in the help of a command. */
import { expect, test } from 'vitest'
import { examplesText } from '../../src/commands/examples-text.ts'

test('a command line follows its comment', () => {
  expect(examplesText([['tasks', 'what can be scored']], 80)).toBe('Examples:\n  # what can be scored\n  evalharness tasks')
})

test('a long line continues after a backslash, before an option', () => {
  const text = examplesText([['run -m original=./model -m nf4=./model,quantize=nf4 -t piqa', 'two models']], 50)
  expect(text.split('\n')).toEqual(['Examples:', '  # two models', '  evalharness run -m original=./model \\', '    -m nf4=./model,quantize=nf4 -t piqa'])
})

test('a value that does not fit stays whole', () => {
  expect(examplesText([['run -m big=http://gpu1:8000/v1 -t piqa', 'a server']], 20)).toContain('\n    -m big=http://gpu1:8000/v1 \\\n    -t piqa')
})
