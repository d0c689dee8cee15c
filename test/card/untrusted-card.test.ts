/** Cards whose text is hostile. */
import type { Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { gfmTable } from 'micromark-extension-gfm-table'
import { describe, expect, test } from 'vitest'
import { cardContents } from '../../src/card/write/card-contents.ts'
import { readCard } from '../../src/card/read/read-card.ts'
import { cardVerdictTable } from '../../src/card/verify/verdict-table.ts'
import { checkCard } from '../../src/card/verify/check-card.ts'
import { renderCard } from '../../src/card/write/render-card.ts'
import { CardError } from '../../src/errors.ts'
import { choiceTask, storedRun, textTask } from '../stored-runs.ts'
import { CARD } from './card-fixture.ts'

describe('an untrusted card', () => {
  const names = [
    'a | b',
    '<img src=x onerror=alert(1)>',
    '`code` | x',
    '[a](javascript:alert(1))',
    '**bold** _x_',
    'x --> <script>y</script>',
    '\\| x',
    '&lt;b&gt;',
    '# head',
  ]

  test.each(names)('a model called %j stays one cell of text in the tables that are written', (name) => {
    const text = renderCard(
      readCard('# card\n', 'README.md'),
      cardContents(storedRun(name, [choiceTask('piqa', [1, 1, 0]), textTask('wikitext', [{ logProb: -1, weight: 1 }])]), [
        storedRun(`b ${name}`, [choiceTask('piqa', [0, 1, 1]), textTask('wikitext', [{ logProb: -2, weight: 1 }])]),
      ]),
    )
    const written = readCard(text, 'README.md')
    expect(written.tables.map(({ head }) => head.length)).toEqual([2, 5, 7])
    expect(written.tables[1]!.rows.map(({ cells }) => cells.length)).toEqual([5, 5])
    // The text between backticks is code.
    expect(written.tables[1]!.rows[0]!.cells[0]).toBe(`Original (${name.replaceAll('`', '')})`)
    const html: string[] = []
    const walk = (node: Nodes) => {
      if (node.type === 'html') html.push(node.value)
      if ('children' in node) node.children.forEach(walk)
    }
    walk(fromMarkdown(text.slice(text.indexOf('# card')), { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] }))
    expect(html.filter((value) => !/^<!-- evalharness:(?:[a-z-]+:(?:begin|end)|card [^<>]*) -->$/u.test(value))).toEqual([])
  })

  // The parser of Markdown takes until its time limit.
  test.each([
    ['quotes in quotes', `${'> '.repeat(20_000)}a`],
    ['lists in lists', `${'- '.repeat(20_000)}a`],
  ])('%s is a CardError', { tags: ['slow'] }, (_, text) => expect(() => readCard(text, 'README.md')).toThrow(CardError))

  test.each([
    ['front matter in lists', `---\n${'- '.repeat(20_000)}a\n---\n`],
    [
      'front matter that grows',
      `---\na: &a [x, x, x, x]\n${Array.from(
        { length: 8 },
        (_, level) =>
          `${'b'.repeat(level + 1)}: &${'b'.repeat(level + 1)} [${Array(9)
            .fill(level === 0 ? '*a' : `*${'b'.repeat(level)}`)
            .join(', ')}]`,
      ).join('\n')}\n---\n`,
    ],
    ['front matter that holds itself', '---\na: &a\n  b: *a\n---\n'],
  ])('%s is a CardError', (_, text) => expect(() => readCard(text, 'README.md')).toThrow(CardError))

  test.each(['constructor', 'toString', '__proto__'])('a base model called %s is not a known one', async (base) => {
    const { findings } = await checkCard(readCard(CARD.replace('example/base-9b', base), 'README.md'))
    expect(findings.map(({ id }) => id)).not.toContain('parameters')
  })

  // The parsed card is changed, for the time that Markdown takes is limited elsewhere.
  test.each(['(', '0', ' ', '5 ', ',', '"'])('cells of two hundred thousand characters are checked, made of %j', async (run) => {
    const long = `x${run.repeat(200_000 / run.length)}x`
    const { tables, ...rest } = readCard(CARD, 'README.md')
    const longCell = (text: string) => (text === 'PIQA' || text === '✅ Good (82.6% retained)' ? long : text)
    const changed = tables.map((table) => ({ ...table, rows: table.rows.map((row) => ({ ...row, cells: row.cells.map(longCell) })) }))
    const verdict = await checkCard({ ...rest, tables: changed })
    expect(verdict.cells.some(({ text, verdict: cell }) => text === long && cell === 'different')).toBe(true)
    expect(cardVerdictTable(verdict, [], { all: true }).length).toBeLessThan(100_000)
  })
})
