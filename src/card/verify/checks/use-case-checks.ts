/** Use cases: each repeats a status and a retention of the table of benchmarks. */
import { statusesOf, type StatusProfile } from '../../../compare/status.ts'
import { plainName } from '../../read/benchmark-name.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { Cell } from '../../read/printed-cell.ts'
import { statusText, useText } from '../../status-text.ts'
import type { CardContext } from '../card-context.ts'
import { checked, type CheckedCell } from '../checked-cell.ts'

/** Every use case. */
export function useCaseCells({ figures: { useCases, benchmarks }, profile }: CardContext): CheckedCell[] {
  const written = new Set(benchmarks.flatMap((row) => (row.status ? [plainName(writtenUse(row, row.status, profile))] : [])))
  return useCases.map((cell) => (written.has(plainName(cell.text)) ? checked(cell, 'a row of the table', true, cell.text) : otherUse(cell, benchmarks)))
}

/** What `card write` says of a row. */
function writtenUse({ retention }: BenchmarkRow, { text }: Cell, profile: StatusProfile): string {
  const status = statusesOf(profile).find((candidate) => plainName(statusText(candidate)) === plainName(text)) ?? { sign: '', name: text }
  return useText(status, retention && `${retention.value.toFixed(retention.digits)}%`, profile)
}

/** In an author's own form: a status of the table, and if it names a retention that of the same row. */
function otherUse(cell: Cell, benchmarks: readonly BenchmarkRow[]): CheckedCell {
  const retained = /(?:^|\D)(\d+(?:\.\d+)?)\s*%/u.exec(cell.text)?.[1]
  const words = withoutBrackets(cell.text).trim()
  if (retained === undefined) {
    const statuses = benchmarks.flatMap(({ status }) => (status ? [status.text] : []))
    const isKnown = statuses.includes(words) || /not recommended/iu.test(words)
    return checked(cell, 'a status of the table', isKnown, `one of ${statuses.join(', ')}, or Not recommended`)
  }
  const isRow = benchmarks.some(({ retention, status }) => retention?.value === Number(retained) && status?.text === words)
  const rows = benchmarks.map(({ status, retention }) => `${status?.text} ${retention?.text}`).join(', ')
  return checked(cell, 'a row of the table', isRow, `a status and retention of one of ${rows}`)
}

/** Without what is between the first opening and the last closing bracket. */
function withoutBrackets(text: string): string {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')]
  return open < 0 || close < open ? text : text.slice(0, open) + text.slice(close + 1)
}
