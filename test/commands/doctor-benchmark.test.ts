import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { BenchmarkRecord } from '../../src/benchmark/record.ts'
import { runCommandLine } from '../../src/commands/command-line.ts'
import type { Terminal } from '../../src/commands/terminal.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** Nothing is printed before work starts. */
const nothing = (text: string) => expect(text).toBe('')
const terminal: Terminal = {
  out: nothing,
  show: nothing,
  err: nothing,
  error: nothing,
  errorStream: process.stderr,
  verbosity: 'normal',
  columns: 120,
  signal: new AbortController().signal,
}

test.each([
  [['--device', 'cpu'], '--device needs --benchmark', 'Run evalharness doctor --benchmark --device'],
  [['--json', 'x.json'], '--json x.json: without --benchmark doctor writes no file', 'redirect the output'],
  [['--benchmark', '--device', 'gpu0'], 'unknown device "gpu0"', 'or one of cpu, cuda'],
  [['--benchmark', '--device', 'auto'], '--device auto chooses one device', 'Leave --device out'],
  [['--benchmark', '--model-size', '7b'], 'unknown --model-size "7b"', 'Supported: 1m, 135m, 1b, 8b.'],
  [['--benchmark', '--budget', '0'], '--budget 0 is not a number of seconds above 0', 'Give for example --budget 240.'],
  [['--benchmark', '--items', '1.5'], '--items 1.5 is not a whole number from 1', 'Give for example --items'],
  [['--benchmark', '--suspects', 'memory'], 'unknown --suspects "memory"', 'Supported: attention, head, batch.'],
  [['--benchmark', '--data-dir', 'nowhere'], 'no such folder: --data-dir nowhere', 'leave the option out'],
])('doctor %j is refused before work starts', async (args, message, hint) => {
  await expect(runCommandLine(['doctor', ...args], terminal)).rejects.toThrow(
    expect.objectContaining({ message: expect.stringContaining(message), hint: expect.stringContaining(hint) }),
  )
})

test('a record that could not be written is refused before minutes are spent', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'taken'))
  await expect(runCommandLine(['doctor', '--benchmark', '--device', 'cpu', '--json', path.join(folder, 'taken')], terminal)).rejects.toThrow(
    expect.objectContaining({ code: 'STORE', message: expect.stringContaining('it is a folder') }),
  )
  expect(readdirSync(folder)).toEqual(['taken'])
})

test('skipped steps are named; progress goes to standard error, tables to standard output, the record to a file', { tags: ['slow'] }, async () => {
  const file = path.join(temporaryFolder(), 'new', 'cpu.json')
  const { code, out, err } = await evalharness('doctor', '--benchmark', '--device', 'cpu', '--model-size', '1m', '--budget', '0.1', '--json', file)
  expect(code).toBe(0)
  expect(err.trimEnd().split('\n')).toEqual(['looking for devices', 'self-test of cpu', `written: ${file}`])
  expect(out).toMatch(/^evalharness \S+, onnxruntime 1\.\d+\.\d+, Node v/u)
  expect(out).toContain('\n## cpu\n')
  expect(out).toContain('Left out: llama in float32 (no time left); ')
  const { format, budgetSeconds, devices } = JSON.parse(readFileSync(file, 'utf8')) as BenchmarkRecord
  expect([format, budgetSeconds, devices.map(({ device }) => device)]).toEqual([1, 0.1, ['cpu']])
  expect(devices[0]!.leftOut.map(({ what }) => what)).toEqual([
    ...['llama', 'mistral', 'qwen2', 'qwen3', 'built-in tasks'].map((name) => `${name} in float32`),
    'loading a random 1m model in float32',
  ])
})

test('a device that was named and does not work is reported, and the rest goes on', { tags: ['slow'] }, async () => {
  const { code, out } = await evalharness('doctor', '--benchmark', '--device', 'dml,cpu', '--model-size', '1m', '--budget', '0.1', '--json')
  const { devices } = JSON.parse(out) as BenchmarkRecord
  expect(code).toBe(2)
  expect(devices.map(({ device, selfTest }) => [device, selfTest.works])).toEqual([
    ['dml', false],
    ['cpu', true],
  ])
})
