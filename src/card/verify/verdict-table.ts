/** What verifying a card says on the terminal: cells with verdicts, then findings in sentences. */
import Table from 'cli-table3'
import { cellText } from '../../text/fitting-table.ts'
import type { ReproducedCell } from './reproduce-card.ts'
import type { CardVerdict } from './verify-card.ts'

/** Lines of text; cells that are right are only counted unless `all`. */
export function cardVerdictTable({ cells, findings }: CardVerdict, reproduced: readonly ReproducedCell[], { all = false } = {}): string {
  const counted = (verdict: string) => cells.filter((cell) => cell.verdict === verdict).length
  const shown = all ? cells : cells.filter(({ verdict }) => verdict === 'different')
  const rows = shown.map(({ line, table, row, column, text, verdict, check, expected }) => [
    line,
    `${table}: ${row}, ${column}`,
    text,
    verdict,
    `${check}: ${expected}`,
  ])
  return [
    ...(rows.length > 0 ? [plainTable(['line', 'cell', 'says', 'verdict', 'should be'], rows)] : []),
    `${cells.length} checks of cells: ${counted('equal')} equal, ${counted('different')} different, ${counted('cited')} with nothing to hold them against`,
    ...(reproduced.length > 0
      ? [
          plainTable(
            ['line', 'cell', 'says', 'verdict', 'measured'],
            reproduced.map(({ line, row, column, text, verdict, measured }) => [line, `${row}, ${column}`, text, verdict, measured]),
          ),
        ]
      : []),
    ...findings.map(({ id, kind, text }) => `${SIGNS[kind]} ${text} (${id})`),
  ].join('\n')
}

const SIGNS = { wrong: '❌', misleading: '⚠️', note: '·' } as const

function plainTable(head: string[], rows: (string | number)[][]): string {
  const table = new Table({ head, style: { head: [], border: [], compact: true } })
  table.push(...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cellText(cell) : cell))))
  return table.toString()
}
