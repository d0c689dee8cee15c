/** What turns texts into token sequences for a checkpoint. */
import { UsageError } from '../errors.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { Encoder } from '../plan/encode.ts'
import type { EvaluateOptions } from './evaluate-options.ts'

/** What decides how texts become sequences, beside the tokenizer. */
export type EncodingOptions = Pick<EvaluateOptions, 'maxLength' | 'rollingBos'>

/** The tokenizer and window of a checkpoint. Fails with UsageError on a window that the model does not have. */
export function encoderOf(
  { config, tokenizer }: Pick<Checkpoint, 'config' | 'tokenizer'>,
  { maxLength = config.maxPositions, rollingBos = 'lm-eval' }: EncodingOptions,
): Encoder {
  if (maxLength > config.maxPositions) {
    throw new UsageError(`--max-length ${maxLength} is longer than the model's window of ${config.maxPositions}`, `Give ${config.maxPositions} or less.`)
  }
  return { ...tokenizer, maxLength, rollingBos }
}
