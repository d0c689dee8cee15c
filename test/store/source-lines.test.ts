import path from 'node:path'
import { expect, test } from 'vitest'
import { sourceLines } from '../../src/store/source-lines.ts'
import { storedRun } from '../stored-runs.ts'

test('a run of a folder with several runs names each file with its tasks, by a path that can be pasted', () => {
  const sources = [
    { file: path.resolve('runs/model/results_b.json'), tasks: ['piqa'], newestOf: 2 },
    { file: '../runs/model/results_a.json', tasks: ['boolq'], newestOf: 1 },
    { file: '/r/model/results_a.json', tasks: ['mmlu'], newestOf: 1 },
  ]
  expect(sourceLines(storedRun('x', [], { sources }))).toEqual([
    'x: piqa from runs/model/results_b.json, the newest of 2 runs',
    'x: boolq from ../runs/model/results_a.json',
    'x: mmlu from /r/model/results_a.json',
  ])
})

test('a run of one file has no line', () => expect(sourceLines(storedRun('x', [], { sources: [{ file: 'a.json', tasks: ['piqa'] }] }))).toEqual([]))
