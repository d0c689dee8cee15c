import { expect, test } from 'vitest'
import { hasColors, painted } from '../../src/commands/paint.ts'

const ESC = '\u001B'

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { FORCE_COLOR: 'false' }, false],
])('a terminal %s with %j', (isTTY, environment, expected) => expect(hasColors({ isTTY }, environment)).toBe(expected))

test.each([
  ['│ ✅ Excellent │', `│ ${ESC}[32m✅ Excellent${ESC}[39m │`],
  ['⚠️ Fair, and more', `${ESC}[33m⚠️ Fair${ESC}[39m, and more`],
  ['❌', `${ESC}[31m❌${ESC}[39m`],
  ['gate failed: 1 rule', `${ESC}[31mgate failed${ESC}[39m: 1 rule`],
  ['x\nevalharness: no', `x\n${ESC}[31mevalharness:${ESC}[39m no`],
  ['the gate failed: a model', 'the gate failed: a model'],
  ['plain', 'plain'],
])('%j', (text, colored) => expect(painted(text)).toBe(colored))
