import { expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import type { Terminal } from '../../src/commands/terminal.ts'
import { withVerbosity } from '../../src/commands/verbosity.ts'

test('--quiet prints errors alone, --verbose more, and neither leaves it as it was', () => {
  const said: string[] = []
  const terminal = { err: (text: string) => said.push(text), error: (text: string) => said.push(`! ${text}`), verbosity: 'normal' } as unknown as Terminal
  const quiet = withVerbosity(terminal, { quiet: true, verbose: false })
  quiet.err('a notice')
  quiet.error('an error')
  expect([said, quiet.verbosity]).toEqual([['! an error'], 'quiet'])
  expect(withVerbosity(terminal, { quiet: false, verbose: true }).verbosity).toBe('verbose')
  expect(withVerbosity(quiet, { quiet: false, verbose: false })).toBe(quiet)
})

test('both are refused', () => expect(() => withVerbosity({} as Terminal, { quiet: true, verbose: true })).toThrow(UsageError))
