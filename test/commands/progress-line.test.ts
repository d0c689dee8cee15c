import { expect, test } from 'vitest'
import { minuteLine, progressLine } from '../../src/commands/progress-line.ts'

const state = { title: 'original · piqa', share: 0.419, detail: '1,017 tokens/s', left: '12 s' }

test.each([
  [100, 'original · piqa ████████░░░░░░░░░░░░  41 % · 1,017 tokens/s · 12 s left'],
  [60, 'original · piqa ████████░░░░░░░░░░░░  41 % · 12 s left'],
  [40, 'original · piqa  41 % · 12 s left'],
  [25, 'original · piqa  41 %'],
  [15, 'origina…  41 %'],
  [4, '41'],
])('on %d columns less is shown', (columns, line) => {
  expect(progressLine(state, columns).trimEnd()).toBe(line)
  expect(progressLine(state, columns).length).toBeLessThan(columns)
})

test('a line of a log has share, rate and time left, and what has no steps only its title', () => {
  expect(minuteLine(state)).toBe('original · piqa: 41 % · 1,017 tokens/s · 12 s left')
  expect(minuteLine({ title: 'original · piqa', share: 0 })).toBe('original · piqa: 0 %')
  expect(minuteLine({ title: 'original: loading', share: null })).toBe('original: loading')
  expect(progressLine({ title: 'original: loading', share: null }, 10)).toBe('original…')
})

test('what is not done is not 100 %', () => expect(minuteLine({ title: 'x', share: 0.9999 })).toBe('x: 99 %'))
