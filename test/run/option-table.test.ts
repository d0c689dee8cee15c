/** Tables of options: what values become, and what is refused. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { UsageError } from '../../src/errors.ts'
import {
  choiceOr,
  flag,
  list,
  listOptions,
  parseOptions,
  parseStrictly,
  positional,
  text,
  textOrOff,
  validOptions,
  wholeNumberOr,
} from '../../src/run/option-table.ts'

const table = z.object({
  file: positional({ description: 'A file' }),
  maxLength: wholeNumberOr(8, 2, { aliases: ['l'], description: 'A length' }),
  names: list({ description: 'Names' }),
  rule: choiceOr('mean', ['mean', 'last'], { description: 'A rule' }),
  cache: textOrOff({ description: 'A folder' }),
  note: text({ description: 'A note' }),
  loud: flag({ description: 'Be loud' }),
})

test('defaults are filled in, and unknown fields are dropped', () => {
  expect(parseOptions(table, { file: 'x', 'max-length': 3, $0: 'evalharness' })).toEqual({ file: 'x', maxLength: 8, names: [], rule: 'mean', loud: false })
})

test('an option has its name on the command line, and the facts that help and reference print', () => {
  const [file, maxLength] = listOptions(table)
  expect(file).toMatchObject({ key: 'file', name: 'file', facts: { isPositional: true, isRequired: true } })
  expect(maxLength).toMatchObject({ key: 'maxLength', name: 'max-length', facts: { kind: 'number', aliases: ['l'], default: 8 } })
})

describe('refused, with the option and its value', () => {
  test.each([
    [{ file: 'x', maxLength: 1 }, '--max-length 1 is not a whole number from 2'],
    [{ file: 'x', maxLength: NaN }, '--max-length NaN is not a whole number from 2'],
    [{ file: 'x', maxLength: [3, 4] }, '--max-length is given 2 times'],
    [{ file: 'x', note: '' }, '--note is empty'],
    [{ file: 'x', names: ['a', ''] }, '--names is empty'],
    [{ file: 'x', rule: 'median' }, '--rule median is not one of mean, last'],
    [{ file: 'x', cache: true }, '--cache true is not a text'],
    [{}, 'no file given'],
  ])('%j', (given, message) => {
    expect(() => parseOptions(table, given)).toThrow(UsageError)
    expect(() => parseOptions(table, given)).toThrow(message)
  })
})

test('a misspelled option in a program is an error', () => {
  expect(() => parseStrictly(table, { file: 'x', maxLenght: 3 })).toThrow('unknown option "maxLenght"')
  expect(parseStrictly(table, { file: 'x', maxLength: 3 })).toMatchObject({ maxLength: 3 })
})

test('invalid values can be replaced by defaults', () => {
  expect(validOptions(table, { file: 'x', maxLength: [1, 2], note: 'n' })).toMatchObject({ file: 'x', maxLength: 8, note: 'n' })
})
