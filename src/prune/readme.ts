/** README.md of a pruned checkpoint: the model and the method, in the tables of published model cards. */
import { count } from '../text/count.ts'
import type { RootContent } from 'mdast'
import type { DropSelection, LacoRecord, LayerOrigin, PruningRecord } from './pruning-record.ts'
import { listNames } from '../text/list-names.ts'
import { markedBlocks } from '../text/marked-sections.ts'
import { hyperparameterBlocks, similarityBlocks, statisticsBlocks, summaryBlocks } from './laco-tables.ts'
import { spanText, sumText } from './layer-sum.ts'
import { unitSize } from './scan/scan-units.ts'
import { codeBlock, heading, markdownDocument, paragraph, table } from '../text/markdown.ts'

/** The whole file. */
export function pruningReadme(record: PruningRecord): string {
  const { base_model: base, original, pruned } = record
  const isRepository = base.revision !== null
  const frontMatter = {
    ...(isRepository && { base_model: base.source.split('@')[0] }),
    library_name: 'transformers',
    pipeline_tag: 'text-generation',
    tags: ['pruning', 'layer-pruning', ...(record.method === 'laco' ? ['laco'] : []), 'compressed'],
  }
  const how =
    record.method === 'laco'
      ? 'by layer collapse (LaCo, arXiv 2402.11187): groups of adjacent layers were merged as long as the last hidden states stayed close to those of the original.'
      : `by dropping layers, without merging.${record.selection ? ` ${selectionText(record.selection)}` : ''}`
  return markdownDocument(frontMatter, [
    heading(1, `${lastName(base.source)}, ${pruned.layers} of ${original.layers} layers`),
    paragraph(`Made from \`${isRepository ? base.source : lastName(base.source)}\` ${how}`),
    heading(2, 'Model summary'),
    ...markedBlocks('summary', summaryBlocks(record, isRepository ? base.source.split('@')[0]! : `\`${lastName(base.source)}\``)),
    heading(2, 'Sizes'),
    table([
      ['', 'Original', 'Pruned', 'Removed'],
      ['Layers', count(original.layers), count(pruned.layers), `${count(record.layers_removed)} (${percent(record.layer_compression)})`],
      [
        'Parameters',
        count(original.parameters),
        count(pruned.parameters),
        `${count(original.parameters - pruned.parameters)} (${percent(record.parameter_compression)})`,
      ],
      ['Weights, bytes', count(original.bytes), count(pruned.bytes), count(original.bytes - pruned.bytes)],
    ]),
    ...(record.method === 'laco' ? lacoSections(record) : []),
    heading(2, 'Layers'),
    table([['Layers', 'Norms of', 'Projections of'], ...layerRows(record.layer_map)]),
    heading(2, 'Measure before use'),
    paragraph(
      'A model without some of its layers loses knowledge before it loses fluency. This command scores the original and this checkpoint on the same items:',
    ),
    codeBlock(
      'bash',
      `evalharness run --model original=${isRepository ? base.source : 'ORIGINAL'} --model pruned=. --tasks piqa,boolq,hellaswag,mmlu,wikitext`,
    ),
    paragraph(
      `Written by evalharness ${record.evalharness}; all settings and each decision are in \`${record.method}.json\`. sha256 of the original's weights: \`${base.weights_hash}\`.`,
    ),
  ])
}

/** How layers were chosen, as a sentence. */
export function selectionText({ by, tasks, units }: DropSelection): string {
  const most = Math.max(...units.map(unitSize))
  const measure = by === 'damage' ? `least damage on ${listNames(tasks, 5)}` : `least Block Influence (arXiv 2403.03853) on prompts of ${listNames(tasks, 5)}`
  return `They are those with the ${measure}, ${most === 1 ? 'one' : `up to ${most}`} at a time.`
}

function lacoSections(record: LacoRecord): RootContent[] {
  const { settings, calibration, similarities_bf16: rounded } = record
  const average = rounded.reduce((sum, value) => sum + value, 0) / rounded.length
  return [
    heading(2, 'LaCo hyperparameters'),
    ...markedBlocks('hyperparameters', hyperparameterBlocks(record)),
    paragraph(
      `Merge rule: \`${settings.rule}\`, ${RULES[settings.rule]}${settings.emulate_bf16 ? ', computed in bfloat16' : ''}. q_norm and k_norm, if the model has them: ${settings.qk_norm === 'merge' ? 'merged like projections' : "the base's"}.`,
    ),
    heading(2, 'Pruning statistics'),
    ...markedBlocks('statistics', statisticsBlocks(record)),
    paragraph(`Reason to stop: ${record.stop_reason}.`),
    heading(2, 'Iterations'),
    table([
      ['Iteration', 'Group', 'Similarity', 'Margin', 'Decision', 'Layers'],
      ...record.iterations.map(({ iteration, base, followers, similarity, margin, decision, layers }) => [
        String(iteration),
        followers === 0 ? String(base) : `${base}–${base + followers}`,
        similarity?.toFixed(4) ?? (decision === 'rejected' ? 'not a number' : '–'),
        margin === null ? '–' : `${margin < 0 ? '−' : '+'}${Math.abs(margin).toFixed(4)}`,
        decision,
        String(layers),
      ]),
    ]),
    heading(2, 'Hidden state similarity (calibration set)'),
    paragraph(
      `Cosines between the last hidden states of the original and of this model, ${SIMILARITIES[settings.similarity]}, on ${count(calibration.sentences)} sentences of ${count(calibration.tokens)} tokens (${calibration.source === 'built-in' ? 'built in' : `\`${calibration.source}\``}).`,
    ),
    ...markedBlocks('similarity', similarityBlocks(record)),
    paragraph(
      `Rounded to bfloat16, in which published figures were computed: average ${average.toFixed(4)}, of ${rounded.map((value) => value.toFixed(4)).join(', ')}.`,
    ),
  ]
}

const RULES = { telescope: 'the last layer of a group', paper: 'the base plus all differences from it', mean: 'the mean of the layers above the base' } as const
const SIMILARITIES = {
  flatten: 'one per sentence over all tokens',
  'last-token': 'of the last token of each sentence',
  'token-mean': 'the mean over the tokens of each sentence',
} as const

/** Consecutive untouched layers share a row. */
function layerRows(map: readonly LayerOrigin[]): string[][] {
  const rows: { first: LayerOrigin; last: LayerOrigin }[] = []
  for (const origin of map) {
    const run = rows.at(-1)
    const continues = run && isUntouched(run.last) && isUntouched(origin) && origin.norms === run.last.norms + 1
    if (continues) run.last = origin
    else rows.push({ first: origin, last: origin })
  }
  return rows.map(({ first, last }) => [
    spanText(first.layer, last.layer),
    spanText(first.norms, last.norms),
    isUntouched(first) ? spanText(first.norms, last.norms) : sumText(first.projections),
  ])
}

function isUntouched({ norms, projections }: LayerOrigin): boolean {
  return projections.length === 1 && projections[0]!.layer === norms && projections[0]!.coefficient === 1
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function lastName(source: string): string {
  return (
    source
      .split('@')[0]!
      .split(/[/\\]/u)
      .findLast((part) => part !== '') ?? source
  )
}
