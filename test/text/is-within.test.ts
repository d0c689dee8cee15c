/** What lies in a folder. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { isWithin } from '../../src/text/is-within.ts'

const folder = path.resolve('models')

test.each([
  ['the folder itself', '.', true],
  ['a file', 'config.json', true],
  ['a file further down', 'a/b/c', true],
  ['a name that begins with two dots', '..old/config.json', true],
  ['the folder above', '..', false],
  ['a file beside the folder', '../config.json', false],
  ['a way up and back', '../models/config.json', true],
  ['a folder whose name goes on', '../models-old/config.json', false],
])('%s', (_, file, expected) => expect(isWithin(folder, path.join(folder, file))).toBe(expected))
