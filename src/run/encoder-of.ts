/** The encoder of a checkpoint: texts to token sequences. */
import { UsageError } from '../errors.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { Encoder } from '../plan/encode.ts'
import type { EvaluateOptions } from './evaluate-options.ts'

/** Options of encoding, beside the tokenizer. */
export type EncodingOptions = Pick<EvaluateOptions, 'maxLength' | 'rollingBos' | 'addBosToken'>

/** The tokenizer and window of a checkpoint. Fails with UsageError on a window longer than the model's. */
export function encoderOf(
  { config, tokenizer }: Pick<Checkpoint, 'config' | 'tokenizer'>,
  { maxLength: given, rollingBos = 'lm-eval', addBosToken }: EncodingOptions,
): Encoder {
  const maxLength = given ?? config.maxPositions
  if (maxLength > config.maxPositions) {
    throw new UsageError(`--max-length ${maxLength} is longer than the model's window of ${config.maxPositions}`, `Give ${config.maxPositions} or less.`)
  }
  return { ...tokenizer, maxLength, rollingBos, ...(given !== undefined && { corpusWindow: given }), ...(addBosToken !== undefined && { addBosToken }) }
}
