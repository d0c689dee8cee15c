import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commandText } from '../../src/text/command-text.ts'

test.skipIf(process.platform === 'win32')('a shell reads the words that were given', () => {
  const words = ['plain', 'two words', "it's", '$HOME', '--data=a,b', '', '*']
  expect(
    execFileSync('sh', ['-c', `printf '%s\\n' ${commandText(words)}`], { encoding: 'utf8' })
      .split('\n')
      .slice(0, -1),
  ).toEqual(words)
})
