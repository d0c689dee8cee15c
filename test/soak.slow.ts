/** A short soak; the long one is `npm run soak`. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { soak } from '../scripts/soak.ts'

test('ten kills at random moments change no number, cost at most a batch each, and leave nothing unreadable', async () => {
  const result = await soak({
    kills: 10,
    model: path.join(import.meta.dirname, '../demo/model'),
    items: [
      ['valley_piqa', 100],
      ['valley_wikitext', 3],
    ],
    seed: 7,
    batchTokens: 128,
  })
  expect(result).toMatchObject({ kills: 10, unreadable: [], differences: [] })
  expect(result.mostRepeatedByOneKill).toBeLessThanOrEqual(1)
  expect(result.batchesBegun).toBeGreaterThan(0)
  expect(result.readings).toBeGreaterThan(0)
})
