import { expect, test } from 'vitest'
import { isSameMeasure, perplexityRows } from '../../../src/card/read/perplexity-rows.ts'

const table = (head: readonly string[], ...rows: readonly (readonly string[])[]) =>
  ({ head, rows: rows.map((cells, index) => ({ cells, line: 3 + index })) }) as unknown as Parameters<typeof perplexityRows>[0]

test('the first row of a measure is the original’s; rows without a figure are left out', () => {
  const rows = perplexityRows(
    table(
      ['Model', 'Measure', 'Items', 'Perplexity', 'Ratio'],
      ['base', 'WikiText, word perplexity', '62', '12.30', '–'],
      ['pruned', 'WikiText, word perplexity', '62', '24.60', '2.00×'],
      ['base', 'WikiText, byte perplexity', '62', '1.5', '–'],
      ['pruned', 'WikiText, byte perplexity', '62', 'not measured', '–'],
    ),
    'perplexity',
  )
  expect(rows.map(({ model, side, measure, perplexity, ratio }) => [model, side, measure?.metric, perplexity.value, ratio?.value])).toEqual([
    ['base', 'original', 'word_perplexity', 12.3, undefined],
    ['pruned', 'variant', 'word_perplexity', 24.6, 2],
    ['base', 'original', 'byte_perplexity', 1.5, undefined],
  ])
  expect([isSameMeasure(rows[0]!, rows[1]!), isSameMeasure(rows[0]!, rows[2]!)]).toEqual([true, false])
})

test('without a measure the text and unit are not known; bits per byte name the text alone', () => {
  expect(perplexityRows(table(['Model', 'Perplexity'], ['base', '12.3']), 'perplexity')).toMatchObject([{ measure: null, items: '', side: 'original' }])
  expect(perplexityRows(table(['Model', 'Text', 'Bits per byte'], ['base', 'WikiText', '0.71']), 'bits per byte')).toMatchObject([
    { measure: { task: 'wikitext', metric: 'bits_per_byte' } },
  ])
})

test('a text is the task of its title', () => {
  const measures = (...names: readonly string[]) =>
    perplexityRows(table(['Model', 'Measure', 'Perplexity'], ...names.map((name) => ['base', name, '12.3'])), 'perplexity').map(({ measure }) => measure)
  expect(measures('LAMBADA, perplexity', 'WikiText-2 in windows, token perplexity', 'My Text (b), word perplexity')).toEqual([
    { task: 'lambada_openai', metric: 'perplexity' },
    { task: 'wikitext2_gptq', metric: 'token_perplexity' },
    { task: 'my text (b)', metric: 'word_perplexity' },
  ])
})
