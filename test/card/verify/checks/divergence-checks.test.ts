/** A card's table of divergences: written, checked against itself, and compared with runs. */
import { expect, test } from 'vitest'
import { readCard } from '../../../../src/card/read/read-card.ts'
import { checkCard } from '../../../../src/card/verify/check-card.ts'
import { reproduceCard } from '../../../../src/card/verify/reproduce-card.ts'
import { cardContents } from '../../../../src/card/write/card-contents.ts'
import { renderCard } from '../../../../src/card/write/render-card.ts'
import type { Comparison } from '../../../../src/compare/comparison.ts'
import { PROFILES } from '../../../../src/compare/status.ts'
import { divergenceLine } from '../../../divergences.ts'
import { choiceTask, storedRun } from '../../../stored-runs.ts'

const contents = cardContents(storedRun('base', [choiceTask('piqa', [1, 0, 1])]), [storedRun('nf4', [choiceTask('piqa', [1, 0, 0])])], {
  profile: PROFILES.default,
})
const [model] = contents.models
const divergences = [divergenceLine('piqa'), divergenceLine(null, { kl: { ...divergenceLine(null).cells[0]!.kl, median: 3.2e-6 } })]
const compared: Comparison = { ...model!.comparison, divergences }
const written = renderCard(readCard('# Mine\n', 'README.md'), { ...contents, models: [{ ...model!, comparison: compared }] })
const verdictsOf = async (text: string) => {
  const { cells } = await checkCard(readCard(text, 'README.md'), undefined, undefined)
  return cells.filter(({ table }) => table === 'divergence').map(({ row, column, verdict }) => `${row}, ${column}: ${verdict}`)
}

test('a written table has markers and its figures, and agrees with itself', async () => {
  expect(written).toMatch(/## Divergence from the Original\n\n<!-- evalharness:divergence:begin -->\n\n\| Task/u)
  const row = /\| PIQA +\| 240 .*/u.exec(written)![0]
  expect(row.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'PIQA',
    '240',
    '0.0125 \\[0.0100, 0.0150]',
    '0.00200',
    '0.120',
    '0.500',
    '97.50% \\[95.0, 99.0]',
    '',
  ])
  expect(written).toMatch(/\| all tasks .*3\.2e-6/u)
  const verdicts = await verdictsOf(written)
  expect(verdicts).toHaveLength(10)
  expect(verdicts.filter((verdict) => !verdict.endsWith('equal'))).toEqual([])
})

test.each([
  ['a mean outside its interval', '0.0125 ', '0.0225 ', 'PIQA, Mean KL: different'],
  ['a percentile below the median', '0.120', '0.001', 'PIQA, 99 % KL: different'],
  ['a share that is not a count of positions', '97.50%', '97.60%', 'PIQA, Same top token: different'],
])('%s is wrong', async (_, before, after, verdict) => {
  expect(await verdictsOf(written.replace(before, after))).toContain(verdict)
})

test('runs with the same divergences reproduce it; those without have none', () => {
  const verdicts = (comparison: Comparison) =>
    reproduceCard(readCard(written, 'README.md'), comparison)
      .filter(({ table }) => table === 'divergence')
      .map(({ verdict }) => verdict)
  expect(verdicts(compared)).toEqual(Array.from({ length: 12 }, () => 'equal'))
  expect(verdicts({ ...compared, divergences: [divergenceLine('piqa', { kl: { ...divergenceLine(null).cells[0]!.kl, value: 0.2 } })] })).toContain('different')
  expect(verdicts({ ...compared, divergences: [] })).toEqual(Array.from({ length: 12 }, () => 'not reproducible'))
})
