import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { progressOf } from '../../src/commands/progress.ts'
import type { Verbosity } from '../../src/commands/terminal.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function terminal({ isTTY = false, columns = 60, verbosity = 'normal' }: { isTTY?: boolean; columns?: number; verbosity?: Verbosity } = {}) {
  const lines: string[] = []
  const written: string[] = []
  const stream = { isTTY, columns, write: (text: string) => written.push(text) }
  const over = { errorStream: stream as unknown as NodeJS.WriteStream, err: (line: string) => void lines.push(line), verbosity }
  return { over, lines, written, stream }
}

test('without a terminal there is a line at the start, one a minute, and none after the end', () => {
  const { over, lines, written } = terminal()
  const progress = progressOf(over)
  progress.start({ title: 'm · piqa', total: 1, announcement: 'm · piqa: 400 requests' })
  vi.advanceTimersByTime(59_000)
  progress.update(0.25, '10 tokens/s')
  expect(lines).toEqual(['m · piqa: 400 requests'])
  vi.advanceTimersByTime(1000)
  progress.stop()
  vi.advanceTimersByTime(600_000)
  expect(lines).toEqual(['m · piqa: 400 requests', 'm · piqa: 25 % · 10 tokens/s · 2 min 56 s left'])
  expect(written).toEqual([])
})

test('on a terminal a bar is drawn on one line that fits, also after a change of its width, and removed', () => {
  const { over, lines, written, stream } = terminal({ isTTY: true })
  const progress = progressOf(over)
  progress.start({ title: 'm · piqa', total: 4, announcement: 'not here' })
  vi.advanceTimersByTime(10_000)
  progress.increment(2)
  vi.advanceTimersByTime(1000)
  expect(written.at(-1)).toBe('\rm · piqa ██████████░░░░░░░░░░  50 % · 9 s left\u001B[K')
  stream.columns = 30
  vi.advanceTimersByTime(1000)
  expect(written.at(-1)).toBe('\rm · piqa  50 % · 8 s left\u001B[K')
  progress.stop()
  expect(written.at(-1)).toBe('\r\u001B[K')
  expect(lines).toEqual([])
})

test('the time left falls while a step is computed; it is not shown before there is a share to estimate it from, nor when a step takes longer', () => {
  const { over, lines } = terminal()
  const progress = progressOf(over)
  progress.start({ title: 'm', total: 1 })
  vi.advanceTimersByTime(30_000)
  progress.update(0.01)
  vi.advanceTimersByTime(60_000)
  progress.update(0.5)
  vi.advanceTimersByTime(90_000)
  progress.stop()
  expect(lines).toEqual(['m: 1 %', 'm: 50 % · 1 min 0 s left', 'm: 50 %'])
})

test('--quiet draws and prints nothing', () => {
  const { over, lines, written } = terminal({ isTTY: true, verbosity: 'quiet' })
  const progress = progressOf(over)
  progress.start({ title: 'm', total: 1, announcement: 'm' })
  progress.update(0.5)
  vi.advanceTimersByTime(120_000)
  progress.stop()
  expect([lines, written]).toEqual([[], []])
})
