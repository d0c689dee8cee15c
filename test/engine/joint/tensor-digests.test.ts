/** Stored tensors by their bytes. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { digestTensors } from '../../../src/engine/joint/tensor-digests.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const BYTES = 32_768

test('a byte between the samples makes another tensor, unless samples are enough', async () => {
  const file = path.join(temporaryFolder(), 'tensors')
  const bytes = Buffer.alloc(3 * BYTES)
  // Of the second tensor between its first and its middle sample; of the third in its first.
  bytes[BYTES + 10_000] = 1
  bytes[2 * BYTES] = 1
  writeFileSync(file, bytes)
  const [first, second, third] = [0, 1, 2].map((index) => ({
    file,
    dtype: 'F32' as const,
    shape: [BYTES / 4],
    byteOffset: index * BYTES,
    byteLength: BYTES,
  }))
  const tensors = [first!, second!, third!]
  const whole = await digestTensors(tensors)
  expect(new Set(tensors.map(whole)).size).toBe(3)
  const sampled = await digestTensors(tensors, { samplesOnly: true })
  expect(sampled(second!)).toBe(sampled(first!))
  expect(sampled(third!)).not.toBe(sampled(first!))
})
