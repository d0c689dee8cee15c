import { expect, test } from 'vitest'
import { parseModel, parsePlainModel } from '../../src/run/parse-model.ts'
import { UsageError } from '../../src/errors.ts'

test('settings follow behind commas; other commas belong to the folder', () => {
  expect(parseModel('nf4=./a,b,quantize=nf4,block=128')).toEqual({ label: 'nf4', source: './a,b', settings: { quantize: 'nf4', block: '128' } })
  expect(parseModel('tuned=org/name@main,adapter=./lora')).toEqual({ label: 'tuned', source: 'org/name@main', settings: { adapter: './lora' } })
})

test.each([
  ['m=./a,quantize=', 'gives quantize no value'],
  ['original=', '--model "original=" names no model'],
  ['', '--model "" names no model'],
  ['=./a', '--model "=./a" has no name before ='],
  ['m=./a,block=32,block=64', 'gives block twice'],
])('%s is refused', (option, message) => {
  expect(() => parseModel(option)).toThrow(UsageError)
  expect(() => parseModel(option)).toThrow(message)
})

test.each(['./a,quantize=nf4', 'org/name,adapter=./lora'])('prune and layermap refuse %s rather than ignore the setting', (option) => {
  expect(() => parsePlainModel(option)).toThrow(UsageError)
  expect(() => parsePlainModel(option)).toThrow('but this command reads weights as they are stored')
})

test('prune and layermap take a name with = in it for a folder', () => {
  expect(parsePlainModel('./run=3/model')).toEqual({ label: 'model', source: './run=3/model', settings: {} })
  expect(parsePlainModel('a=b')).toMatchObject({ source: 'a=b' })
})
