import { expect, test } from 'vitest'
import { hasColors, painted } from '../../src/commands/paint.ts'
import { terminalOver } from '../../src/commands/terminal.ts'
import { withVerbosity } from '../../src/commands/verbosity.ts'

function over(env: Record<string, string>, isTTY = false) {
  const written: string[] = []
  const stream = { isTTY, columns: 90, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream
  return { terminal: terminalOver(stream, stream, new AbortController().signal, env), written }
}

test.each([
  [{}, false, 120],
  [{ COLUMNS: '200' }, false, 200],
  [{ COLUMNS: 'wide' }, false, 120],
  [{ COLUMNS: '200' }, true, 90],
])('with %j, on a terminal: %s, lines have %d columns', (env, isTTY, columns) => {
  expect(over(env as Record<string, string>, isTTY).terminal.columns).toBe(columns)
})

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ TERM: 'dumb' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
])('with %j, on a terminal: %s, colors: %s', (env, isTTY, colors) => expect(hasColors({ isTTY }, env)).toBe(colors))

test('results for people are colored, data and notices never', () => {
  const { terminal, written } = over({ FORCE_COLOR: '1' })
  terminal.show('│ ❌ regressed │\ngate failed: x')
  terminal.out('{"sign":"❌"}')
  terminal.err('❌ x')
  expect(written).toEqual(['│ \u001B[31m❌ regressed\u001B[39m │\n\u001B[31mgate failed\u001B[39m: x\n', '{"sign":"❌"}\n', '❌ x\n'])
})

test('text from files brings no color of its own', () => {
  const { terminal, written } = over({ FORCE_COLOR: '1' })
  terminal.show('\u001B[31mx')
  expect(written).toEqual(['\\u001b[31mx\n'])
  expect(painted('✅ at least Good │ x')).toBe('\u001B[32m✅ at least Good\u001B[39m │ x')
})

test('a text that ends as CSV does gets no other line end', () => {
  const { terminal, written } = over({})
  terminal.out('a,b\r\n')
  expect(written).toEqual(['a,b\r\n'])
})

test('--quiet silences notices and keeps errors; a command inside a quiet one stays quiet', () => {
  const { terminal, written } = over({})
  const quiet = withVerbosity(terminal, { quiet: true, verbose: false })
  const inner = withVerbosity(quiet, { quiet: false, verbose: false })
  inner.err('notice')
  inner.error('error')
  inner.out('result')
  expect(written).toEqual(['error\n', 'result\n'])
  expect(inner.verbosity).toBe('quiet')
  expect(() => withVerbosity(terminal, { quiet: true, verbose: true })).toThrow('--quiet and --verbose exclude each other')
})
