/** A checkpoint whose weights are here made ready to be scored: as it is, quantised, or with an adapter. */
import { rememberingEngine } from './cache/remembering-engine.ts'
import { fingerprintWeights } from './cache/weights-fingerprint.ts'
import { openCheckpoint, type Checkpoint } from './checkpoint/checkpoint.ts'
import { onnxEngine } from './engine/onnx.ts'
import { UsageError } from './errors.ts'
import type { EvaluateOptions, ModelSource } from './evaluate.ts'
import type { OpenedModel } from './opened-model.ts'
import type { Encoder } from './plan/encode.ts'
import { variantSummary } from './report/variant-summary.ts'
import { openVariant, variantHash } from './variant/open-variant.ts'
import { variantSettings } from './variant/variant-settings.ts'

/** Opens a checkpoint with the settings of its model. Fails with a HarnessError where the model is at fault. */
export async function openLocal(model: ModelSource, options: EvaluateOptions, onNotice: (notice: string) => void): Promise<OpenedModel> {
  const checkpoint = await openCheckpoint(model.folder, { mayBeQuantized: true })
  for (const notice of checkpoint.notices) onNotice(notice)
  const encoder = encoderOf(checkpoint, options)
  const variant = await openVariant(checkpoint, variantSettings(model.settings), options.signal)
  if (variant.record) onNotice(variantSummary(variant.record))
  const { batchTokens, memoryBytes, threads, devices, dtype } = options
  const engineOptions = {
    onNotice,
    ...(batchTokens !== undefined && { batchTokens }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(threads !== undefined && { threads }),
    ...(devices !== undefined && { devices }),
    ...(dtype !== undefined && { dtype }),
  }
  const fingerprint = await fingerprintWeights(checkpoint.weights, options.cache)
  const weightsHash = fingerprint.content.then((hash) => variantHash(hash, variant.record))
  weightsHash.catch(() => {})
  return {
    tokenizer: checkpoint.tokenizer,
    encoder,
    architecture: checkpoint.architecture,
    parameterCount: checkpoint.parameterCount,
    variant: variant.record,
    notices: checkpoint.notices,
    weightsHash,
    async openEngine() {
      const engine = await (options.openEngine?.(checkpoint) ?? onnxEngine(variant.config, variant.weights, engineOptions))
      if (options.cache === undefined) return engine
      const { label, source } = model
      const settings = { config: checkpoint.config, quantization: variant.record?.quantization ?? null, adapter: variant.record?.adapter?.hash ?? null }
      return rememberingEngine(engine, { label, source, fingerprint, settings }, options.cache, onNotice)
    },
    [Symbol.asyncDispose]: () => variant[Symbol.asyncDispose](),
  }
}

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
