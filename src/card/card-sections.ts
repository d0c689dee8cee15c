/** The tables that a card of a compressed model has, from a comparison and, for a layer collapse, its record. */
import type { RootContent } from 'mdast'
import type { AccuracyLine, Comparison } from '../compare/comparison.ts'
import { lookUp } from '../look-up.ts'
import type { LacoRecord } from '../prune/pruning-record.ts'
import { paragraph, strongTable, table } from '../report/markdown.ts'

/** A part of the card, by the name in its markers. */
export interface CardSection {
  readonly name: 'summary' | 'use-cases' | 'hyperparameters' | 'statistics' | 'similarity' | 'perplexity' | 'benchmarks'
  readonly blocks: readonly RootContent[]
}

/** Headings of sections that a card has no place for yet. */
export const SECTION_TITLES: Readonly<Record<CardSection['name'], string>> = {
  summary: 'Model Summary',
  'use-cases': 'Use Cases',
  hyperparameters: 'LaCo Hyperparameters',
  statistics: 'Pruning Statistics',
  similarity: 'Hidden State Similarity',
  perplexity: 'Perplexity Results',
  benchmarks: 'Benchmark Results',
}

interface Benchmark {
  readonly name: string
  readonly uses: readonly string[]
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  piqa: { name: 'PIQA', uses: ['Physical reasoning tasks'] },
  boolq: { name: 'BoolQ', uses: ['Reading comprehension'] },
  hellaswag: { name: 'HellaSwag', uses: ['Common sense reasoning'] },
  mmlu: { name: 'MMLU', uses: ['Factual question answering', 'Knowledge-intensive tasks'] },
  wikitext: { name: 'WikiText', uses: [] },
}

/** `MMLU (5-shot)`; the task's own name where the benchmark is not known. */
export function benchmarkName(task: string, shotCount: number | null): string {
  return `${lookUp(BENCHMARKS, task)?.name ?? task}${shotCount ? ` (${shotCount}-shot)` : ''}`
}

/** The sections that there are figures for, in a card's order. The comparison's first variant is the card's model. */
export function cardSections(comparison: Comparison, laco: LacoRecord | null): CardSection[] {
  const { accuracies, perplexities } = comparison
  return [
    ...(laco ? [{ name: 'summary' as const, blocks: summary(laco) }] : []),
    ...(accuracies.length > 0 ? [{ name: 'use-cases' as const, blocks: useCases(accuracies) }] : []),
    ...(laco ? lacoSections(laco) : []),
    ...(perplexities.length > 0 ? [{ name: 'perplexity' as const, blocks: perplexity(comparison) }] : []),
    ...(accuracies.length > 0 ? [{ name: 'benchmarks' as const, blocks: benchmarks(comparison) }] : []),
  ]
}

const percent = (share: number, digits = 2) => `${(share * 100).toFixed(digits)}%`

function benchmarks({ accuracies, notes }: Comparison): RootContent[] {
  const rows = accuracies.flatMap(({ task, shotCount, original, cells: [cell] }) => {
    if (!cell) return []
    return [
      [
        benchmarkName(task, shotCount),
        percent(original.value),
        percent(cell.score.value),
        cell.retention === null ? '–' : percent(cell.retention, 1),
        `${cell.status.sign} ${cell.status.name}`.trim(),
      ],
    ]
  })
  return [strongTable([['Benchmark', 'Original', 'Pruned', 'Retention', 'Status'], ...rows]), ...notes.map((note) => paragraph(`Note: ${note}.`))]
}

/** One table; text and unit in a column, unless all that is known is that it is a perplexity. */
function perplexity({ perplexities, original, variants }: Comparison): RootContent[] {
  const isNamed = perplexities.some(({ metric }) => metric !== 'perplexity')
  const rows = perplexities.flatMap(({ task, metric, original: score, cells: [cell] }) => {
    if (!cell) return []
    const measure = isNamed ? [`${benchmarkName(task, null)}, ${metric.replaceAll('_', ' ')}`] : []
    return [
      [`Original (${original.label})`, ...measure, score.value.toFixed(2), '1.00×'],
      [`Pruned (${variants[0]!.label})`, ...measure, cell.score.value.toFixed(2), `${cell.ratio.toFixed(2)}×`],
    ]
  })
  return rows.length === 0 ? [] : [table([['Model', ...(isNamed ? ['Measure'] : []), 'Perplexity', 'Ratio'], ...rows])]
}

/** The status and what is retained; where a score is near random, the use is not recommended. */
function useCases(accuracies: readonly AccuracyLine[]): RootContent[] {
  const rows = accuracies.flatMap(({ task, cells: [cell] }) => {
    if (!cell) return []
    const { sign, name } = cell.status
    const text =
      name === 'Near random' ? `${sign} Not recommended` : `${sign} ${name}${cell.retention === null ? '' : ` (${percent(cell.retention, 1)} retained)`}`
    return (lookUp(BENCHMARKS, task)?.uses ?? [task]).map((use) => [use, text])
  })
  return [table([['Use Case', 'Status'], ...rows])]
}

function summary({
  base_model: base,
  original,
  pruned,
  layers_removed: removed,
  layer_compression: share,
  parameter_compression: parameters,
}: LacoRecord): RootContent[] {
  return [
    strongTable([
      ['Attribute', 'Value'],
      ['Base Model', base.source],
      ['Pruning Method', 'LaCo (Layer Collapse)'],
      ['Original Layers', String(original.layers)],
      ['Pruned Layers', String(pruned.layers)],
      ['Layers Removed', String(removed)],
      ['Compression', percent(share, 1)],
      ['Parameters', `${billions(pruned.parameters)} (reduced from ${billions(original.parameters)}, ${percent(parameters, 1)} fewer)`],
    ]),
  ]
}

function lacoSections({ settings, accepted, rejected, iterations, layer_compression: share, similarities }: LacoRecord): CardSection[] {
  const mean = similarities.reduce((sum, value) => sum + value, 0) / similarities.length
  const four = (value: number) => value.toFixed(4)
  return [
    {
      name: 'hyperparameters',
      blocks: [
        table([
          ['Parameter', 'Value', 'Description'],
          ['MERGE_LAYERS (C)', String(settings.merge_layers), 'Layers merged per operation'],
          ['LOWEST_LAY (L)', String(settings.lowest_layer), 'Minimum layer index for merging'],
          ['HIGHEST_LAY (H)', String(settings.highest_layer), 'Maximum layer index for merging'],
          ['INTERVAL (I)', String(settings.interval), 'Minimum gap between merge points'],
          ['THRESHOLD (T)', String(settings.threshold), 'Cosine similarity threshold'],
          ['MAX_COMPRESSION', percent(settings.max_compression, 0), 'Maximum allowed compression'],
        ]),
      ],
    },
    {
      name: 'statistics',
      blocks: [
        table([
          ['Metric', 'Value'],
          ['Successful Merges', String(accepted)],
          ['Rejected Merges', String(rejected)],
          ['Total Iterations', String(iterations.length)],
          ['Final Compression', percent(share, 1)],
        ]),
      ],
    },
    {
      name: 'similarity',
      blocks: [
        table([
          ['Metric', 'Value'],
          ['Average', four(mean)],
          ['Min', four(Math.min(...similarities))],
          ['Max', four(Math.max(...similarities))],
        ]),
        paragraph(`Individual similarities: \`[${similarities.map(four).join(', ')}]\``),
      ],
    },
  ]
}

function billions(count: number): string {
  return count >= 1e9 ? `${(count / 1e9).toFixed(2)}B` : `${(count / 1e6).toFixed(1)}M`
}
