import { expect, test } from 'vitest'
import { withGivenValues } from '../../src/commands/lm-eval-command.ts'

const VALIDATE = ['evalharness', 'run', '--tasks', 'NAME', '--dry-run']

test.each([
  [[], VALIDATE],
  [
    ['--tasks', 'piqa'],
    ['evalharness', 'run', '--tasks', 'piqa', '--dry-run'],
  ],
  [['--tasks=piqa,boolq'], ['evalharness', 'run', '--tasks', 'piqa,boolq', '--dry-run']],
  [
    ['-t', 'piqa', 'boolq', '--other', 'x'],
    ['evalharness', 'run', '--tasks', 'piqa,boolq', '--dry-run'],
  ],
  [
    ['--include_path', './mine', '--tasks', 'own'],
    ['evalharness', 'run', '--tasks', 'own', '--dry-run', '--include-path', './mine'],
  ],
  [['piqa', '--tasks'], VALIDATE],
])('%j', (args, command) => expect(withGivenValues(VALIDATE, args)).toEqual(command))

test('a command that names no tasks takes the folder alone', () => {
  expect(withGivenValues(['evalharness', 'tasks', '--all'], ['--tasks', 'piqa', '--include-path=./mine'])).toEqual([
    'evalharness',
    'tasks',
    '--all',
    '--include-path',
    './mine',
  ])
})
