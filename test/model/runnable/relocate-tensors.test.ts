import path from 'node:path'
import { expect, test } from 'vitest'
import { locationBelow, relocateTensors, sumTensorBytes } from '../../../src/model/runnable/relocate-tensors.ts'

const tensor = (location: string, byteLength: number) => ({ location, byteOffset: 0, byteLength, dtype: 'F32', shape: [1] })
const [FROM, TO] = [path.resolve('/models/a'), path.resolve('/models')]
const VALUE = { tensors: new Map([['w', tensor('x.safetensors', 4)]]), pair: { down: tensor('sub/y.safetensors', 8) }, scale: 2, shape: [1, 2] }

test('every location is below the other folder, however deep; anything else stays', () => {
  expect(relocateTensors(VALUE, FROM, TO)).toEqual({
    tensors: new Map([['w', tensor('a/x.safetensors', 4)]]),
    pair: { down: tensor('a/sub/y.safetensors', 8) },
    scale: 2,
    shape: [1, 2],
  })
  expect(relocateTensors(VALUE, FROM, FROM)).toBe(VALUE)
})

test('there and back is what it was', () => expect(relocateTensors(relocateTensors(VALUE, FROM, TO), TO, FROM)).toEqual(VALUE))

test('bytes are summed over objects', () => {
  expect(sumTensorBytes({ a: tensor('x', 4), b: { c: tensor('x', 8) }, d: null, e: 'text' })).toBe(12)
  expect(locationBelow(TO, path.join(FROM, 'x'))).toBe('a/x')
})
