/** The page's section on flipped items: controls, and a table that the page's script fills. */
import type { FlippedItem } from '../../compare/flips.ts'
import { jsonForScript, markup, type Html } from '../markup.ts'
import { tableHead } from './table.ts'

/** The section; a sentence if no item flipped. */
export function flipSection(flips: readonly FlippedItem[]): Html {
  if (flips.length === 0)
    return markup`<section>
      <h2>Flipped items</h2>
      <p>No item flipped, or the runs store no items.</p>
    </section>`
  return markup`<section id="flips">
    <h2>Flipped items</h2>
    <p>
      Items that one model answers correctly and the other does not, by the metric in the column “flip”. Open an item to see its prompt, whether each
      model is right by each metric, and the log-likelihoods of its choices; the largest of a model is bold. A metric that normalizes by length may
      prefer another choice.
    </p>
    ${controls(flips)}
    <table id="flip-table" class="cards">
      ${tableHead(['task', { number: 'row' }, 'variant', 'flip', 'item'])}
      <tbody id="flip-rows"></tbody>
    </table>
    <noscript><p>The table of items needs JavaScript.</p></noscript>
  </section>`
}

/** The items as data for the page's script; nothing if none flipped. */
export function flipData(flips: readonly FlippedItem[]): Html[] {
  if (flips.length === 0) return []
  return [markup`<script type="application/json" id="flip-data">${jsonForScript(flips)}</script>`]
}

function controls(flips: readonly FlippedItem[]): Html {
  return markup`<div class="controls">
    <label>Search<input id="flip-search" type="search" placeholder="words in prompt or choices" /></label>
    ${select(
      'task',
      'Task',
      flips.map(({ task }) => task),
    )}
    ${select(
      'variant',
      'Variant',
      flips.map(({ variant }) => variant),
    )}
    ${select('direction', 'Direction', ['lost', 'gained'])}
    <button id="flip-back" type="button">Back</button><button id="flip-next" type="button">Next</button><span id="flip-count" role="status"></span>
  </div>`
}

/** A filter by one field of the items; `all` does not filter. */
function select(field: string, label: string, values: readonly string[]): Html {
  return markup`<label>${label}<select id="flip-${field}">
    <option value="">all</option>
    ${[...new Set(values)].map((value) => markup`<option value="${value}">${value}</option>`)}
  </select></label>`
}
