/** A comparison as one HTML file that needs nothing else: it opens from disk, without a network. */
import { createHash } from 'node:crypto'
import type { Comparison } from '../../compare/comparison.ts'
import type { FlippedItem } from '../../compare/flips.ts'
import { retentionChart } from '../charts/retention-chart.ts'
import { markup, type Html } from '../markup.ts'
import { accuracySection } from './accuracy-section.ts'
import { flipScripts, flipSection } from './flip-section.ts'
import { FLIPS_SCRIPT } from './flips-script.ts'
import { perplexitySection } from './perplexity-section.ts'
import { runSection } from './run-section.ts'
import { STYLE } from './style.ts'

/** The page's text. `flips` are those of all tasks and variants. */
export function reportPage(comparison: Comparison, flips: readonly FlippedItem[]): string {
  const { original, variants, notes, settings } = comparison
  const title = `${original.label} against ${variants.map(({ label }) => label).join(', ')}`
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${contentPolicy()}" />
        <title>${title}</title>
        ${styleSheet()}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="lead">
            Models are compared item by item. Intervals are 95 % and hold for few items too; p is McNemar’s exact test with Holm’s correction; the
            status follows the profile ${settings.profile}.
          </p>
          ${notes.map((note) => markup`<p class="note">Note: ${note}.</p>`)} ${accuracySection(comparison)} ${chartFigure(comparison)}
          ${perplexitySection(comparison)} ${flipSection(flips)} ${runSection(comparison)}
        </main>
        ${flipScripts(flips)}
      </body>
    </html> `.html
}

/** Nothing from outside, and from inside only this style sheet and this script, whatever a dataset's rows contain. */
function contentPolicy(): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(FLIPS_SCRIPT)}; base-uri 'none'; form-action 'none'`
}

/** The policy knows style sheet and script by their exact texts, so no white space may surround them. */
function styleSheet(): Html {
  return { html: `<style>${STYLE}</style>` }
}

function chartFigure(comparison: Comparison): Html[] {
  const chart = retentionChart(comparison)
  if (chart === null) return []
  return [
    markup`<figure>
      <div class="scroll" tabindex="0" role="region" aria-label="Chart of retention">${chart}</div>
      <figcaption>
        Retention with its 95 % interval; an arrowhead means that the interval goes on. The dashed line is the original’s score, a vertical gray bar
        what guessing would retain.
      </figcaption>
    </figure>`,
  ]
}
