/** The program, interrupted by signals while it scores and while it reads rows. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { start } from './program.ts'
import { piqaRows, tinyModel, writeRows } from './tiny-model.ts'

test.each([
  ['Ctrl-C', ['SIGINT']],
  ['SIGTERM twice, as `timeout` sends it,', ['SIGTERM', 'SIGTERM']],
] as const)('%s ends the run within two seconds, keeps what was scored and says where it is', async (_name, signals) => {
  const model = tinyModel()
  const output = path.join(model, 'out')
  const rows = writeRows(model, 'piqa.jsonl', piqaRows(20_000))
  const { child, ended } = start([
    'run',
    '-m',
    `tiny=${model}`,
    '-t',
    'boolq,piqa',
    '--data',
    `piqa=${rows}`,
    '--data',
    `boolq=${writeRows(model, 'boolq.jsonl', [{ passage: 'p', question: 'q', label: 1 }])}`,
    '-o',
    output,
    '--batch-tokens',
    '16',
  ])
  await new Promise<void>((resolve) => child.stderr!.on('data', (chunk: Buffer) => chunk.toString().includes('boolq:') && setTimeout(resolve, 1500)))
  const pressedAt = performance.now()
  for (const [index, signal] of signals.entries()) setTimeout(() => child.kill(signal), index * 50)
  const { code, err } = await ended
  expect(performance.now() - pressedAt).toBeLessThan(2000)
  expect(err).toContain(`${signals[0]}: ending the run and writing what was scored. To force the end,`)
  expect(code).toBe(130)
  const [, file] = /interrupted; what was scored is in (\S+\.partial\.json)/u.exec(err)!
  const {
    results,
    evalharness: own,
    'n-samples': counts,
  } = JSON.parse(readFileSync(path.join(import.meta.dirname, '..', path.relative(path.join(import.meta.dirname, '..'), file!)), 'utf8'))
  expect(own.is_complete).toBe(false)
  expect(results.boolq['acc,none']).toBeTypeOf('number')
  expect(counts.piqa?.effective ?? 1).toBeLessThan(20_000)
})

test.each([300, 700, 1200])('Ctrl-C after %d ms, while rows are read and tokenized, ends as soon and writes nothing', async (delay) => {
  const model = tinyModel()
  const output = path.join(model, 'out')
  const { child, ended } = start([
    'run',
    '-m',
    `tiny=${model}`,
    '-t',
    'piqa',
    '--data',
    `piqa=${writeRows(model, 'piqa.jsonl', piqaRows(200_000))}`,
    '-o',
    output,
  ])
  await new Promise((resolve) => setTimeout(resolve, delay))
  const pressedAt = performance.now()
  child.kill('SIGINT')
  const { code, out, err } = await ended
  expect(performance.now() - pressedAt).toBeLessThan(2000)
  expect(out).toBe('')
  // Before the program has begun, the system ends it.
  const told = /^SIGINT: ending the run .*\ninterrupted before (?:it began|anything was scored); nothing was written\n$/u
  if (code !== null) expect({ code, err }).toEqual({ code: 130, err: expect.stringMatching(told) })
  expect(existsSync(output) ? readdirSync(output) : []).toEqual([])
})
