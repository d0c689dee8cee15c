import path from 'node:path'
import { expect, test } from 'vitest'
import { shownPath } from '../../src/text/shown-path.ts'

test('a path below the current folder is shown relative to it, another one as it is', () => {
  expect(shownPath(path.resolve('results/a.json'))).toBe(path.join('results', 'a.json'))
  expect(shownPath(path.resolve('../elsewhere'))).toBe(path.resolve('../elsewhere'))
})
