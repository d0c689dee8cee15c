/** Opens a local checkpoint: unchanged, quantized, or with an adapter. */
import { cachingEngine } from '../cache/caching-engine.ts'
import { onnxEngine } from '../engine/onnx/onnx-engine.ts'
import { openCheckpoint } from '../model/checkpoint.ts'
import { openRunnableWeights, runnableWeightsHash } from '../model/runnable/open-runnable.ts'
import { fingerprintWeights } from '../model/weights-fingerprint.ts'
import { encoderOf } from './encoder-of.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import { inspectModel, type ModelSource } from './model-source.ts'
import type { OpenedModel } from './opened-model.ts'
import { weightsSummary } from './weights-summary.ts'

/** Opens a checkpoint with the settings of its model. Fails with a HarnessError if the model is at fault. */
export async function openLocal(model: ModelSource, options: EvaluateOptions, onNotice: (notice: string) => void): Promise<OpenedModel> {
  const { configFile, weightSettings, adapter } = await inspectModel(model)
  const checkpoint = model.checkpoint ?? (await openCheckpoint(model.folder, { mayBeQuantized: true, configFile }))
  for (const notice of checkpoint.notices) onNotice(notice)
  const encoder = encoderOf(checkpoint, options)
  const runnable = await openRunnableWeights(checkpoint, weightSettings, { adapter, signal: options.signal })
  if (runnable.record) onNotice(weightsSummary(runnable.record))
  const { batchTokens, memoryBytes, threads, devices, dtype, divergence: role } = options
  const engineOptions = {
    onNotice,
    ...(batchTokens !== undefined && { batchTokens }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(threads !== undefined && { threads }),
    ...(devices !== undefined && { devices }),
    ...(dtype !== undefined && { dtype }),
  }
  const fingerprint = model.fingerprint ?? (await fingerprintWeights(checkpoint.weights, options.cache))
  const weightsHash = fingerprint.content.then((hash) => runnableWeightsHash(hash, runnable.record))
  weightsHash.catch(() => {})
  return {
    tokenizer: checkpoint.tokenizer,
    encoder,
    architecture: checkpoint.architecture,
    parameterCount: checkpoint.parameterCount,
    variant: runnable.record,
    notices: checkpoint.notices,
    weightsHash,
    async openEngine(encoded) {
      const begun = { head: runnable, weightsHash, encoded }
      const together = async (join: NonNullable<EvaluateOptions['joinPass']>) => join({ ...runnable, states: await role?.beginJoined(begun) })
      const alone = async () => {
        const divergence = await role?.begin(begun)
        return onnxEngine(runnable.config, runnable.weights, { ...engineOptions, ...(divergence && { divergence }) })
      }
      const engine = await (options.openEngine?.(checkpoint) ?? (options.joinPass ? together(options.joinPass) : alone()))
      if (options.cache === undefined || role) return engine
      const { label, source } = model
      const settings = { config: checkpoint.config, quantization: runnable.record?.quantization ?? null, adapter: runnable.record?.adapter?.hash ?? null }
      const given = Object.entries(model.settings ?? {}).map(([name, value]) => `${name}=${value}`)
      return cachingEngine(engine, { label, source, given, fingerprint, settings }, options.cache, onNotice)
    },
    [Symbol.asyncDispose]: async () => (role ? role.keep(runnable) : runnable[Symbol.asyncDispose]()),
  }
}
