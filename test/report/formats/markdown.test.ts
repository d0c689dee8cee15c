import { expect, test } from 'vitest'
import { markdown } from '../../../src/report/formats/markdown.ts'
import { smallReport, twoTaskReport } from './reports.ts'

test('tables of GitHub’s Markdown with numbers to the right, then averages', () => {
  const lines = markdown.render(smallReport(), { columns: 40 }).split('\n')
  expect(lines[0]).toMatch(/^\| task \| metric \| items \| original \| variant \|\s+score \|\s+points \|\s+retention \|/u)
  expect(lines[1]).toMatch(/^\| -+ \| -+ \| -+: \| -+: \| -+ \| -+: \| -+: \| -+: \|/u)
  expect(lines[2]).toMatch(/^\| piqa\s+\| acc\s+\|\s+4 \|\s+75\.00 % \| pruned\s+\|\s+50\.00 % \|\s+−25\.0 \\?\[/u)
  expect(lines.filter((line) => line.startsWith('| wikitext'))).toHaveLength(1)
  const last = markdown.render(twoTaskReport(), { columns: 40 }).split('\n').at(-3)
  expect(last).toMatch(/^pruned, average of 2 tasks: 62\.50 % → 50\.00 %/u)
})

test('a name cannot end its cell or begin another line', () => {
  const text = markdown.render(smallReport('a | b\n# c <img>'), { columns: 40 })
  expect(text).toMatch(/a \\\| b # c \\<img>/u)
  expect(text).not.toMatch(/^# /mu)
})
