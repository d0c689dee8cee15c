import { writeFile } from 'node:fs/promises'

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseHeader, readSafetensorsHeader } from '../../../src/model/weights/safetensors.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

async function fileOf(header: string, dataBytes: number): Promise<string> {
  const path = join(temporaryFolder(), 'model.safetensors')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)))
  await writeFile(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]))
  return path
}

test('returns the position of each tensor in the file, in file order', async () => {
  const header =
    '{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}'
  const file = await fileOf(header, 12)
  expect(await readSafetensorsHeader(file)).toEqual([
    { name: 'a', dtype: 'BF16', shape: [1, 2], file, byteOffset: 8 + header.length, byteLength: 4 },
    { name: 'b', dtype: 'F32', shape: [2], file, byteOffset: 12 + header.length, byteLength: 8 },
  ])
})

test.each([
  ['overlapping offsets', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}', 6, 'overlap'],
  ['a gap', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8, 'gap'],
  ['a file cut short', '{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', 12, 'end at byte'],
  ['a shape that disagrees', '{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}', 4, 'takes 12 bytes'],
  ['an unknown dtype', '{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}', 8, 'dtype I64'],
  ['no JSON', '{', 0, 'not JSON'],
])('refuses %s', (_, header, dataBytes, message) => {
  expect(() => parseHeader('m', header, 8, 8 + dataBytes)).toThrow(CheckpointError)
  expect(() => parseHeader('m', header, 8, 8 + dataBytes)).toThrow(message)
})

test('refuses a header of absurd size before reading it', async () => {
  const path = join(temporaryFolder(), 'm.safetensors')
  await writeFile(path, Buffer.alloc(8, 0xff))
  await expect(readSafetensorsHeader(path)).rejects.toThrow('claims 18446744073709551615 bytes')
})
