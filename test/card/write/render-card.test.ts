/** Tables and model-index put into a card. */
import { describe, expect, test } from 'vitest'
import { cardContents } from '../../../src/card/write/card-contents.ts'
import { citedRun } from '../../../src/card/read/cited-run.ts'
import { evalResultFiles } from '../../../src/card/write/eval-results.ts'
import { readCard } from '../../../src/card/read/read-card.ts'
import { reproduceCard } from '../../../src/card/verify/reproduce-card.ts'
import { checkCard } from '../../../src/card/verify/check-card.ts'
import { renderCard } from '../../../src/card/write/render-card.ts'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import type { Comparison } from '../../../src/compare/comparison.ts'
import { PROFILES } from '../../../src/compare/status.ts'
import { CardError } from '../../../src/errors.ts'
import { storedRun, textTask } from '../../stored-runs.ts'
import { CARD } from '../card-fixture.ts'

const card = (text = CARD) => readCard(text, 'README.md')

describe('a card is written', () => {
  const comparison = cardContents(citedRun(card(), 'original', 'README.md'), [citedRun(card(), 'variant', 'README.md')], { profile: PROFILES.card })
  const markers = (name: string) => [`<!-- evalharness:${name}:begin -->`, `<!-- evalharness:${name}:end -->`] as const
  const withMarkers = CARD.replace(/\| Benchmark[\s\S]*?\n\n/u, `${markers('benchmarks').join('\nold\n')}\n\n`)

  test('from a card’s own figures its benchmark table comes out cell by cell', () => {
    const written = renderCard(card(withMarkers), comparison)
    const cells = (text: string) =>
      readCard(text, 'x')
        .tables.filter(({ head }) => head[0] === 'Benchmark')
        .map(({ head, rows }) => [head, rows.map((row) => row.cells)])
    expect(cells(written)).toEqual(cells(CARD))
  })

  test('between its markers and in the model-index, and every other byte stays', () => {
    const written = renderCard(card(withMarkers), comparison)
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
    const once = renderCard(card(withMarkers), comparison)
    expect(renderCard(card(once), comparison)).toBe(once)
  })

  test('with line ends of Windows', () => {
    const written = renderCard(card(withMarkers.replaceAll('\n', '\r\n')), comparison)
    expect(written.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test('without front matter or markers: both are made', () => {
    const written = renderCard(card('# Mine\n'), comparison)
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
    const written = card(renderCard(card('# Mine\n'), cardContents(run('base', 3), [run('cut', 4)])))
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
    const { cells, findings } = await checkCard(written)
    expect(cells.map(({ table, verdict }) => [table, verdict])).toEqual([
      ['model-index', 'equal'],
      ['model-index', 'equal'],
      ['model-index', 'equal'],
      ['perplexity', 'equal'],
      ['perplexity', 'equal'],
      ['bits per byte', 'equal'],
      ['bits per byte', 'equal'],
    ])
    expect(findings).toEqual([])
    const verdicts = (comparison: Comparison) => reproduceCard(written, comparison).map(({ column, verdict }) => `${column}: ${verdict}`)
    expect(verdicts(compared)).toEqual([
      'Items: equal',
      'Perplexity: equal',
      'Items: equal',
      'Perplexity: equal',
      'Ratio: equal',
      'Items: equal',
      'Bits per byte: equal',
      'Items: equal',
      'Bits per byte: equal',
      'Ratio: equal',
    ])
    expect(verdicts(compareRuns(run('base', 3), [run('cut', 5)]))).toEqual([
      'Items: equal',
      'Perplexity: equal',
      'Items: equal',
      'Perplexity: different',
      'Ratio: different',
      'Items: equal',
      'Bits per byte: equal',
      'Items: equal',
      'Bits per byte: different',
      'Ratio: different',
    ])
  })

  test('under the name that its model-index has, beside results on other datasets', () => {
    const other = '  - dataset:\n      type: gsm8k\n    metrics:\n    - type: exact_match\n      value: 12.5\n'
    const index = readCard(renderCard(card(CARD.replace('language:', `${other}language:`)), comparison), 'x').frontMatter?.document.toJS()['model-index']
    expect(index[0].name).toBe('Example')
    expect(index[0].results.map(({ dataset }: { dataset: { type: string } }) => dataset.type)).toEqual(['piqa', 'boolq', 'perplexity', 'gsm8k'])
  })

  test('behind a byte order mark, and after blank lines that stay', () => {
    expect(renderCard(card('\uFEFF# Mine\n'), comparison)).toMatch(/^\uFEFF---\nmodel-index:/u)
    expect(renderCard(card('# Mine  \n\n\n'), comparison)).toContain('---\n\n# Mine  \n\n\n## Use Cases\n')
  })

  test.each([
    ['in braces', '---\n{ license: mit }\n---\n'],
    ['that is a sentence', '---\nhello\n---\n'],
    ['whose other keys use the old index', '---\nmodel-index: &index []\nresults: *index\n---\n'],
  ])('not into front matter %s', (_, text) => expect(() => renderCard(card(text), comparison)).toThrow(CardError))

  test('where its tables are, with markers around them, under the headings that they have', async () => {
    const written = renderCard(card(), comparison)
    const headings = (text: string) => text.split('\n').filter((line) => line.startsWith('#'))
    expect(headings(written)).toEqual(headings(CARD))
    expect(written.match(/<!-- evalharness:[a-z-]+:begin -->/gu)).toEqual(
      ['use-cases', 'perplexity', 'benchmarks'].map((name) => `<!-- evalharness:${name}:begin -->`),
    )
    expect((await checkCard(card(written))).cells.filter(({ verdict }) => verdict === 'different')).toEqual([])
    expect(renderCard(card(written), comparison)).toBe(written)
  })

  test.each([
    ['is not closed', withMarkers.replace(markers('benchmarks')[1], '')],
    ['is the wrong way round', withMarkers.replace(markers('benchmarks')[0], '').concat(markers('benchmarks')[0])],
    ['appears twice', withMarkers.concat(markers('benchmarks').join('\n'))],
  ])('not if a marker %s', (_, text) => expect(() => renderCard(card(text), comparison)).toThrow(CardError))

  test('with the hub’s result files', () => {
    expect(evalResultFiles(comparison)[0]).toEqual({
      name: '.eval_results/piqa.yaml',
      text: '- dataset:\n    id: baber/piqa\n    task_id: piqa\n  value: 65.67\n  notes: acc_norm, 0 shots, model card\n',
    })
  })
})
