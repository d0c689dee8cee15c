/** Tables of the page. */
import type { Interval } from '../../compare/comparison.ts'
import { markup, type Html } from '../markup.ts'
import { NONE } from '../numbers.ts'

/** A column's head; numbers are aligned to the right. */
export type Column = string | { readonly number: string }

/** A table that scrolls within itself if the page is narrow. */
export function scrollTable(caption: string, columns: readonly Column[], rows: readonly Html[]): Html {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      ${tableHead(columns)}
      <tbody>
        ${rows}
      </tbody>
    </table>
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

/** The head of a row, or of the rows of a task's variants. */
export function headCell(text: string, rowCount = 1): Html {
  return markup`<th scope="${rowCount === 1 ? 'row' : 'rowgroup'}"${rowSpan(rowCount)}>${text}</th>`
}

/** A cell of text. */
export function textCell(text: string, rowCount = 1): Html {
  return markup`<td${rowSpan(rowCount)}>${text}</td>`
}

/** A cell of a number; null is a dash. */
export function numberCell(content: string | Html | null, rowCount = 1): Html {
  return markup`<td class="number"${rowSpan(rowCount)}>${content ?? NONE}</td>`
}

function rowSpan(rowCount: number): Html {
  return { html: rowCount === 1 ? '' : ` rowspan="${rowCount}"` }
}

/** A figure with its interval below it. */
export function withInterval(text: string, interval: Interval | null, format: (bound: number) => string): Html {
  return interval ? withDetail(text, `${format(interval[0])} to ${format(interval[1])}`) : markup`${text}`
}

/** A figure with a smaller line below it. */
export function withDetail(text: string, detail: string): Html {
  return markup`${text}<span class="interval">${detail}</span>`
}
