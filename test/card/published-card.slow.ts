/** The published card that this program was first made for, if it is at hand. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { citedRun } from '../../src/card/read/cited-run.ts'
import { readCard } from '../../src/card/read/read-card.ts'
import { checkCard } from '../../src/card/verify/check-card.ts'
import { renderCard } from '../../src/card/write/render-card.ts'
import { cardContents } from '../../src/card/write/card-contents.ts'
import { PROFILES } from '../../src/compare/status.ts'

const FILE = path.resolve(process.env['EVALHARNESS_SHARED'] ?? '../shared', 'card/model-card.md')
const isThere = existsSync(FILE)

describe.skipIf(!isThere)(`the published card${isThere ? '' : ` (skipped: no ${FILE})`}`, () => {
  const card = readCard(isThere ? readFileSync(FILE, 'utf8') : '', FILE)

  test('says six things that need no model to be seen', async () => {
    const { cells, findings } = await checkCard(card)
    expect(findings.map(({ id, kind }) => `${kind}: ${id}`)).toEqual([
      'wrong: cited-elsewhere',
      'misleading: below-chance-boolq',
      'note: over-chance',
      'note: full-splits',
      'wrong: parameters',
      'wrong: vocabulary',
      'misleading: perplexity-text',
      'misleading: statuses',
    ])
    expect(findings[2]!.text).toBe('Over chance the variant retains PIQA 53 %, BoolQ less than nothing, HellaSwag 44 %, MMLU (5-shot) 0.2 %.')
    expect(findings[4]!.text).toContain('26 layers are 6,261,271,040 of 8,190,735,360 parameters, 23.6 % fewer')
    expect(cells.filter(({ verdict }) => verdict === 'different').map(({ row }) => row)).toEqual(['Vocabulary Size', 'Parameters', 'Parameters'])
  })

  test('has no cell whose wrong digit goes unseen, but those that nothing in it decides', async () => {
    const signature = async (text: string) => {
      const { cells, findings } = await checkCard(readCard(text, FILE))
      return JSON.stringify([cells.filter(({ verdict }) => verdict === 'different'), findings.filter(({ kind }) => kind !== 'note')])
    }
    const lines = card.text.split('\n')
    const missed: string[] = []
    let planted = 0
    for (const [index, line] of lines.entries()) {
      // Names of models have digits too; they are not figures.
      if (!/^\s+value:|^\|(?! (?:Attribute|\*\*Base|Precision|-))/u.test(line)) continue
      for (const { index: column, 0: digit } of line.matchAll(/(?<!Qwen|Qwen3-|bfloat1|bfloat)\d/gu)) {
        const wrong = `${line.slice(0, column)}${(Number(digit) + 4) % 10}${line.slice(column + 1)}`
        planted++
        if ((await signature(lines.with(index, wrong).join('\n'))) === (await signature(card.text))) missed.push(wrong)
      }
    }
    expect(planted).toBeGreaterThan(150)
    // Other settings of the same search; perplexities and a score within the rounding of their quotients.
    expect(missed).toEqual([
      '| LOWEST_LAY (L) | 8 | Minimum layer index for merging |',
      '| HIGHEST_LAY (H) | 22 | Maximum layer index for merging |',
      '| THRESHOLD (T) | 0.25 | Cosine similarity threshold |',
      '| THRESHOLD (T) | 0.89 | Cosine similarity threshold |',
      '| Original (Qwen3-8B-Base) | 26.13 | 1.00× |',
      '| Pruned (this model) | 71.42 | **2.73×** |',
    ])
  })

  test('is reproduced cell by cell from its own figures with the profile card', async () => {
    const contents = cardContents(citedRun(card, 'original', FILE), [citedRun(card, 'variant', FILE)], { profile: PROFILES.card })
    const written = readCard(renderCard(card, contents), FILE)
    const cells = (head: string, text: typeof card) =>
      text.tables.filter((table) => table.head.includes(head)).map((table) => [table.head, ...table.rows.map((row) => row.cells)])
    for (const head of ['Benchmark', 'Use Case']) {
      expect(cells(head, card)).toHaveLength(1)
      expect(cells(head, written)).toEqual(cells(head, card))
    }
    const figures = (text: typeof card) => cells('Perplexity', text).map(([, ...rows]) => rows.map((row) => row.slice(1)))
    expect(figures(written)).toEqual(figures(card))
    const different = async (text: typeof card) => (await checkCard(text)).cells.filter(({ verdict }) => verdict === 'different').map(({ row }) => row)
    expect(await different(written)).toEqual(await different(card))
  })
})
