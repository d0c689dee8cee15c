/** The comments that enclose what evalharness writes into a model card. */
import type { RootContent } from 'mdast'

/** A part of a card, by the name in its markers. */
export type SectionName =
  | 'summary'
  | 'use-cases'
  | 'hyperparameters'
  | 'statistics'
  | 'similarity'
  | 'perplexity'
  | 'bits-per-byte'
  | 'divergence'
  | 'benchmarks'

/** The comment before or after a section. */
export function marker(name: SectionName, side: 'begin' | 'end'): string {
  return `<!-- evalharness:${name}:${side} -->`
}

/** Blocks between their markers. */
export function markedBlocks(name: SectionName, blocks: readonly RootContent[]): RootContent[] {
  return [comment(marker(name, 'begin')), ...blocks, comment(marker(name, 'end'))]
}

/** A block that a reader of the card does not see; `value` is the whole comment. */
export function comment(value: string): RootContent {
  return { type: 'html', value }
}
