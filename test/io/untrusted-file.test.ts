import { expect, test } from 'vitest'
import { otherFormatOf } from '../../src/io/untrusted-file.ts'

test.each([
  ['a git-LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), 'is a git-LFS pointer, not the file itself'],
  ['a web page', Buffer.from('\n<!DOCTYPE html><title>Login</title>'), 'is a web page'],
  ['GGUF', Buffer.from('GGUF\x03'), 'is a GGUF file, which is not read'],
  ['torch.save', Buffer.from('PK\x03\x04'), 'is a zip archive, as torch.save writes it: a pickle, which is never read'],
  // Python 3.11: pickle.dumps({}, protocol=4).
  ['a pickle', Buffer.from('80049501000000000000007d942e', 'hex'), 'is a Python pickle, which is never read'],
])('%s', (_, bytes, what) => expect(otherFormatOf(bytes)).toMatchObject({ what }))

test('safetensors whose header is 640 bytes long begin as a pickle does, and are none', () => {
  expect(otherFormatOf(Buffer.from('8002000000000000', 'hex'))).toBeUndefined()
})

test.each(['{"a":1}', ''])('%j is of no other format', (text) => expect(otherFormatOf(Buffer.from(text))).toBeUndefined())
