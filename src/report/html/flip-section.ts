/** The page's section on flipped items: controls, and a table that the page's script fills. */
import type { FlippedItem } from '../../compare/flips.ts'
import { jsonForScript, markup, type Html } from '../markup.ts'
import { FLIPS_SCRIPT } from './flips-script.ts'
import { tableHead } from './table.ts'

/** The section; a sentence if no item flipped. */
export function flipSection(flips: readonly FlippedItem[]): Html {
  if (flips.length === 0)
    return markup`<section>
      <h2>Flipped items</h2>
      <p>No item flipped, or the runs store no items.</p>
    </section>`
  return markup`<section>
    <h2>Flipped items</h2>
    <p>
      Items that one model answers correctly and the other does not. Open an item to see its prompt, its choices and both models’ log-likelihoods: ✓
      is the correct choice, bold the most likely one. A metric that normalizes by length may pick another choice.
    </p>
    ${controls(flips)}
    <div class="scroll" tabindex="0" role="region" aria-label="Flipped items">
      <table id="flip-table">
        ${tableHead(['task', { number: 'row' }, 'variant', 'flip', 'item'])}
        <tbody id="flip-rows"></tbody>
      </table>
    </div>
    <noscript><p>The table of items needs JavaScript.</p></noscript>
  </section>`
}

/** The items as data, and the script that shows them; nothing if none flipped. */
export function flipScripts(flips: readonly FlippedItem[]): Html[] {
  if (flips.length === 0) return []
  return [markup`<script type="application/json" id="flip-data">${jsonForScript(flips)}</script>`, markup`<script>${{ html: FLIPS_SCRIPT }}</script>`]
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
