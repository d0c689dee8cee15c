/** The options of pruning: `evalharness prune` and `prune` take the same ones. */
import { z } from 'zod'
import { choice, choiceOr, flag, numberOr, number, text, textOrData, wholeNumber } from '../run/option-table.ts'
import { MERGE_RULES } from './merge-rule.ts'
import { CRITERIA } from './scan/choose-layers.ts'
import { computingShape, scanOptions, taskShape } from './scan/scan-options.ts'
import { SIMILARITIES } from './similarity.ts'

const MODEL_AND_OUTPUT = 'Model and output'
const SEARCH = 'Search'
const MERGING = 'Merging'
const AUTOMATIC = 'With --layers auto'

const commonOptions = z.object({
  model: text({ aliases: ['m'], group: MODEL_AND_OUTPUT, description: 'Model to prune: FOLDER, or OWNER/REPO on the hub' }),
  out: text({ aliases: ['o'], group: MODEL_AND_OUTPUT, description: 'Folder for the pruned checkpoint' }),
  force: flag({ group: MODEL_AND_OUTPUT, description: 'Replace the output folder if it exists' }),
})

/** Layer collapse (LaCo, arXiv:2402.11187). */
export const lacoOptions = z.object({
  ...commonOptions.shape,
  mergeLayers: numberOr(3, { group: SEARCH, description: 'C: adjacent layers that become one' }),
  lowestLayer: numberOr(4, { group: SEARCH, description: 'L: lowest layer that may be the base of a group' }),
  highestLayer: number({ group: SEARCH, description: 'H: one past the highest layer of the first group (default: 28, or all layers)' }),
  interval: numberOr(2, { group: SEARCH, description: 'I: layers that the pointer moves down after a merge' }),
  threshold: numberOr(0.85, { group: SEARCH, description: 'T: least mean cosine similarity of the last hidden states, exclusive, for a merge to be accepted' }),
  maxCompression: numberOr(0.3, { group: SEARCH, description: 'Largest share of the layers to remove' }),
  similarity: choiceOr('flatten', SIMILARITIES, {
    group: SEARCH,
    description: 'Similarity of two models: one cosine per sentence, its last token’s, or the mean of its tokens’',
  }),
  calibration: text({ group: SEARCH, description: 'Text file with a sentence per line (default: ten built-in sentences)' }),
  rule: choiceOr('telescope', MERGE_RULES, {
    group: MERGING,
    description: 'Projections of a merged layer: the last layer’s, the base plus all differences, or the mean above the base',
  }),
  qkNorm: choiceOr('merge', ['merge', 'keep'], { group: MERGING, description: 'q_norm and k_norm: merged like projections, or the base’s' }),
  emulateBf16: flag({ group: MERGING, description: 'Compute the telescoping sum in bfloat16, as the published code does' }),
  threads: wholeNumber(1, { group: MERGING, description: 'Threads inside an operator (default: the runtime chooses)' }),
})

/** Plain removal of layers. */
export const dropOptions = z.object({
  ...commonOptions.shape,
  layers: textOrData(z.array(z.number().int().nonnegative()).min(1), {
    group: MODEL_AND_OUTPUT,
    description: 'Layers to drop, from 0: 17-26, or 3,5,8-10; auto chooses those that are missed least',
  }),
  keep: wholeNumber(1, { group: AUTOMATIC, description: 'Layers that stay' }),
  by: choice(CRITERIA, { group: AUTOMATIC, description: 'What decides: damage on the tasks, or Block Influence on their prompts (default: damage)' }),
  scan: text({ group: AUTOMATIC, description: 'Record of `evalharness layers` (default: measure now, on --tasks)' }),
  group: scanOptions.shape.group,
  ...taskShape,
  ...computingShape,
})
