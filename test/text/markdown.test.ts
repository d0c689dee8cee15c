import { expect, test } from 'vitest'
import { alignedTable, heading, markdownBody, markdownDocument, paragraph, strongTable, table } from '../../src/text/markdown.ts'

test('untrusted text is escaped, code between backticks is not', () => {
  expect(markdownBody([paragraph('*a* <b> [c](d) `*e*`')])).toBe('\\*a\\* \\<b> \\[c]\\(d) `*e*`\n')
})

test('a pipe does not end a cell', () => expect(markdownBody([table([['a|b'], ['1']])])).toBe('| a\\|b |\n| ---- |\n| 1    |\n'))

test('a strong table has its first column strong below the head', () => {
  expect(
    markdownBody([
      strongTable([
        ['a', 'b'],
        ['1', '2'],
      ]),
    ]),
  ).toBe('| a     | b |\n| ----- | - |\n| **1** | 2 |\n')
})

test('columns of numbers are aligned to the right', () => {
  const columns = [
    { head: 'task', align: 'left' },
    { head: 'acc', align: 'right' },
  ] as const
  expect(markdownBody([alignedTable({ columns, rows: [['piqa', '1']] })])).toBe('| task | acc |\n| ---- | --: |\n| piqa |   1 |\n')
})

test('a document begins with its front matter', () => {
  expect(markdownDocument({ license: 'mit' }, [heading(1, 'A model')])).toBe('---\nlicense: mit\n---\n\n# A model\n')
})
