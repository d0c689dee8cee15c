/** Options of a gate that scores the candidate itself: `evalharness gate --model` and `judgeModel` take the same ones. */
import { z } from 'zod'
import { flag, list, wholeNumber, wholeNumberOr, withDescription } from '../../run/option-table.ts'
import { COMPUTING_OPTIONS, PROMPT_OPTIONS, scoringOptions } from '../../run/run-options.ts'

const DRAWING = 'Which items to score'

/** The options of `run` that the gate has too. */
const { shape: ofRun } = scoringOptions.pick({
  ...PROMPT_OPTIONS,
  ...COMPUTING_OPTIONS,
  output: true,
  cache: true,
})

export const modelOptions = z.object({
  model: list({
    aliases: ['m'],
    group: DRAWING,
    example: 'candidate=FOLDER',
    description: 'Candidate to score, as for `run`: NAME=FOLDER, NAME=OWNER/REPO (then quantize=…, adapter=…), or NAME=http://HOST:PORT/v1,tokenizer=WHERE',
  }),
  seed: wholeNumberOr(0, 0, { group: DRAWING, description: 'Seed of the random order in which items are drawn' }),
  maxItems: wholeNumber(1, { group: DRAWING, description: 'Most items of each task or group (default: as many as decide)' }),
  full: flag({ group: DRAWING, description: 'Score all items, whatever is decided before' }),
  ...ofRun,
  numFewshot: withDescription(ofRun.numFewshot, 'Few-shot examples: 5, or mmlu=5,piqa=0 (default: as the baseline)'),
  addBosToken: withDescription(ofRun.addBosToken, 'Begin each text with bos; --no-add-bos-token leaves all special tokens out (default: as the baseline)'),
  rollingBos: withDescription(
    ofRun.rollingBos,
    'Bos tokens before a text that is scored as a whole, if the tokenizer adds one itself (default: as the baseline)',
  ),
})

/** The options, complete and checked. */
export type ModelOptions = z.output<typeof modelOptions>
