/** What is read from a log of divergences is right, whatever happened to the file. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDivergenceRecords, toDivergenceRecord, type DivergenceEntry } from '../../src/cache/divergence-log.ts'

const entries = Array.from({ length: 20 }, (_, index): DivergenceEntry => ({
  key: Buffer.alloc(32, index),
  batch: Buffer.alloc(12, index >> 2),
  kl: Float32Array.from({ length: index }, (_value, target) => target / 3),
  isSameTop: Array.from({ length: index }, (_value, target) => target % 2 === 0),
  original: Float32Array.from({ length: index }, (_value, target) => -target / 7),
  variant: Float32Array.from({ length: index }, () => -Infinity),
}))
const records = entries.map((entry) => toDivergenceRecord(entry, 'm'))
const shown = ({ key, batch, kl, isSameTop, original, variant }: DivergenceEntry) =>
  [key.toString('hex'), batch.toString('hex'), ...[kl, original, variant].map((values) => values.join(' ')), isSameTop.join(' ')].join(' | ')

test('divergences are read to the last bit, in order; another model’s file holds none', () => {
  expect(readDivergenceRecords(Buffer.concat(records), 'm').map(shown)).toEqual(entries.map(shown))
  expect(readDivergenceRecords(Buffer.concat(records), 'other')).toEqual([])
})

test('bytes overwritten, inserted or removed anywhere never give a wrong divergence, and cost no record that they do not touch', () => {
  const whole = Buffer.concat(records)
  const ends = records.map((_, index) => records.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0))
  const right = new Set(entries.map(shown))
  fc.assert(
    fc.property(fc.nat(whole.length), fc.uint8Array({ maxLength: 300 }), fc.nat(300), (at, noise, removed) => {
      const found = readDivergenceRecords(Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + removed)]), 'm')
      const untouched = ends.filter((end, index) => end <= at || end - records[index]!.length >= at + removed).length
      return found.length >= untouched && found.every((entry) => right.has(shown(entry)))
    }),
    { numRuns: 500 },
  )
})

test('a record that says that it is larger than the file is none', () => {
  const record = Buffer.from(records[3]!)
  record.writeUInt32LE(0xffffffff, 48)
  expect(readDivergenceRecords(record, 'm')).toEqual([])
})
