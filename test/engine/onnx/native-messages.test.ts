import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { explainNativeMessages, nativeMessages } from '../../../src/engine/onnx/native-messages.ts'

test('Dawn’s warning is reworded, without its position in Dawn’s source', () => {
  const lines = [
    "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory",
    '    at operator() (/build/Release/_deps/dawn-src/src/dawn/native/vulkan/BackendVk.cpp:368)',
  ]
  expect(explainNativeMessages(lines)).toEqual(['the Vulkan loader libvulkan.so.1 is not installed'])
  expect(explainNativeMessages([...lines, ...lines])).toHaveLength(1)
})

test('the first line of an unknown message is quoted', () => {
  expect(explainNativeMessages(['one "thing"', 'two'])).toEqual([String.raw`its library says "one \"thing\"" and 1 lines more`])
  expect(explainNativeMessages([])).toEqual([])
})

test('the error has the last fifty lines, each shortened to its beginning', async () => {
  const stream = new PassThrough()
  const messages = nativeMessages(stream)
  stream.write('par')
  stream.write('tial\n\nunended')
  await new Promise(setImmediate)
  expect(messages()).toEqual(['partial', 'unended'])
  stream.write(`\n${'x'.repeat(600)}\n${Array.from({ length: 60 }, (_, index) => `line ${index}\n`).join('')}`)
  await new Promise(setImmediate)
  expect(messages()).toHaveLength(50)
  expect(messages().at(-1)).toBe('line 59')
})
