/** What is read from a log of responses is right, whatever happened to the file. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logWriter, readLog, readRecords, RECORD_BYTES, type CachedResponse } from '../../src/cache/response-log.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const responses: CachedResponse[] = Array.from({ length: 40 }, (_, index) => ({
  key: Buffer.alloc(32, index),
  batch: Buffer.alloc(12, index >> 3),
  logProb: -index / 3,
  isGreedy: index % 2 === 0,
}))
const shown = (list: readonly CachedResponse[]) =>
  list.map(({ key, batch, logProb, isGreedy }) => [key.toString('hex'), batch.toString('hex'), logProb, isGreedy])

async function written(owner = 'm'): Promise<string> {
  const file = path.join(temporaryFolder(), 'answers/m.log')
  await using writer = logWriter(file, owner)
  for (let at = 0; at < responses.length; at += 8) await writer.append(responses.slice(at, at + 8))
  return file
}

test('responses are read to the last bit, in order', async () => {
  const { responses: found, setAside } = await readLog(await written(), 'm')
  expect(shown(found)).toEqual(shown(responses))
  expect(setAside).toBeUndefined()
})

test('two writers on one file do not harm each other', async () => {
  const file = path.join(temporaryFolder(), 'm.log')
  await using first = logWriter(file, 'm')
  await using second = logWriter(file, 'm')
  await Promise.all(responses.flatMap((response) => [first.append([response]), second.append([response])]))
  const { responses: found, setAside } = await readLog(file, 'm')
  expect(setAside).toBeUndefined()
  const sorted = (list: readonly CachedResponse[]) =>
    shown(list)
      .map((entry) => JSON.stringify(entry))
      .toSorted()
  expect(sorted(found)).toEqual(sorted([...responses, ...responses]))
})

test('another model’s file holds nothing of this one', async () => {
  expect((await readLog(await written('other'), 'm')).responses).toEqual([])
})

test('a file cut anywhere gives the responses before the cut; one that ends inside a record is set aside', async () => {
  const file = await written()
  truncateSync(file, 10 * RECORD_BYTES + 7)
  const { responses: found, setAside } = await readLog(file, 'm')
  expect(shown(found)).toEqual(shown(responses.slice(0, 10)))
  expect(setAside).toBe(`${file}.damaged`)
  expect(readFileSync(setAside!)).toHaveLength(10 * RECORD_BYTES + 7)
  expect(await readLog(file, 'm')).toMatchObject({ responses: { length: 10 } })
})

test('bytes overwritten, inserted or removed anywhere never give a wrong response, and cost no record that they do not touch', async () => {
  const whole = readFileSync(await written())
  const right = new Set(shown(responses).map((entry) => JSON.stringify(entry)))
  fc.assert(
    fc.property(fc.nat(whole.length), fc.uint8Array({ minLength: 0, maxLength: 300 }), fc.nat(300), (at, noise, removed) => {
      const damaged = Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + removed)])
      const { responses: found } = readRecords(damaged, 'm')
      const before = Math.floor(at / RECORD_BYTES)
      const behind = Math.max(0, responses.length - Math.ceil((at + removed) / RECORD_BYTES))
      return found.length >= before + behind && shown(found).every((entry) => right.has(JSON.stringify(entry)))
    }),
    { numRuns: 1000 },
  )
})

test('noise holds no responses', async () => {
  const file = path.join(temporaryFolder(), 'm.log')
  writeFileSync(file, Buffer.from('EHA1'.repeat(5000)))
  expect(await readLog(file, 'm')).toEqual({ responses: [], setAside: `${file}.damaged` })
})
