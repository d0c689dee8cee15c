import { expect, test } from 'vitest'
import { layerLegend, tokenLegend } from '../../src/commands/work-legend.ts'

test('a legend explains the counts that the command prints, and no other', () => {
  expect(tokenLegend()).toMatch(/^tokens: asked = .*, distinct = .*, planned = /u)
  expect(tokenLegend({ withPlanned: false })).not.toContain('planned')
  expect(layerLegend()).toMatch(/^layer passes: .* distinct = .*, planned = /u)
})
