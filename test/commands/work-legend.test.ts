import { expect, test } from 'vitest'
import { layerLegend, tokenLegend } from '../../src/commands/work-legend.ts'

test('a legend explains the counts that the command prints, and no other', () => {
  expect(tokenLegend('planned')).toMatch(/^tokens: asked = .*, distinct = .*, planned = /u)
  expect(tokenLegend(null)).not.toContain('planned')
  expect(layerLegend('computed')).toMatch(/^layer passes: .* distinct = .*, computed = /u)
})
