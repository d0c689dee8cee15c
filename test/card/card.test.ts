/** Cards read, verified from themselves, and written. */
import type { Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { gfmTable } from 'micromark-extension-gfm-table'
import { describe, expect, test } from 'vitest'
import { cardFigures } from '../../src/card/read/card-figures.ts'
import { shotsOf, taskOf } from '../../src/card/read/benchmark-name.ts'
import { cardContents } from '../../src/card/write/card-contents.ts'
import { citedRun } from '../../src/card/read/cited-run.ts'
import { evalResultFiles } from '../../src/card/write/eval-results.ts'
import { readCard } from '../../src/card/read/read-card.ts'
import { reproduceCard } from '../../src/card/verify/reproduce-card.ts'
import { parseConfig } from '../../src/model/config/config.ts'
import { cardVerdictTable } from '../../src/card/verify/verdict-table.ts'
import { verifyCard } from '../../src/card/verify/verify-card.ts'
import { writeCard } from '../../src/card/write/write-card.ts'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { PROFILES } from '../../src/compare/status.ts'
import { CardError } from '../../src/errors.ts'
import { choiceTask, storedRun, textTask } from '../stored-runs.ts'
import { CARD, CONFIG } from './card-fixture.ts'

const card = (text = CARD) => readCard(text, 'README.md')
const different = async (text: string) => (await verifyCard(card(text))).cells.filter(({ verdict }) => verdict === 'different')

describe('a card is read', () => {
  test('with its tables, their headings and lines', () => {
    const { tables, frontMatter } = card()
    expect(tables.map(({ heading, rows }) => [heading, rows.length])).toEqual([
      ['Model Summary', 4],
      ['Model Summary', 2],
      ['Pruning', 6],
      ['Pruning', 4],
      ['Similarity', 3],
      ['Perplexity on WikiText', 2],
      ['Results', 2],
    ])
    const { rows } = tables.at(-1)!
    expect(rows[0]!.cells).toEqual(['PIQA', '79.54%', '65.67%', '82.6%', '✅ Good'])
    expect(CARD.split('\n')[rows[0]!.line - 1]).toContain('**PIQA**')
    expect(frontMatter?.document.get('base_model')).toBe('example/base-9b')
  })

  test('without front matter, and with line ends of Windows', () => {
    expect(card('# A\n\n| Benchmark | Retention |\n|---|---|\n| x | 1 |\n').frontMatter).toBeNull()
    const windows = card(CARD.replaceAll('\n', '\r\n'))
    expect(windows.tables).toHaveLength(7)
    expect(windows.frontMatter?.document.get('base_model')).toBe('example/base-9b')
  })

  test.each([
    ['front matter that does not end', '---\na: 1\n# A', 'does not end'],
    ['front matter that is not YAML', '---\na: [1\n---\n# A', 'is not YAML'],
  ])('but not with %s', (_, text, message) => {
    expect(() => card(text)).toThrow(CardError)
    expect(() => card(text)).toThrow(message)
  })

  test.each([
    ['PIQA', 'piqa', null],
    ['MMLU (5-shot)', 'mmlu', 5],
    ['HellaSwag (acc_norm, 10-shot)', 'hellaswag', 10],
    ['Hella Swag', 'hellaswag', null],
    ['cais/mmlu', 'mmlu', null],
    ['MMLU-Pro (5-shot)', 'mmlu-pro', 5],
    ['arc_easy', 'arc_easy', null],
  ])('%s is the task %s with %s shots', (name, task, shots) => expect([taskOf(name), shotsOf(name)]).toEqual([task, shots]))

  const scores = (head: string, row: string) => cardFigures(card(`# A\n\n${head}\n${head.replaceAll(/[^|]+/gu, '-')}\n${row}\n`)).benchmarks

  test.each([
    ['percents', '| Benchmark | Original | Pruned | Retention |', '| PIQA | 79.54% | 65.67% | 82.6% |'],
    ['percents without a sign', '| Benchmark | Original | Pruned | Retention |', '| PIQA | 79.54 | 65.67 | 82.6 |'],
    ['shares', '| Benchmark | Original | Pruned | Retention |', '| PIQA | 0.7954 | 0.6567 | 82.6% |'],
    ['columns under the names of models', '| Benchmark | Base-9B | Base-9B-cut | Retention |', '| PIQA | 79.54% | 65.67% | 82.6% |'],
    ['columns the other way round', '| Benchmark | Pruned | Original | Retention |', '| PIQA | 65.67% | 79.54% | 82.6% |'],
    ['no retention', '| Benchmark | Original | Pruned |', '| PIQA | 79.54% | 65.67% |'],
  ])('scores as %s', (_, head, row) =>
    expect(scores(head, row).map(({ task, original, variant }) => [task, original.value, variant.value])).toEqual([['piqa', 79.54, 65.67]]),
  )

  test('a table that lacks a column of scores is an error, a row that lacks a score is no row', () => {
    expect(() => scores('| Benchmark | Pruned | Retention |', '| PIQA | 65.67% | 82.6% |')).toThrow(
      /the table of benchmarks in line 3 lacks a column of scores: it has Benchmark, Pruned, Retention/u,
    )
    expect(scores('| Benchmark | Original | Pruned | Retention |', '| PIQA | 79.54% |')).toEqual([])
  })

  test('a benchmark twice cannot stand as a run', () => {
    const twice = card(CARD.replace('| **BoolQ** | 83.09%', '| **PIQA** (5-shot) | 83.09%'))
    expect(() => citedRun(twice, 'original', 'README.md')).toThrow(/README\.md has piqa twice, in lines \d+ and \d+/u)
  })

  test('shots that a card names are those of its run', () => {
    const { tasks } = citedRun(card(CARD.replace('**PIQA**', '**PIQA** (5-shot)')), 'original', 'README.md')
    expect(tasks.map(({ name, shotCount }) => [name, shotCount])).toEqual([
      ['piqa', 5],
      ['boolq', 0],
      ['perplexity', null],
    ])
  })

  test('two tables of benchmarks are an error that names both lines', async () => {
    const table = CARD.slice(CARD.indexOf('| Benchmark'), CARD.indexOf('Closing'))
    await expect(verifyCard(card(`${CARD}\n${table}`))).rejects.toThrow(/the card has 2 tables of benchmarks, in lines \d+ and \d+/u)
  })
})

describe('a card is verified', () => {
  test('and nothing is wrong with a card that is right', async () => {
    const { cells, findings } = await verifyCard(card())
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

  test('and a wrong digit in each cell in turn is caught, but in those that nothing in a card decides', async () => {
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

  test('and a score that is no count of the split is a finding', async () => {
    const { findings } = await verifyCard(card(CARD.replace('79.54%', '79.52%')))
    expect(findings).toContainEqual(expect.objectContaining({ id: 'not-a-count', kind: 'wrong', text: expect.stringContaining('PIQA 79.52%') }))
  })

  test('and an original at chance has no share over chance', async () => {
    for (const score of ['50.00%', '46.00%']) {
      const { findings } = await verifyCard(card(CARD.replace('79.54%', score)))
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
      await verifyCard(card(CARD.replace('| **Compression** | 27.8% |', `| **Compression** | 27.8% |\n| Parameters | ${text} |`)), undefined, model)
    ).cells
    expect(cells.filter(({ row, verdict }) => row === 'Parameters' && verdict === 'different').map(({ expected }) => expected)).toEqual(expected)
  })

  test('and a score above 100 % is wrong', async () => {
    const wrong = await different(CARD.replace('79.54%', '179.54%'))
    expect(wrong.map(({ column, check }) => [column, check])).toContainEqual(['Original', 'a number of correct items'])
  })

  test('and a base model that is one of a list is known', async () => {
    const text = CARD.replace('base_model: example/base-9b', 'base_model:\n- Qwen/Qwen3-8B-Base')
    expect((await verifyCard(card(text))).findings.map(({ id }) => id)).toContain('parameters')
  })

  test('and a model-index in shares says the same; one of other shots does not', async () => {
    expect(await different(CARD.replace('value: 65.67', 'value: 0.6567'))).toEqual([])
    const shots = CARD.replace('**PIQA**', '**PIQA** (5-shot)').replace('Accuracy (Normalized)', 'Accuracy (0-shot)')
    expect((await different(shots)).map(({ text, check, expected }) => [text, check, expected])).toEqual([
      ['Accuracy (0-shot)', 'shots of the table', '5-shot'],
    ])
  })

  test('and what it says of its base is held against the front matter and config.json', async () => {
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
    const { findings } = await verifyCard(
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
    const { cells } = await verifyCard(card(CARD.replaceAll('✅ Good', '✅ Excellent')), PROFILES.default)
    expect(cells.filter(({ verdict, column }) => verdict === 'different' && column === 'Status').length).toBeGreaterThan(0)
  })
})

describe('a card is held against runs', () => {
  const outcomes = (count: number, right: number) => Array.from({ length: count }, (_, item) => Number(item < right))
  const run = (label: string, right: number) => {
    const task = choiceTask('piqa', outcomes(1838, right))
    return storedRun(label, [
      {
        ...task,
        scores: [{ ...task.scores[0]!, metric: 'acc_norm' }],
        items: task.items!.map((item) => ({ ...item, values: { acc_norm: item.values['acc']! } })),
      },
    ])
  }

  test('cell by cell', () => {
    const verdicts = reproduceCard(card(), compareRuns(run('a', 1462), [run('b', 1190)]))
    expect(verdicts.filter(({ row }) => row === 'PIQA').map(({ column, verdict }) => [column, verdict])).toEqual([
      ['Original', 'equal'],
      ['Pruned', 'within'],
      ['Retention', 'within'],
    ])
    expect(verdicts.filter(({ row }) => row === 'BoolQ').map(({ verdict }) => verdict)).toEqual(['not reproducible', 'not reproducible', 'not reproducible'])
    expect(verdicts.find(({ table }) => table === 'perplexity')).toMatchObject({ verdict: 'not reproducible' })
    expect(reproduceCard(card(), compareRuns(run('a', 1462), [run('b', 900)]))[1]!.verdict).toBe('different')
  })
})

describe('a card is written', () => {
  const comparison = cardContents(citedRun(card(), 'original', 'README.md'), [citedRun(card(), 'variant', 'README.md')], { profile: PROFILES.card })
  const markers = (name: string) => [`<!-- evalharness:${name}:begin -->`, `<!-- evalharness:${name}:end -->`] as const
  const withMarkers = CARD.replace(/\| Benchmark[\s\S]*?\n\n/u, `${markers('benchmarks').join('\nold\n')}\n\n`)

  test('from a card’s own figures its benchmark table comes out cell by cell', () => {
    const written = writeCard(card(withMarkers), comparison)
    const cells = (text: string) =>
      readCard(text, 'x')
        .tables.filter(({ head }) => head[0] === 'Benchmark')
        .map(({ head, rows }) => [head, rows.map((row) => row.cells)])
    expect(cells(written)).toEqual(cells(CARD))
  })

  test('between its markers and in the model-index, and every other byte stays', () => {
    const written = writeCard(card(withMarkers), comparison)
    const outside = (text: string) =>
      text
        .replace(/model-index:[\s\S]*?(?=language:)/u, '')
        .replaceAll(/<!-- evalharness:([a-z-]+):begin -->[\s\S]*?<!-- evalharness:\1:end -->/gu, '')
        .replace(/\| Use Case[\s\S]*?\|(?=\n\n)/u, '')
        .replace(/\| Model \| Perplexity[\s\S]*?\|(?=\n\n)/u, '')
    expect(outside(written)).toBe(outside(withMarkers))
    expect(written).toContain("license: apache-2.0 # as the base's")
    expect(written).toContain('language: # last, and kept\n- en\n---\n')
  })

  test('twice is the same as once', () => {
    const once = writeCard(card(withMarkers), comparison)
    expect(writeCard(card(once), comparison)).toBe(once)
  })

  test('with line ends of Windows', () => {
    const written = writeCard(card(withMarkers.replaceAll('\n', '\r\n')), comparison)
    expect(written.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test('without front matter or markers: both are made', () => {
    const written = writeCard(card('# Mine\n'), comparison)
    expect(written).toMatch(/^---\nmodel-index:\n {2}- name: variant\n[\s\S]*---\n\n# Mine\n\n## Use Cases\n\n<!-- evalharness:use-cases:begin -->/u)
    expect(readCard(written, 'x').frontMatter?.document.toJS()).toMatchObject({
      'model-index': [{ results: [{ dataset: { type: 'piqa' }, metrics: [{ value: 65.67 }] }, {}, {}] }],
    })
  })

  test('with perplexities of named texts in one table and bits per byte in their own, which verify', async () => {
    const run = (label: string, nats: number) => {
      const task = textTask('wikitext', [{ logProb: -100 * nats, weight: 100 }])
      return storedRun(label, [{ ...task, items: null, scores: [...task.scores, { metric: 'bits_per_byte', value: nats / 4, standardError: null }] }])
    }
    const compared = compareRuns(run('base', 3), [run('cut', 4)])
    const written = card(writeCard(card('# Mine\n'), cardContents(run('base', 3), [run('cut', 4)])))
    expect(written.tables.map(({ heading, head, rows }) => [heading, head, ...rows.map(({ cells }) => cells)])).toEqual([
      [
        'Perplexity Results',
        ['Model', 'Measure', 'Items', 'Perplexity', 'Ratio'],
        ['Original (base)', 'WikiText, word perplexity', '1', '20.09', '1.00×'],
        ['Pruned (cut)', 'WikiText, word perplexity', '1', '54.60', '2.72×'],
      ],
      [
        'Bits per Byte',
        ['Model', 'Text', 'Items', 'Bits per byte', 'Ratio'],
        ['Original (base)', 'WikiText', '1', '0.7500', '1.00×'],
        ['Pruned (cut)', 'WikiText', '1', '1.0000', '1.33×'],
      ],
    ])
    const { cells, findings } = await verifyCard(written)
    expect(cells.map(({ table, verdict }) => [table, verdict])).toEqual([
      ['model-index', 'equal'],
      ['model-index', 'equal'],
      ['perplexity', 'equal'],
      ['perplexity', 'equal'],
      ['bits per byte', 'equal'],
      ['bits per byte', 'equal'],
    ])
    expect(findings).toEqual([])
    expect(reproduceCard(written, compared).map(({ verdict }) => verdict)).toEqual(['equal', 'equal', 'equal', 'equal', 'equal', 'equal'])
    expect(reproduceCard(written, compareRuns(run('base', 3), [run('cut', 5)])).map(({ verdict }) => verdict)).toEqual([
      'equal',
      'different',
      'different',
      'equal',
      'different',
      'different',
    ])
  })

  test('under the name that its model-index has, beside results on other datasets', () => {
    const other = '  - dataset:\n      type: gsm8k\n    metrics:\n    - type: exact_match\n      value: 12.5\n'
    const index = readCard(writeCard(card(CARD.replace('language:', `${other}language:`)), comparison), 'x').frontMatter?.document.toJS()['model-index']
    expect(index[0].name).toBe('Example')
    expect(index[0].results.map(({ dataset }: { dataset: { type: string } }) => dataset.type)).toEqual(['piqa', 'boolq', 'perplexity', 'gsm8k'])
  })

  test('behind a byte order mark, and after blank lines that stay', () => {
    expect(writeCard(card('\uFEFF# Mine\n'), comparison)).toMatch(/^\uFEFF---\nmodel-index:/u)
    expect(writeCard(card('# Mine  \n\n\n'), comparison)).toContain('---\n\n# Mine  \n\n\n## Use Cases\n')
  })

  test.each([
    ['in braces', '---\n{ license: mit }\n---\n'],
    ['that is a sentence', '---\nhello\n---\n'],
    ['whose other keys use the old index', '---\nmodel-index: &index []\nresults: *index\n---\n'],
  ])('not into front matter %s', (_, text) => expect(() => writeCard(card(text), comparison)).toThrow(CardError))

  test('where its tables stand, with markers around them, under the headings that they have', async () => {
    const written = writeCard(card(), comparison)
    const headings = (text: string) => text.split('\n').filter((line) => line.startsWith('#'))
    expect(headings(written)).toEqual(headings(CARD))
    expect(written.match(/<!-- evalharness:[a-z-]+:begin -->/gu)).toEqual(
      ['use-cases', 'perplexity', 'benchmarks'].map((name) => `<!-- evalharness:${name}:begin -->`),
    )
    expect((await verifyCard(card(written))).cells.filter(({ verdict }) => verdict === 'different')).toEqual([])
    expect(writeCard(card(written), comparison)).toBe(written)
  })

  test.each([
    ['is not closed', withMarkers.replace(markers('benchmarks')[1], '')],
    ['stands the wrong way round', withMarkers.replace(markers('benchmarks')[0], '').concat(markers('benchmarks')[0])],
    ['stands twice', withMarkers.concat(markers('benchmarks').join('\n'))],
  ])('not where a marker %s', (_, text) => expect(() => writeCard(card(text), comparison)).toThrow(CardError))

  test('with the hub’s result files', () => {
    expect(evalResultFiles(comparison)[0]).toEqual({
      name: '.eval_results/piqa.yaml',
      text: '- dataset:\n    id: baber/piqa\n    task_id: piqa\n  value: 65.67\n  notes: acc_norm, 0 shots, model card\n',
    })
  })
})

describe('a card of a stranger', () => {
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
    const text = writeCard(
      readCard('# card\n', 'README.md'),
      cardContents(storedRun(name, [choiceTask('piqa', [1, 1, 0]), textTask('wikitext', [{ logProb: -1, weight: 1 }])]), [
        storedRun(`b ${name}`, [choiceTask('piqa', [0, 1, 1]), textTask('wikitext', [{ logProb: -2, weight: 1 }])]),
      ]),
    )
    const written = readCard(text, 'README.md')
    expect(written.tables.map(({ head }) => head.length)).toEqual([2, 5, 7])
    expect(written.tables[1]!.rows.map(({ cells }) => cells.length)).toEqual([5, 5])
    // What stands between backticks is code, whose text is what is between them.
    expect(written.tables[1]!.rows[0]!.cells[0]).toBe(`Original (${name.replaceAll('`', '')})`)
    const html: string[] = []
    const walk = (node: Nodes) => {
      if (node.type === 'html') html.push(node.value)
      if ('children' in node) node.children.forEach(walk)
    }
    walk(fromMarkdown(text.slice(text.indexOf('# card')), { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] }))
    expect(html.filter((value) => !/^<!-- evalharness:(?:[a-z-]+:(?:begin|end)|card [^<>]*) -->$/u.test(value))).toEqual([])
  })

  test.each([
    ['quotes in quotes', `${'> '.repeat(20_000)}a`],
    ['lists in lists', `${'- '.repeat(20_000)}a`],
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
    const { findings } = await verifyCard(readCard(CARD.replace('example/base-9b', base), 'README.md'))
    expect(findings.map(({ id }) => id)).not.toContain('parameters')
  })

  test('cells of two hundred thousand characters are read and told, which by a quadratic pattern would take minutes', async () => {
    for (const run of ['(', '0', ' ', '5 ', ',', '"']) {
      const card = readCard(
        CARD.replace('✅ Good (82.6% retained)', `x${run.repeat(200_000 / run.length)}x`).replace('**PIQA**', `x${run.repeat(200_000 / run.length)}x`),
        'README.md',
      )
      expect(cardVerdictTable(await verifyCard(card), [], { all: true }).length).toBeLessThan(100_000)
    }
  })
})
