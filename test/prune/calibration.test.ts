/** Calibration sentences, from a file or built in. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { DatasetError } from '../../src/errors.ts'
import { planCalibration, readCalibrationText } from '../../src/prune/calibration.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const fileOf = (text: string | Uint8Array) => {
  const file = path.join(temporaryFolder(), 'calibration.txt')
  writeFileSync(file, text)
  return file
}
const encode = (text: string) => Array.from(text, (character) => character.codePointAt(0)!)

test('ten sentences are built in', async () => {
  expect((await readCalibrationText(undefined)).sentences).toHaveLength(10)
})

test('a file holds a sentence a line; empty lines and the form of line ends do not matter', async () => {
  const [unix, windows] = [await readCalibrationText(fileOf('one\n\ntwo\n')), await readCalibrationText(fileOf('one\r\n \r\ntwo'))]
  expect(unix.sentences).toEqual(['one', 'two'])
  expect(windows.sha256).toBe(unix.sha256)
})

test('a file without sentences, in another encoding, and one that is not there', async () => {
  await expect(readCalibrationText(fileOf('\n \n'))).rejects.toThrow(DatasetError)
  await expect(readCalibrationText(fileOf(Buffer.from('größe', 'latin1')))).rejects.toThrow('is not UTF-8, from line 1 on')
  await expect(readCalibrationText('/no/such/file')).rejects.toThrow('cannot read the calibration file /no/such/file')
})

test('sentences that begin alike share tokens, and each knows its own rows', () => {
  const { trees, sentences, tokenCount } = planCalibration({ source: 'x', sentences: ['abc', 'abd', 'xy'], sha256: '' }, encode, 10)
  expect(tokenCount).toBe(8)
  expect(trees).toHaveLength(1)
  const { tokenIds } = trees[0]!.tree
  expect(tokenIds).toHaveLength(6)
  expect(sentences.map(({ rows }) => String.fromCodePoint(...rows.map((row) => tokenIds[row]!)))).toEqual(['abc', 'abd', 'xy'])
})

test('a sentence of no tokens, or of more than the window', () => {
  expect(() => planCalibration({ source: 'x', sentences: ['a', 'b'], sha256: '' }, (text) => (text === 'b' ? [] : [1]), 10)).toThrow(
    'calibration sentence 2 (x) has no tokens: "b"',
  )
  expect(() => planCalibration({ source: 'x', sentences: ['abcd'], sha256: '' }, encode, 3)).toThrow(
    "calibration sentence 1 (x) has 4 tokens, the model's window 3",
  )
})
