/** The options of a layer scan: `evalharness layers` and `scanLayers` take the same ones. */
import { z } from 'zod'
import { positional, textOrData, withDescription, wholeNumberOr } from '../../run/option-table.ts'
import { COMPUTING_OPTIONS, PROMPT_OPTIONS, scoringOptions, type ScoringOptions } from '../../run/run-options.ts'

const LEFT_OUT = 'What to leave out'

/** The options of `run` that decide what is scored, on which rows. */
export const taskShape = scoringOptions.pick({
  tasks: true,
  ...PROMPT_OPTIONS,
  limit: true,
  samples: true,
}).shape

/** The options of `run` that decide how it is computed. */
export const computingShape = scoringOptions.pick({
  seed: true,
  ...COMPUTING_OPTIONS,
  sharedLayers: true,
  cache: true,
}).shape

export const scanOptions = z.object({
  model: positional({ description: 'Model to scan: FOLDER, NAME=FOLDER, or OWNER/REPO on the hub' }),
  group: wholeNumberOr(1, 1, { group: LEFT_OUT, description: 'Adjacent layers to leave out at once' }),
  layers: textOrData(z.array(z.number().int().nonnegative()).min(1), {
    group: LEFT_OUT,
    description: 'Layers to leave out, one after another, from 0: 17-26, or 3,5,8-10 (default: all)',
  }),
  ...taskShape,
  ...computingShape,
  sharedLayers: withDescription(
    computingShape.sharedLayers,
    'Compute layers that models without a layer share once (default: on); --no-shared-layers computes each model by itself',
  ),
  output: withDescription(scoringOptions.shape.output, 'Folder for the record and the page'),
})

/** The options, complete and checked. */
export type ScanOptions = z.output<typeof scanOptions>

/** The same as options of a run of the model. */
export function scoringOptionsOf({ model, group: _group, layers: _layers, ...given }: ScanOptions): ScoringOptions {
  return { ...given, model: [model], divergence: false }
}
