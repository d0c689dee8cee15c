/** A comparison as one HTML file that needs nothing else: it opens from disk, without a network. */
import { createHash } from 'node:crypto'
import type { AccuracyCell, AccuracyLine, Comparison, Interval, PerplexityLine, RunSummary } from '../../compare/comparison.ts'
import type { FlippedItem } from '../../compare/flips.ts'
import { markup, jsonForScript, type Html } from '../markup.ts'
import { retentionChart } from '../charts/retention-chart.ts'
import { FLIPS_SCRIPT } from './flips-script.ts'
import { STYLE } from './style.ts'
import { bounded, percent, pText, signed } from '../terminal/retention-table.ts'
import { count } from '../../text/count.ts'

/** The page's text. `flips` are of all lines and variants. */
export function reportPage(comparison: Comparison, flips: readonly FlippedItem[]): string {
  const { original, variants } = comparison
  const title = `${original.label} against ${variants.map(({ label }) => label).join(', ')}`
  const chart = retentionChart(comparison)
  const body = markup`<main>
    <h1>${title}</h1>
    <p class="lead">
      Paired on the same items: 95 % intervals that hold at every number of items, McNemar’s exact test with Holm’s correction, statuses of the
      profile ${comparison.settings.profile}.
    </p>
    ${comparison.notes.map((note) => markup`<p class="note">Note: ${note}.</p>`)} ${accuracySection(comparison)}
    ${
      chart === null
        ? []
        : [
            markup`<figure>
              <div class="scroll" tabindex="0" role="region" aria-label="Chart of retention">${chart}</div>
              <figcaption>Retention with its 95 % interval. The dashed line is the original; a tick is what guessing would retain.</figcaption>
            </figure>`,
          ]
    }
    ${perplexitySection(comparison)} ${flipSection(flips)} ${provenanceSection(comparison)}
  </main>`
  // Nothing from outside, and of what is inside only this style sheet and this script, whatever a dataset's rows bring along.
  const policy = `default-src 'none'; style-src 'sha256-${digest(STYLE)}'; script-src 'sha256-${digest(FLIPS_SCRIPT)}'; base-uri 'none'; form-action 'none'`
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>${title}</title>
        ${styleSheet()}
      </head>
      <body>
        ${body}
        ${flips.length === 0 ? [] : scripts(flips)}
      </body>
    </html> `.html
}

/** The policy knows style sheet and script by their exact texts, so nothing may stand around them. */
function styleSheet(): Html {
  return { html: `<style>${STYLE}</style>` }
}

/** The items and the script over them. */
function scripts(flips: readonly FlippedItem[]): Html[] {
  return [markup`<script type="application/json" id="flip-data">${jsonForScript(flips)}</script>`, markup`<script>${{ html: FLIPS_SCRIPT }}</script>`]
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

/** A table that scrolls within itself where the page is narrow. */
function scrollTable(caption: string, head: readonly string[], rows: readonly Html[]): Html {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((cell) => markup`<th scope="col">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function withInterval(text: string, interval: Interval | null, format: (value: number) => string): Html {
  return interval ? markup`${text}<span class="interval">${format(interval[0])} to ${format(interval[1])}</span>` : markup`${text}`
}

function accuracySection({ accuracies, variants, averages, original }: Comparison): Html {
  if (accuracies.length === 0) return markup``
  const rows = accuracies.flatMap((line) => line.cells.map((cell, index) => accuracyRow(line, cell, variants[index]!.label, index === 0)))
  const lines = averages.flatMap((average, index) =>
    average
      ? [
          markup`<p>
            ${variants[index]!.label}: over ${average.lineCount} tasks ${percent(average.original)} → ${percent(average.variant)}. Retention
            ${average.meanOfRatios === null ? '–' : percent(average.meanOfRatios, 1)} as the mean of ratios,
            ${average.ratioOfMeans === null ? '–' : percent(average.ratioOfMeans, 1)} as the ratio of means.
          </p>`,
        ]
      : [],
  )
  return markup`<section>
    <h2>Retention</h2>
    ${scrollTable('Accuracy by task', ['task', 'metric', 'items', original.label, 'variant', 'score', 'points', 'retention', 'over chance', 'lost', 'gained', 'p (Holm)', 'status'], rows)}${lines}
  </section>`
}

function accuracyRow(line: AccuracyLine, cell: AccuracyCell | null, label: string, isFirst: boolean): Html {
  const name = markup`<th scope="row">${line.task}${line.shotCount ? ` (${line.shotCount}-shot)` : ''}</th>
    <td>${line.metric}</td>
    <td class="number">${line.itemCount === null ? '–' : count(line.itemCount)}</td>
    <td class="number">${scoreText(line.original)}</td>`
  const lead = isFirst
    ? name
    : markup`<td></td>
        <td></td>
        <td></td>
        <td></td>`
  if (!cell)
    return markup`<tr>
      ${lead}
      <td>${label}</td>
      ${Array.from({ length: 8 }, () => markup`<td class="number">–</td>`)}
    </tr>`
  const { score, difference, differenceInterval, retention, retentionInterval, adjustedRetention, flips, adjustedPValue, status } = cell
  return markup`<tr>
    ${lead}
    <td>${label}</td>
    <td class="number">${scoreText(score)}</td>
    <td class="number">${withInterval(signed(difference * 100, 1), differenceInterval, (value) => signed(value * 100, 1))}</td>
    <td class="number">${retention === null ? '–' : withInterval(percent(retention, 1), retentionInterval, (value) => `${bounded(value * 100, 1)} %`)}</td>
    <td class="number">${adjustedRetention === null ? '–' : percent(adjustedRetention, 1)}</td>
    <td class="number">${flips ? flips.lost : '–'}</td>
    <td class="number">${flips ? flips.gained : '–'}</td>
    <td class="number">${adjustedPValue === null ? '–' : pText(adjustedPValue)}</td>
    <td class="status">${status.sign} ${status.name}</td>
  </tr>`
}

function scoreText({ value, standardError, provenance }: AccuracyLine['original']): Html {
  const error = standardError === null ? '' : `± ${(standardError * 100).toFixed(2)}`
  return markup`${percent(value)}<span class="interval">${provenance === 'cited' ? 'cited' : error}</span>`
}

function perplexitySection({ perplexities, variants, original }: Comparison): Html {
  if (perplexities.length === 0) return markup``
  const row = (line: PerplexityLine, index: number): Html => {
    const cell = line.cells[index]
    const lead =
      index === 0
        ? markup`<th scope="row">${line.task}</th>
            <td>${line.metric}</td>
            <td class="number">${line.original.value.toFixed(4)}</td>`
        : markup`<td></td>
            <td></td>
            <td></td>`
    if (!cell)
      return markup`<tr>
        ${lead}
        <td>${variants[index]!.label}</td>
        <td class="number">–</td>
        <td class="number">–</td>
        <td class="number">–</td>
      </tr>`
    return markup`<tr>
      ${lead}
      <td>${variants[index]!.label}</td>
      <td class="number">${cell.score.value.toFixed(4)}</td>
      <td class="number">${withInterval(`${cell.ratio.toFixed(2)}×`, cell.ratioInterval, (value) => bounded(value, 2))}</td>
      <td class="number">${cell.nats === null ? '–' : withInterval(signed(cell.nats, 3), cell.natsInterval, (value) => signed(value, 3))}</td>
    </tr>`
  }
  const rows = perplexities.flatMap((line) => line.cells.map((_, index) => row(line, index)))
  return markup`<section>
    <h2>Perplexity</h2>
    ${scrollTable('Lower is better', ['task', 'metric', original.label, 'variant', 'score', 'ratio', 'nats a unit'], rows)}
  </section>`
}

function flipSection(flips: readonly FlippedItem[]): Html {
  if (flips.length === 0)
    return markup`<section>
      <h2>Flipped items</h2>
      <p>No item was right in one model and wrong in the other, or no items were stored.</p>
    </section>`
  const select = (id: string, label: string, values: readonly string[]) =>
    markup`<label
      >${label}<select id="flip-${id}">
        <option value="">all</option>
        ${[...new Set(values)].map((value) => markup`<option value="${value}">${value}</option>`)}
      </select></label
    >`
  return markup`<section>
    <h2>Flipped items</h2>
    <p>
      Right in one model and wrong in the other. Open an item for its prompt, its choices and both models’ log-probabilities; ✓ is the right choice, bold the likeliest. acc_norm divides by the choices’ lengths before it picks, so what is bold need not be its pick.
    </p>
    <div class="controls">
      <label>Search<input id="flip-search" type="search" placeholder="words in prompt or choices" /></label>${select(
        'task',
        'Task',
        flips.map(({ task }) => task),
      )}${select(
        'variant',
        'Variant',
        flips.map(({ variant }) => variant),
      )}${select('direction', 'Direction', ['lost', 'gained'])}<button id="flip-back" type="button">Back</button
      ><button id="flip-next" type="button">Next</button><span id="flip-count" role="status"></span>
    </div>
    <div class="scroll" tabindex="0" role="region" aria-label="Flipped items">
      <table id="flip-table">
        <thead>
          <tr>
            <th scope="col">task</th>
            <th scope="col">row</th>
            <th scope="col">variant</th>
            <th scope="col">flip</th>
            <th scope="col">item</th>
          </tr>
        </thead>
        <tbody id="flip-rows"></tbody>
      </table>
    </div>
    <noscript><p>The table of items needs JavaScript.</p></noscript>
  </section>`
}

function provenanceSection({ original, variants }: Comparison): Html {
  const row = ({ label, kind, tool, date, file, model }: RunSummary) =>
    markup`<tr>
      <th scope="row">${label}</th>
      <td>${kind}, ${tool}</td>
      <td>${date ?? '–'}</td>
      <td class="hash">${model.source}${model.revision === null ? '' : ` @ ${model.revision}`}${model.variant === null ? '' : ` · ${model.variant}`}</td>
      <td class="number">${model.parameterCount === null ? '–' : count(model.parameterCount)}</td>
      <td class="hash">${model.weightsHash ?? '–'}</td>
      <td class="hash">${file}</td>
    </tr>`
  return markup`<section>
    <h2>Where the numbers come from</h2>
    ${scrollTable('Runs', ['run', 'made by', 'date', 'model', 'parameters', 'sha256 of the weights', 'file'], [original, ...variants].map(row))}
  </section>`
}
