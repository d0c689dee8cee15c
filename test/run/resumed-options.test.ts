import { expect, test } from 'vitest'
import { otherOptions } from '../../src/run/resumed-options.ts'
import { scoringOptions } from '../../src/run/run-options.ts'

test('what differs from the defaults is told as the command line has it', () => {
  const given = { model: ['a=./a'], tasks: ['piqa'], dataDir: 'my data', data: ['piqa=a', 'boolq=b'], limit: 20, cache: false, divergence: true, seed: 0 }
  expect(otherOptions(scoringOptions.parse({ ...given, numFewshot: { piqa: 0 } }))).toEqual([
    "--data-dir 'my data'",
    '--data piqa=a',
    '--data boolq=b',
    `--num-fewshot '{"piqa":0}'`,
    '--limit 20',
    '--divergence',
    '--no-cache',
  ])
})
