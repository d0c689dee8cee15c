/** What is read from a file of answers is right, whatever happened to the file. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logWriter, readLog, readRecords, RECORD_BYTES, type KeptAnswer } from '../../src/cache/response-log.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const answers: KeptAnswer[] = Array.from({ length: 40 }, (_, index) => ({
  key: Buffer.alloc(32, index),
  batch: Buffer.alloc(12, index >> 3),
  logProb: -index / 3,
  isGreedy: index % 2 === 0,
}))
const shown = (list: readonly KeptAnswer[]) => list.map(({ key, batch, logProb, isGreedy }) => [key.toString('hex'), batch.toString('hex'), logProb, isGreedy])

async function written(owner = 'm'): Promise<string> {
  const file = path.join(temporaryFolder(), 'answers/m.log')
  await using writer = logWriter(file, owner)
  for (let at = 0; at < answers.length; at += 8) await writer.append(answers.slice(at, at + 8))
  return file
}

test('answers come back to the last bit, in order', async () => {
  const { answers: found, setAside } = await readLog(await written(), 'm')
  expect(shown(found)).toEqual(shown(answers))
  expect(setAside).toBeUndefined()
})

test('two writers on one file do not harm each other', async () => {
  const file = path.join(temporaryFolder(), 'm.log')
  await using first = logWriter(file, 'm')
  await using second = logWriter(file, 'm')
  await Promise.all(answers.flatMap((answer) => [first.append([answer]), second.append([answer])]))
  const { answers: found, setAside } = await readLog(file, 'm')
  expect(setAside).toBeUndefined()
  const sorted = (list: readonly KeptAnswer[]) =>
    shown(list)
      .map((entry) => JSON.stringify(entry))
      .toSorted()
  expect(sorted(found)).toEqual(sorted([...answers, ...answers]))
})

test('another model’s file holds nothing of this one', async () => {
  expect((await readLog(await written('other'), 'm')).answers).toEqual([])
})

test('a file cut anywhere gives the answers before the cut; one that ends inside a record is set aside', async () => {
  const file = await written()
  truncateSync(file, 10 * RECORD_BYTES + 7)
  const { answers: found, setAside } = await readLog(file, 'm')
  expect(shown(found)).toEqual(shown(answers.slice(0, 10)))
  expect(setAside).toBe(`${file}.damaged`)
  expect(readFileSync(setAside!)).toHaveLength(10 * RECORD_BYTES + 7)
  expect(await readLog(file, 'm')).toMatchObject({ answers: { length: 10 } })
})

test('bytes overwritten, inserted or removed anywhere never give a wrong answer, and cost no record that they do not touch', async () => {
  const whole = readFileSync(await written())
  const right = new Set(shown(answers).map((entry) => JSON.stringify(entry)))
  fc.assert(
    fc.property(fc.nat(whole.length), fc.uint8Array({ minLength: 0, maxLength: 300 }), fc.nat(300), (at, noise, removed) => {
      const damaged = Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + removed)])
      const { answers: found } = readRecords(damaged, 'm')
      const before = Math.floor(at / RECORD_BYTES)
      const behind = Math.max(0, answers.length - Math.ceil((at + removed) / RECORD_BYTES))
      return found.length >= before + behind && shown(found).every((entry) => right.has(JSON.stringify(entry)))
    }),
    { numRuns: 1000 },
  )
})

test('noise holds no answers', async () => {
  const file = path.join(temporaryFolder(), 'm.log')
  writeFileSync(file, Buffer.from('EHA1'.repeat(5000)))
  expect(await readLog(file, 'm')).toEqual({ answers: [], setAside: `${file}.damaged` })
})
