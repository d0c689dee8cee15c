/** The fuzzer finds faults of each kind, and its targets accept a good input. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { fuzzTargets } from '../../scripts/fuzz/targets.ts'
import { fuzz } from './run-fuzz.ts'

test('it finds crashes, hangs, memory without end, paths outside, changed prototypes and mute errors, and goes on after each', () => {
  const { status, stdout, rows } = fuzz('--targets', path.join(import.meta.dirname, 'faulty-targets.ts'), '--inputs', '12', '--workers', '2')
  expect(status).toBe(1)
  expect(rows).toEqual({
    ...Object.fromEntries(
      ['crash', 'hang', 'heap', 'buffers', 'outside', 'outside-sync', 'prototype', 'exit', 'later', 'mute'].map((name) => [name, [1, 0, 0, 1]]),
    ),
    good: [1, 1, 0, 0],
    refusing: [1, 0, 1, 0],
  })
  for (const [name, cause] of [
    ['crash', 'SyntaxError'],
    ['hang', 'no answer within 10 s'],
    ['buffers', 'the process grew to 1'],
    ['outside', 'a path outside the folder given'],
    ['outside-sync', 'a path outside the folder given'],
    ['prototype', 'Object.prototype has polluted'],
    ['exit', 'the process died'],
    ['mute', 'an error without message or hint'],
  ])
    expect(stdout).toContain(`1 × ${name}: ${cause}`)
  expect(stdout).toContain('again: npm run fuzz -- --seed 1 --only crash --input 0')
}, 60_000)

test('every target reads its good input', () => {
  const { status, rows, stdout } = fuzz('--input', '0', '--workers', '2')
  expect({ status, stdout }).toMatchObject({ status: 0 })
  expect(Object.keys(rows)).toEqual(fuzzTargets().map(({ name }) => name))
  for (const [name, row] of Object.entries(rows)) expect(row, name).toEqual([1, 1, 0, 0])
}, 60_000)
