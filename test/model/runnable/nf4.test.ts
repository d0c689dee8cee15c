/** NF4 as bitsandbytes packs it, byte for byte; the golden says which version (scripts/make-quantization-goldens.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NF4_CODEBOOK, packNf4 } from '../../../src/model/runnable/nf4.ts'

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'goldens/nf4.json'), 'utf8')) as {
  values: string
  cases: { block: number; codes: string; absmax: string }[]
}
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const floatsOf = (text: string) => new Float32Array(bytesOf(text).buffer)

test.each(golden.cases)('NF4 in blocks of $block has the codes and scales of bitsandbytes', ({ block, codes, absmax }) => {
  const values = floatsOf(golden.values)
  const found = { codes: new Uint8Array(values.length / 2), absmax: new Float32Array(Math.ceil(values.length / block)) }
  packNf4(values, block, found.codes, found.absmax)
  expect(found.absmax).toEqual(floatsOf(absmax))
  expect(found.codes).toEqual(bytesOf(codes))
})

test('a value half way between two of the codebook gets the lower, a larger one the upper', () => {
  const half = Math.fround(NF4_CODEBOOK[14]! + NF4_CODEBOOK[15]!) / 2
  const codes = new Uint8Array(2)
  packNf4(Float32Array.of(1, half, half + 2 ** -20, -1), 4, codes, new Float32Array(1))
  expect([...codes]).toEqual([0xfe, 0xf0])
})

const weights = fc.array(fc.float({ noNaN: true, min: -1, max: 1 }), { minLength: 64, maxLength: 64 }).map((list) => Float32Array.from(list))

test('no other value of the codebook is nearer than the one that was taken', () => {
  fc.assert(
    fc.property(weights, (values) => {
      const [codes, absmax] = [new Uint8Array(32), new Float32Array(1)]
      packNf4(values, 64, codes, absmax)
      values.forEach((value, index) => {
        const distances = [...NF4_CODEBOOK].map((entry) => Math.abs(entry * absmax[0]! - value))
        const code = (codes[index >> 1]! >> (index % 2 === 0 ? 4 : 0)) & 15
        expect(distances[code]).toBeLessThanOrEqual(Math.min(...distances) + 1e-7 * absmax[0]!)
      })
    }),
  )
})
