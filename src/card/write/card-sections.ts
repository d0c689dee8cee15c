/** The tables that a card of a compressed model has. */
import type { RootContent } from 'mdast'
import { hyperparameterBlocks, similarityBlocks, statisticsBlocks, summaryBlocks } from '../../prune/laco-tables.ts'
import type { LacoRecord } from '../../prune/pruning-record.ts'
import type { SectionName } from '../../text/marked-sections.ts'
import type { CardContents } from './card-contents.ts'
import { accuracyRows, cardMetric, textRows, type TextRow } from './compared-rows.ts'
import { benchmarkBlocks } from './sections/benchmark-section.ts'
import { divergenceBlocks, divergenceRows } from './sections/divergence-section.ts'
import { bitsPerByteBlocks, perplexityBlocks } from './sections/perplexity-section.ts'
import { useCaseBlocks } from './sections/use-case-section.ts'

/** A part of the card, by the name in its markers. */
export interface CardSection {
  readonly name: SectionName
  readonly blocks: readonly RootContent[]
}

/**
 * The sections that there are figures for, in a card's order. `indexNames` are the models' names in the model-index, `baseModel` is the original's
 * repository if it is known.
 */
export function cardSections(contents: CardContents, indexNames: readonly string[], baseModel: string | null): CardSection[] {
  const { laco } = contents
  const accuracies = accuracyRows(contents)
  const texts = textRows(contents)
  const [bits, perplexities] = [texts.filter(isBits), texts.filter((row) => !isBits(row))]
  const divergences = divergenceRows(contents)
  const ofPruning = (name: SectionName, blocks: (record: LacoRecord) => RootContent[]) => (laco ? [{ name, blocks: blocks(laco) }] : [])
  return [
    ...ofPruning('summary', (record) => summaryBlocks(record, baseModel ?? contents.repository ?? folderName(record.base_model.source))),
    ...(accuracies.length > 0 ? [{ name: 'use-cases' as const, blocks: useCaseBlocks(contents, accuracies) }] : []),
    ...ofPruning('hyperparameters', hyperparameterBlocks),
    ...ofPruning('statistics', statisticsBlocks),
    ...ofPruning('similarity', similarityBlocks),
    ...(perplexities.length > 0 ? [{ name: 'perplexity' as const, blocks: perplexityBlocks(perplexities) }] : []),
    ...(bits.length > 0 ? [{ name: 'bits-per-byte' as const, blocks: bitsPerByteBlocks(bits) }] : []),
    ...(divergences.length > 0 ? [{ name: 'divergence' as const, blocks: divergenceBlocks(contents, divergences) }] : []),
    ...(accuracies.length > 0 ? [{ name: 'benchmarks' as const, blocks: benchmarkBlocks(contents, accuracies, indexNames) }] : []),
  ]
}

function isBits({ line }: TextRow): boolean {
  return cardMetric(line).table === 'bits-per-byte'
}

/** Its last part: a path means nothing on another machine. */
function folderName(source: string): string {
  const name = source.split(/[/\\]/u).findLast((part) => part !== '') ?? source
  return `\`${name}\``
}
