import { expect, test } from 'vitest'
import { rooflineShare, tokenEfficiency, workRecord, type TaskWork } from '../../src/store/work-record.ts'

const work = (changes: Partial<TaskWork> = {}): TaskWork => ({
  task: 'piqa',
  tokensAsked: 200,
  tokensDistinct: 100,
  tokensComputed: 125,
  layerPassesAsked: 400,
  layerPassesDistinct: 100,
  layerPassesComputed: 125,
  cachedCount: 0,
  operations: 3e9,
  engineMs: 1000,
  encodingMs: 5,
  peakGemmRate: 6e9,
  ...changes,
})

test('100 distinct tokens of 125 computed are an efficiency of 0.8; an interrupted run has none', () => {
  expect(tokenEfficiency(work())).toBe(0.8)
  expect(tokenEfficiency(work({ tokensComputed: 50 }))).toBeNull()
  expect(tokenEfficiency(work({ tokensDistinct: null }))).toBeNull()
})

test('3 GFLOP in a second are half of a peak of 6 GFLOP/s', () => {
  expect(rooflineShare(work())).toBe(0.5)
  expect(rooflineShare(work({ peakGemmRate: null }))).toBeNull()
})

test('tasks add up; what one of them does not know is not known of all', () => {
  const whole = { elapsedMs: { load: 1, tokenize: 1, plan: 1, engine: 1, roofline: 1, record: 1 }, firstScoreMs: 3, peakBytes: 7 }
  expect(workRecord([work(), work({ tokensAsked: null, peakGemmRate: 5e9 })], whole)).toMatchObject({
    tokensAsked: null,
    tokensDistinct: 200,
    layerPassesAsked: 800,
    layerPassesComputed: 250,
    operations: 6e9,
    peakGemmRate: 5e9,
    peakBytes: 7,
  })
})
