/** The retention table for the terminal: a row for each task and variant, perplexities below, averages and notes last. */
import { fittingTable } from '../../text/fitting-table.ts'
import { framedTable, numberColumns, textColumns, withoutRepetition, type TextTable } from '../../text/text-table.ts'
import type { Comparison } from '../../compare/comparison.ts'
import { accuracyRows, accuracyTable, averageLines, perplexityTable, withShortNames } from '../retention-cells.ts'
import { divergenceRows, divergenceTable } from '../divergence-cells.ts'
import { NONE } from '../numbers.ts'
import { shownNotes } from '../shown-notes.ts'

/** In both tables the first four columns are the task's, or the first three the text's. */
const ACCURACY_LEAD = 4
const PERPLEXITY_LEAD = 3

/**
 * Lines of text without color. Scores and retentions in percent, differences in points, with 95 % intervals.
 * If a table is wider than `columns`, each variant has two lines in a narrower one, or else a paragraph.
 */
export function retentionTable(stored: Comparison, columns = Infinity): string {
  const comparison = withShortNames(stored)
  const accuracies = [
    framedTable(withoutRepetition(accuracyTable(comparison), ACCURACY_LEAD)),
    framedTable(narrowAccuracyTable(comparison)),
    accuracyParagraphs(comparison),
  ] as const
  const perplexities = [framedTable(withoutRepetition(perplexityTable(comparison), PERPLEXITY_LEAD)), perplexityParagraphs(comparison)] as const
  return [
    fittingTable(accuracies, columns),
    fittingTable(perplexities, columns),
    divergenceLayout(comparison, columns),
    ...averageLines(comparison),
    ...shownNotes(comparison).map((note) => `note: ${note}`),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

/** Divergences, if there are any: in one table, in a narrower one, or as paragraphs. */
function divergenceLayout(comparison: Comparison, columns: number): string {
  const narrow: TextTable = {
    columns: [...textColumns('task', 'variant'), ...numberColumns('mean KL', 'same top', 'KL 99 %, max', 'Δp, RMS')],
    rows: divergenceRows(comparison).map(({ task, variant, figures }) => [
      `${task}\n${figures.positions} positions`,
      variant,
      `${figures.meanKl}\nmedian ${figures.median}`,
      `${figures.sameTop}\nr (log p) ${figures.correlation}`,
      `${figures.p99}, ${figures.max}`,
      `${figures.probability}\nJS of choices ${figures.choices}`,
    ]),
  }
  const paragraphs = divergenceRows(comparison).flatMap(({ task, variant, figures }) => [
    `${task}, ${variant}, ${figures.positions} positions:`,
    `  KL ${figures.meanKl}`,
    `  KL median ${figures.median}, 99 % ${figures.p99}, max ${figures.max}`,
    `  same top ${figures.sameTop}, r (log p) ${figures.correlation}`,
    `  Δp, RMS ${figures.probability}, JS of choices ${figures.choices}`,
  ])
  return fittingTable([framedTable(withoutRepetition(divergenceTable(comparison), 1)), framedTable(narrow), paragraphs.join('\n')], columns)
}

/** The same figures in two lines a row. */
function narrowAccuracyTable(comparison: Comparison): TextTable {
  const rows = accuracyRows(comparison).map(({ task, metric, items, original, variant, figures }) => {
    if (!figures) return [`${task}\n${metric}`, variant, `${original} → ${NONE}`, NONE, NONE, NONE]
    const { score, points, retention, overChance, flips, p, status } = figures
    return [
      `${task}\n${metric}, ${items} items`,
      variant,
      `${original} → ${score}\n${points}`,
      `${retention}\nover chance ${overChance}`,
      `${flips}\np ${p}`,
      status,
    ]
  })
  return { columns: [...textColumns('task', 'variant'), ...numberColumns('score, points', 'retention', 'flips − +'), ...textColumns('status')], rows }
}

function accuracyParagraphs(comparison: Comparison): string {
  const rows = accuracyRows(comparison)
  return rows
    .flatMap(({ task, metric, items, original, variant, figures }, index) => {
      const isNext = index > 0 && rows[index - 1]!.task === task && rows[index - 1]!.metric === metric
      const head = isNext ? [] : [`${task} ${metric}, ${items} ${items === '1' ? 'item' : 'items'}: ${comparison.original.label} ${original}`]
      if (!figures) return [...head, `  ${variant}: ${NONE}`]
      const { score, points, retention, overChance, flips, p, status } = figures
      return [
        ...head,
        `  ${variant}: ${score} ${status}`,
        `    retention ${retention}, over chance ${overChance}`,
        `    points ${points}`,
        `    flips − + ${flips}, p (Holm) ${p}`,
      ]
    })
    .join('\n')
}

function perplexityParagraphs(comparison: Comparison): string {
  const { rows } = perplexityTable(comparison)
  return rows
    .flatMap(([task, metric, original, variant, score, ratio, nats], index) => {
      const isNext = index > 0 && rows[index - 1]![0] === task && rows[index - 1]![1] === metric
      const head = isNext ? [] : [`${task} ${metric}: ${comparison.original.label} ${original}`]
      return [...head, `  ${variant}: ${score}`, `    ratio ${ratio}`, `    nats per unit ${nats}`]
    })
    .join('\n')
}
