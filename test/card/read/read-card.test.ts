/** Cards as data: tables, names and figures. */
import { describe, expect, test } from 'vitest'
import { cardFigures } from '../../../src/card/read/card-figures.ts'
import { shotsOf, taskOf } from '../../../src/card/read/benchmark-name.ts'
import { citedRun } from '../../../src/card/read/cited-run.ts'
import { readCard } from '../../../src/card/read/read-card.ts'
import { checkCard } from '../../../src/card/verify/check-card.ts'
import { CardError } from '../../../src/errors.ts'
import { CARD } from '../card-fixture.ts'

const card = (text = CARD) => readCard(text, 'README.md')

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

  test('a table that lacks a column of scores is an error, a row that lacks a score is skipped', () => {
    expect(() => scores('| Benchmark | Pruned | Retention |', '| PIQA | 65.67% | 82.6% |')).toThrow(
      /the table of benchmarks in line 3 lacks a column of scores: it has Benchmark, Pruned, Retention/u,
    )
    expect(scores('| Benchmark | Original | Pruned | Retention |', '| PIQA | 79.54% |')).toEqual([])
  })

  test('a card with a benchmark twice is not a run', () => {
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
    await expect(checkCard(card(`${CARD}\n${table}`))).rejects.toThrow(/the card has 2 tables of benchmarks, in lines \d+ and \d+/u)
  })
})
