/** A comparison as one HTML file that needs nothing else: it opens from disk, without a network. */
import type { Comparison } from '../../compare/comparison.ts'
import type { FlippedItem } from '../../compare/flips.ts'
import { listNames } from '../../text/list-names.ts'
import { retentionChart } from '../charts/retention-chart.ts'
import { markup, type Html } from '../markup.ts'
import { unbroken } from '../numbers.ts'
import { shownNotes } from '../shown-notes.ts'
import { verdictsOf, type Verdict } from '../verdict.ts'
import { accuracySection } from './accuracy-section.ts'
import { divergenceSection } from './divergence-section.ts'
import { flipData, flipSection } from './flip-section.ts'
import { htmlPage } from './html-page.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { perplexitySection } from './perplexity-section.ts'
import { runSection } from './run-section.ts'

/** The page's text. `flips` are those of all tasks and variants. */
export function reportPage(comparison: Comparison, flips: readonly FlippedItem[]): string {
  const { original, variants, settings } = comparison
  const title = `${original.label} against ${variants.map(({ label }) => label).join(', ')}`
  const content = markup`${verdictsOf(comparison).map(verdictText)}
    <p class="lead">
      ${limitText(comparison)} Models are compared item by item. Intervals are 95&nbsp;% and hold for few items too; p is McNemar’s exact test with Holm’s
      correction; the status follows the profile ${settings.profile}.
    </p>
    ${shownNotes(comparison).map((note) => markup`<p class="note">Note: ${note}.</p>`)} ${chartFigure(comparison)} ${accuracySection(comparison)}
    ${perplexitySection(comparison)} ${divergenceSection(comparison)} ${flipSection(flips)} ${runSection(comparison)}`
  return htmlPage(title, content, { script: PAGE_SCRIPT, data: flipData(flips) })
}

function verdictText({ kind, headline, details }: Verdict): Html {
  return markup`<p class="verdict ${kind}"><strong>${unbroken(headline)}</strong>${unbroken(details)}</p>`
}

/** Whether scores are of whole splits. Empty if no size of a split is known. */
function limitText({ accuracies, perplexities }: Comparison): string {
  const lines = [...accuracies, ...perplexities].filter(({ itemCount, splitCount }) => itemCount !== null && splitCount !== null)
  if (lines.length === 0) return ''
  const parts = lines.filter(({ itemCount, splitCount }) => itemCount! < splitCount!)
  if (parts.length === 0) return 'All scores are of whole splits.'
  return `Only a part of the split was scored on ${listNames([...new Set(parts.map(({ task }) => task))], 6)}; the tables have the sizes.`
}

/** The chart in two shapes, of which the style sheet shows the one that fits the page. */
function chartFigure(comparison: Comparison): Html[] {
  const [wide, narrow] = [retentionChart(comparison, 'wide'), retentionChart(comparison, 'narrow')]
  if (wide === null || narrow === null) return []
  return [
    markup`<figure>
      <div class="chart wide-page">${wide}</div>
      <div class="chart narrow-page">${narrow}</div>
      <figcaption>
        Retention with its 95 % interval; an arrowhead means that the interval goes on. The dashed line is the original’s score, a vertical gray bar
        what guessing would retain.
      </figcaption>
    </figure>`,
  ]
}
