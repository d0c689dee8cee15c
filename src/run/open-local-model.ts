/** A checkpoint whose weights are here made ready to be scored: as it is, quantised, or with an adapter. */
import { cachingEngine } from '../cache/caching-engine.ts'
import { fingerprintWeights } from '../model/weights-fingerprint.ts'
import { openCheckpoint } from '../model/checkpoint.ts'
import { onnxEngine } from '../engine/onnx/onnx-engine.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import type { ModelSource } from './model-source.ts'
import type { OpenedModel } from './opened-model.ts'
import { encoderOf } from './encoder-of.ts'
import { weightsSummary } from './weights-summary.ts'
import { openRunnableWeights, runnableWeightsHash } from '../model/runnable/open-runnable.ts'
import { weightSettings } from '../model/runnable/weight-settings.ts'

/** Opens a checkpoint with the settings of its model. Fails with a HarnessError where the model is at fault. */
export async function openLocal(model: ModelSource, options: EvaluateOptions, onNotice: (notice: string) => void): Promise<OpenedModel> {
  const checkpoint = await openCheckpoint(model.folder, { mayBeQuantized: true })
  for (const notice of checkpoint.notices) onNotice(notice)
  const encoder = encoderOf(checkpoint, options)
  const variant = await openRunnableWeights(checkpoint, weightSettings(model.settings), { signal: options.signal })
  if (variant.record) onNotice(weightsSummary(variant.record))
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
  const weightsHash = fingerprint.content.then((hash) => runnableWeightsHash(hash, variant.record))
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
      return cachingEngine(engine, { label, source, fingerprint, settings }, options.cache, onNotice)
    },
    [Symbol.asyncDispose]: () => variant[Symbol.asyncDispose](),
  }
}
