/** Tables of the page: in rows and columns on wide pages; on a phone a row is a card with the head of each column before its cell. */
import type { Interval } from '../../compare/comparison.ts'
import { markup, type Html } from '../markup.ts'
import { NONE } from '../numbers.ts'

/** A column's head; numbers are aligned to the right. */
export type Column = string | { readonly number: string }

/** A cell. */
export interface Cell {
  readonly content: Html
  readonly kind: 'head' | 'text' | 'variant' | 'number' | 'status' | 'hash'
  /** Rows that it spans. */
  readonly rowCount: number
}

/** A table with its caption. It scrolls within itself, with a hint, if it is wider than the page. Rows that lack cells lack the first ones. */
export function dataTable(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  return scrolling(
    caption,
    markup`<table class="cards">
      <caption>
        ${caption}
      </caption>
      ${tableHead(columns)}
      <tbody>
        ${rows.map((cells) => tableRow(cells, columns.slice(columns.length - cells.length)))}
      </tbody>
    </table>`,
  )
}

/** Something wide that scrolls within itself; the page's script shows the hint only if it does. */
export function scrolling(label: string, content: Html): Html {
  return markup`<div class="wide">
    <p class="hint" hidden>Scroll sideways to see all of it.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="${label}">${content}</div>
  </div>`
}

/** The row of heads. */
export function tableHead(columns: readonly Column[]): Html {
  return markup`<thead>
    <tr>
      ${columns.map((column) =>
        typeof column === 'string' ? markup`<th scope="col">${column}</th>` : markup`<th scope="col" class="number">${column.number}</th>`,
      )}
    </tr>
  </thead>`
}

function tableRow(cells: readonly Cell[], columns: readonly Column[]): Html {
  return markup`<tr>
    ${cells.map((cell, index) => tableCell(cell, columns[index]!))}
  </tr>`
}

function tableCell({ content, kind, rowCount }: Cell, column: Column): Html {
  const span: Html = { html: rowCount === 1 ? '' : ` rowspan="${rowCount}"` }
  if (kind === 'head') return markup`<th scope="${rowCount === 1 ? 'row' : 'rowgroup'}"${span}>${content}</th>`
  const label = typeof column === 'string' ? column : column.number
  const name: Html = kind === 'text' ? markup`` : markup` class="${kind}"`
  return markup`<td${name}${span} data-label="${label}">${content}</td>`
}

/** The head of a row, or of the rows of a task's variants. */
export function headCell(content: string | Html, rowCount = 1): Cell {
  return cell('head', content, rowCount)
}

/** A cell of text. */
export function textCell(content: string | Html, rowCount = 1): Cell {
  return cell('text', content, rowCount)
}

/** The label of a variant. */
export function variantCell(label: string): Cell {
  return cell('variant', label, 1)
}

/** A cell of a number; null is a dash. */
export function numberCell(content: string | Html | null, rowCount = 1): Cell {
  return cell('number', content ?? NONE, rowCount)
}

/** A status with its sign. */
export function statusCell(content: string | Html): Cell {
  return cell('status', content, 1)
}

/** Text in a font of one width, which may break anywhere. */
export function hashCell(text: string): Cell {
  return cell('hash', text, 1)
}

function cell(kind: Cell['kind'], content: string | Html, rowCount: number): Cell {
  return { kind, content: typeof content === 'string' ? markup`${content}` : content, rowCount }
}

/** A figure with its interval below it. */
export function withInterval(text: string, interval: Interval | null, format: (bound: number) => string): Html {
  return interval ? withDetail(text, `${format(interval[0])} to ${format(interval[1])}`) : markup`${text}`
}

/** A figure with a smaller line below it. */
export function withDetail(text: string, detail: string): Html {
  return detail === '' ? markup`${text}` : markup`${text}<span class="interval">${detail}</span>`
}
