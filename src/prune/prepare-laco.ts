/** Options of a LaCo search, checked against the model before anything is computed. */
import type { ModelConfig } from '../model/config/config.ts'
import { frequencySwitch } from '../graph/blocks/rope.ts'
import type { CheckpointTokenizer } from '../model/tokenizer/tokenizer.ts'
import { UsageError } from '../errors.ts'
import { planCalibration, readCalibrationText, type Calibration, type CalibrationText } from './calibration.ts'
import { checkSettings, type LacoSettings } from './laco.ts'
import type { Similarity } from './similarity.ts'
import type { MergeOptions } from './tensor-source.ts'

/** Options of a search. `highestLayer` is 28, as in the published card, or the number of layers of a smaller model. */
export interface LacoOptions {
  readonly settings: Omit<LacoSettings, 'highestLayer'> & { readonly highestLayer?: number | undefined }
  readonly merge: MergeOptions
  readonly similarity: Similarity
  /** A text file with a sentence per line; ten built-in sentences when absent. */
  readonly calibrationFile?: string | undefined
  /** Threads inside an operator; the runtime chooses when absent. */
  readonly threads?: number | undefined
}

/** A search that can begin. */
interface PreparedLaco {
  readonly settings: LacoSettings
  readonly text: CalibrationText
  /** Undefined without a tokenizer. */
  readonly calibration: Calibration | undefined
}

/** The highest layer of the published card. */
const CARD_HIGHEST_LAYER = 28

/** Reads the calibration text and fills in the settings. Fails with UsageError on settings that do not fit the model, with DatasetError on the text. */
export async function prepareLaco(
  { config, tokenizer }: { readonly config: ModelConfig; readonly tokenizer: CheckpointTokenizer | undefined },
  { settings: given, merge, calibrationFile }: LacoOptions,
): Promise<PreparedLaco> {
  if (merge.emulateBf16 && merge.rule !== 'telescope') {
    throw new UsageError(`--emulate-bf16 does not go with --rule ${merge.rule}`, 'It repeats the published loop, which is the rule telescope.')
  }
  const text = await readCalibrationText(calibrationFile)
  const { layerCount } = config
  // Sentences share trees, so the same frequencies must apply to all.
  const longest = Math.min(config.maxPositions, frequencySwitch(config.rope))
  const settings = { ...given, highestLayer: given.highestLayer ?? Math.min(CARD_HIGHEST_LAYER, layerCount) }
  checkSettings(settings, layerCount)
  return { settings, text, calibration: tokenizer && planCalibration(text, (sentence) => tokenizer.encode(sentence), longest) }
}
