import { expect, test } from 'vitest'
import type { ResultsFile } from '../../src/store/results-file.ts'
import { lastPart, modelOf } from '../../src/store/stored-model.ts'

const file = (fields: object) => fields as ResultsFile

test.each([
  ['text', 'pretrained=./a/b,dtype=float32'],
  ['an object', { pretrained: './a/b', dtype: 'float32' }],
])('lm-eval’s model_args are %s', (_, args) => {
  expect(modelOf(file({ config: { model_args: args, model_num_parameters: 7 }, max_length: 2048 }))).toMatchObject({
    source: './a/b',
    parameterCount: 7,
    maxLength: 2048,
    weightsHash: null,
  })
})

test('a file without a model names it unknown', () => expect(modelOf(file({})).source).toBe('unknown'))

test.each(['weights', 'variant'])('quantization and adapter are named, as %s of newer and older files', (key) => {
  const model = { source: 'a', [key]: { quantization: { scheme: 'nf4', block: 64 }, adapter: { source: './lora' } } }
  expect(modelOf(file({ evalharness: { model } })).weights).toBe('nf4, blocks of 64; adapter ./lora')
})

test('the last part of a path or repository is its name', () => {
  expect(['a/b', 'a/b/', String.raw`C:\x\y`, 'z', '/'].map(lastPart)).toEqual(['b', 'b', 'y', 'z', '/'])
})
