import { expect, test } from 'vitest'
import { stageClock } from '../../src/run/stage-clock.ts'

test('times of a stage add up, and failed work counts too', async () => {
  const clock = stageClock()
  clock.add('engine', 5)
  clock.add('engine', 7)
  expect(await clock.time('load', () => 3)).toBe(3)
  await expect(
    clock.time('plan', async () => {
      const until = performance.now() + 2
      while (performance.now() < until);
      throw new Error('its own')
    }),
  ).rejects.toThrow('its own')
  expect(clock.elapsedMs).toMatchObject({ engine: 12, tokenize: 0, roofline: 0 })
  expect(clock.elapsedMs.plan).toBeGreaterThanOrEqual(2)
})
