import { expect, test } from 'vitest'
import { fittingText, textWidth, textWithin } from '../../../src/report/charts/text-width.ts'

test('narrow letters are narrower than wide ones, and Chinese characters wider than Latin letters', () => {
  expect(textWidth('iiii')).toBeLessThan(textWidth('nnnn'))
  expect(textWidth('nnnn')).toBeLessThan(textWidth('mmmm'))
  expect(textWidth('模型')).toBeGreaterThan(textWidth('ab'))
})

test('a text that fits stays, another ends with an ellipsis and fits', () => {
  expect(textWithin('piqa', 100)).toBe('piqa')
  const cut = textWithin('a_task_with_a_very_long_name', 100)
  expect(cut).toMatch(/^a_task_with.*…$/u)
  expect(textWidth(cut)).toBeLessThanOrEqual(100)
})

test('an emoji of several code points is not cut in two', () => {
  expect(textWithin('👩‍🔬👩‍🔬👩‍🔬', 30)).toBe('👩‍🔬…')
})

test('a long text has smaller letters before it is cut', () => {
  const text = 'a_task_with_a_long_name'
  const width = textWidth(text)
  expect(fittingText(text, width)).toEqual({ shown: text, size: 12 })
  expect(fittingText(text, width * 0.75)).toEqual({ shown: text, size: 9 })
  expect(fittingText(text, width / 3)).toMatchObject({ shown: expect.stringMatching(/^a_task\w*…$/u), size: 8 })
})
