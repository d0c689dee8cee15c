import { expect, test } from 'vitest'
import { statusText } from '../../../src/report/html/signs.ts'
import { PROFILES } from '../../../src/compare/status.ts'

test.each(Object.values(PROFILES).flatMap(({ cuts, nearChance }) => [...cuts, ...(nearChance ? [nearChance] : [])]))('$sign $name has a drawing', (status) => {
  const { html } = statusText(status)
  expect(html).toMatch(/^<svg class="sign (?:good|warning|bad)" /u)
  expect(html).toMatch(new RegExp(`</svg> ${status.name}$`, 'u'))
})

test('a sign without a drawing stays text, and a name is not markup', () => {
  expect(statusText({ sign: '🎉', name: 'Done' }).html).toBe('🎉 Done')
  expect(statusText({ sign: '✅', name: '<b>' }).html).toContain('&lt;b&gt;')
})
