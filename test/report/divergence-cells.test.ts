import { expect, test } from 'vitest'
import { divergenceTable, natsText } from '../../src/report/divergence-cells.ts'
import { divergenceLine, runSummary } from '../divergences.ts'

test.each([
  [0, '0'],
  [3.18e-6, '3.2e−6'],
  [0.01234, '0.0123'],
  [1.234, '1.23'],
  [123.4, '123'],
])('%j nats are %j', (value, text) => expect(natsText(value)).toBe(text))

test('a row has the figures of a task and variant; the last is that of all tasks', () => {
  const { rows } = divergenceTable({ divergences: [divergenceLine('piqa'), divergenceLine(null)], variants: [runSummary('nf4')] })
  expect(rows).toEqual([
    ['piqa', 'nf4', '240', '0.0125 [0.0100, 0.0150]', '0.00200', '0.120', '0.500', '97.5 % [95.0, 99.0]', '−0.40, 2.10', '0.9988', '0.00150'],
    ['all tasks', 'nf4', '240', '0.0125 [0.0100, 0.0150]', '0.00200', '0.120', '0.500', '97.5 % [95.0, 99.0]', '−0.40, 2.10', '0.9988', '0.00150'],
  ])
})
