import { expect, test } from 'vitest'
import { markedBlocks, marker } from '../../src/text/marked-sections.ts'
import { markdownBody, paragraph } from '../../src/text/markdown.ts'

test('a section is between comments that Markdown does not show', () => {
  expect(marker('summary', 'begin')).toBe('<!-- evalharness:summary:begin -->')
  expect(markdownBody(markedBlocks('summary', [paragraph('x')]))).toBe('<!-- evalharness:summary:begin -->\n\nx\n\n<!-- evalharness:summary:end -->\n')
})
