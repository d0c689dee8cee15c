import { expect, test } from 'vitest'
import { cannotWrite } from '../../src/io/cannot-write.ts'

const HINT = 'Give a writable folder with --output DIR.'

test.each([
  ['EACCES', HINT],
  ['ENOSPC', 'Free disk space, or give a writable folder with --output DIR.'],
  ['EDQUOT', 'Free disk space, or give a writable folder with --output DIR.'],
])('the hint of %s is: %s', (code, hint) => {
  const cause = Object.assign(new Error(`${code}: the reason`), { code })
  expect(cannotWrite('results to x', cause, HINT)).toMatchObject({ code: 'STORE', message: `cannot write results to x: ${code}: the reason`, hint, cause })
})
