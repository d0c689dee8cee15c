/** Integers as onnxruntime packs them, byte for byte; the golden says which version (scripts/make-quantization-goldens.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packedRow, packIntegers } from '../../../src/model/runnable/block-integers.ts'

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'goldens/integers.json'), 'utf8')) as {
  rows: number
  columns: number
  values: string
  cases: { bits: 4 | 8; block: number; codes: string; scales: string }[]
}
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const floatsOf = (text: string) => new Float32Array(bytesOf(text).buffer)

test.each(golden.cases)('integers of $bits bits in blocks of $block have the codes and scales of onnxruntime', ({ bits, block, codes, scales }) => {
  const { rows, columns, values } = golden
  const { blocks, bytes } = packedRow(columns, { bits, block })
  const found = { codes: new Uint8Array(rows * bytes), scales: new Float32Array(rows * blocks) }
  packIntegers(floatsOf(values), columns, { bits, block }, found.codes, found.scales)
  expect(found.scales).toEqual(floatsOf(scales))
  expect(found.codes).toEqual(bytesOf(codes))
})

const weights = fc.array(fc.float({ noNaN: true, min: -1, max: 1 }), { minLength: 64, maxLength: 64 }).map((list) => Float32Array.from(list))

test('a packed integer is within half a step of its value, or a whole one if it would be 8', () => {
  fc.assert(
    fc.property(weights, (values) => {
      const [codes, scales] = [new Uint8Array(32), new Float32Array(2)]
      packIntegers(values, 64, { bits: 4, block: 32 }, codes, scales)
      values.forEach((value, index) => {
        const scale = scales[Math.floor(index / 32)]!
        const integer = ((codes[index >> 1]! >> (4 * (index & 1))) & 15) - 8
        expect(Math.abs(integer * scale - value)).toBeLessThanOrEqual(Math.abs(scale) * (integer === 7 ? 1 : 0.5) * (1 + 1e-5) + 1e-30)
      })
    }),
  )
})
