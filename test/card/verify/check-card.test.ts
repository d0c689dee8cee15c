/** Cards verified from themselves. */
import { describe, expect, test } from 'vitest'
import { readCard } from '../../../src/card/read/read-card.ts'
import { parseConfig } from '../../../src/model/config/config.ts'
import { checkCard } from '../../../src/card/verify/check-card.ts'
import { PROFILES } from '../../../src/compare/status.ts'
import { CARD, CONFIG } from '../card-fixture.ts'

const card = (text = CARD) => readCard(text, 'README.md')
const different = async (text: string) => (await checkCard(card(text))).cells.filter(({ verdict }) => verdict === 'different')

describe('a card is verified', () => {
  test('and nothing is wrong with a card that is right', async () => {
    const { cells, findings } = await checkCard(card())
    expect(cells.filter(({ verdict }) => verdict !== 'equal')).toEqual([])
    expect(cells).toHaveLength(30)
    expect(findings.map(({ id, kind }) => [id, kind])).toEqual([
      ['over-chance', 'note'],
      ['full-splits', 'note'],
      ['statuses', 'note'],
    ])
  })

  /** Every digit of every cell of every table, and of the model-index, changed in turn. */
  const digits = CARD.split('\n').flatMap((line, lineIndex) =>
    (line.startsWith('|') && !line.startsWith('|---')) || line.includes('value:')
      ? [...line.matchAll(/\d/gu)].map(({ index, 0: digit }) => ({ lineIndex, column: index, digit: Number(digit), line }))
      : [],
  )

  test('and a wrong digit in each cell in turn is caught, but in those that nothing in a card decides', { tags: ['slow'] }, async () => {
    const missed: string[] = []
    for (const { lineIndex, column, digit, line } of digits) {
      const lines = CARD.split('\n')
      lines[lineIndex] = `${line.slice(0, column)}${(digit + 4) % 10}${line.slice(column + 1)}`
      if ((await different(lines.join('\n'))).length === 0) missed.push(lines[lineIndex])
    }
    expect(digits).toHaveLength(90)
    // Other settings give the same search; any threshold below the similarities does; another count out of the items rounds to the
    // same retention, another perplexity to the same ratio. What catches these is a run.
    expect(missed).toEqual([
      '| LOWEST_LAY (L) | 8 | Minimum |',
      '| HIGHEST_LAY (H) | 22 | Maximum |',
      '| THRESHOLD (T) | 0.25 | Cosine |',
      '| THRESHOLD (T) | 0.89 | Cosine |',
      '| Original | 26.13 | 1.00× |',
      '| Pruned | 71.42 | **2.73×** |',
      '| **BoolQ** | 83.03% | 65.02% | 78.3% | ✅ Good |',
    ])
  })

  test('a score that is not a count of the split is a finding', async () => {
    const { findings } = await checkCard(card(CARD.replace('79.54%', '79.52%')))
    expect(findings).toContainEqual(expect.objectContaining({ id: 'not-a-count', kind: 'wrong', text: expect.stringContaining('PIQA 79.52%') }))
  })

  test('and an original at chance has no share over chance', async () => {
    for (const score of ['50.00%', '46.00%']) {
      const { findings } = await checkCard(card(CARD.replace('79.54%', score)))
      expect(findings.find(({ id }) => id === 'over-chance')!.text).toContain('PIQA nothing, as the original has none')
    }
  })

  test('individual similarities may end a sentence', async () => {
    expect(await different(CARD.replace('`[0.9500, 0.9600, 0.9700]`', '0.9500, 0.9600, 0.9700. In bfloat16: 0.9492, 0.9609, 0.9688.'))).toEqual([])
  })

  test.each([
    ['~0.93M', []],
    ['0.9M (reduced from 1.2M)', []],
    ['933,440', []],
    ['1.1M', ['~0.9M']],
    ['~0.01B', ['~0.00B']],
    ['1,000', ['933,440']],
  ])('parameters may be printed in any unit: %s', async (text, expected) => {
    const model = parseConfig({ ...CONFIG, num_hidden_layers: 36 }, 'config.json')
    const cells = (
      await checkCard(card(CARD.replace('| **Compression** | 27.8% |', `| **Compression** | 27.8% |\n| Parameters | ${text} |`)), undefined, model)
    ).cells
    expect(cells.filter(({ row, verdict }) => row === 'Parameters' && verdict === 'different').map(({ expected }) => expected)).toEqual(expected)
  })

  test('and a score above 100 % is wrong', async () => {
    const wrong = await different(CARD.replace('79.54%', '179.54%'))
    expect(wrong.map(({ column, check }) => [column, check])).toContainEqual(['Original', 'a number of correct items'])
  })

  test('and a base model that is one of a list is known', async () => {
    const text = CARD.replace('base_model: example/base-9b', 'base_model:\n- Qwen/Qwen3-8B-Base')
    expect((await checkCard(card(text))).findings.map(({ id }) => id)).toContain('parameters')
  })

  test('and a model-index in shares says the same; one of other shots does not', async () => {
    expect(await different(CARD.replace('value: 65.67', 'value: 0.6567'))).toEqual([])
    const shots = CARD.replace('**PIQA**', '**PIQA** (5-shot)').replace('Accuracy (Normalized)', 'Accuracy (0-shot)')
    expect((await different(shots)).map(({ text, check, expected }) => [text, check, expected])).toEqual([
      ['Accuracy (0-shot)', 'shots of the table', '5-shot'],
    ])
  })

  test('and settings in a model-index are those of the table, if both say', async () => {
    const withArgs = (args: string, items: string) =>
      CARD.replace('      type: piqa\n', `      type: piqa\n      args: ${args}\n`)
        .replace('| Benchmark | Original', '| Benchmark | Items | Original')
        .replace('|---|---|---|---|---|\n| **PIQA** |', `|---|---|---|---|---|---|\n| **PIQA** (5-shot) | ${items} |`)
        .replace('| **BoolQ** |', '| **BoolQ** | 3,270 |')
    const wrongArgs = async (args: string, items = '1,838') => (await different(withArgs(args, items))).map(({ row, column, text }) => [row, column, text])
    expect(await wrongArgs('{ num_few_shot: 5, num_items: 1838 }')).toEqual([])
    expect(await wrongArgs('{ limit: 1838 }')).toEqual([])
    expect(await wrongArgs('[1]')).toEqual([])
    expect(await wrongArgs('{ num_few_shot: 0, num_items: 1,838, limit: 30 }', '1,838 (limit 2000)')).toEqual([
      ['PIQA', 'num_few_shot', '0'],
      ['PIQA', 'num_items', '1'],
      ['PIQA', 'limit', '30'],
    ])
  })

  test('and a ratio is inside its interval', async () => {
    const ratio = (interval: string) => CARD.replace('**2.73×**', `**2.73×** [${interval}]`)
    expect(await different(ratio('2.61, 2.85'))).toEqual([])
    expect((await different(ratio('2.81, 2.95'))).map(({ row, column, check }) => [row, column, check])).toEqual([['Pruned', 'Ratio', 'within its interval']])
  })

  test('and what it says of its base is compared with the front matter and config.json', async () => {
    const text = `${CARD.replace('example/base-9b', 'Qwen/Qwen3-8B-Base')}
| Attribute | Value |
|---|---|
| Base Model | [Qwen3-9B-Base](https://huggingface.co/x) |
| Vocabulary Size | 151,669 |
| Max Context Length | 32,769 tokens |
`
    expect((await different(text)).map(({ row, expected }) => [row, expected])).toEqual([
      ['Base Model', 'Qwen/Qwen3-8B-Base'],
      ['Vocabulary Size', '151,936'],
      ['Max Context Length', '32768'],
    ])
  })

  test('and layers without number do not exhaust the machine', async () => {
    const wrong = await different(CARD.replace('Layers** | 36', 'Layers** | 3600000000').replace('(H) | 28', '(H) | 2800000000'))
    expect(wrong.length).toBeGreaterThan(0)
  })

  test('and a score below the majority class is a finding, with the word that it deserves', async () => {
    const { findings } = await checkCard(
      card(
        CARD.replaceAll('65.02', '61.77')
          .replaceAll('78.3%', '74.3%')
          .replaceAll('✅ Good (74.3%', '⚠️ Acceptable (74.3%')
          .replace('74.3% | ✅ Good', '74.3% | ⚠️ Acceptable'),
      ),
    )
    expect(findings.map(({ id }) => id)).toContain('below-chance-boolq')
    expect(findings.find(({ id }) => id === 'statuses')?.text).toContain('BoolQ is Near random')
  })

  test('by another profile', async () => {
    const { cells } = await checkCard(card(CARD.replaceAll('✅ Good', '✅ Excellent')), PROFILES.default)
    expect(cells.filter(({ verdict, column }) => verdict === 'different' && column === 'Status').length).toBeGreaterThan(0)
  })
})
