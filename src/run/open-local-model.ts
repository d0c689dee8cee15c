/** Opens a local checkpoint: unchanged, quantized, or with an adapter. */
import { cachingEngine } from '../cache/caching-engine.ts'
import type { CachedModelKey } from '../cache/model-cache.ts'
import { onnxEngine } from '../engine/onnx/onnx-engine.ts'
import { openCheckpoint } from '../model/checkpoint.ts'
import { openRunnableWeights, runnableWeightsHash } from '../model/runnable/open-runnable.ts'
import { fingerprintWeights, type WeightsFingerprint } from '../model/weights-fingerprint.ts'
import type { ComparedKey } from './divergence-role.ts'
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
    weights: runnable.record,
    notices: checkpoint.notices,
    weightsHash,
    async openEngine(encoded) {
      const settings = { config: checkpoint.config, quantization: runnable.record?.quantization ?? null, adapter: runnable.record?.adapter?.hash ?? null }
      const begun = { head: runnable, weightsHash, encoded, identity: { fingerprint, settings } }
      const together = async (join: NonNullable<EvaluateOptions['joinPass']>) => join({ ...runnable, states: await role?.beginJoined(begun) })
      const alone = async () => {
        const divergence = await role?.begin(begun)
        return onnxEngine(runnable.config, runnable.weights, { ...engineOptions, ...(divergence && { divergence }) })
      }
      const engine = await (options.openEngine?.(checkpoint) ?? (options.joinPass ? together(options.joinPass) : alone()))
      const compared = role?.cachedBy(engine.responsesDependOn)
      if (options.cache === undefined || compared === null) return engine
      const { label, source } = model
      const given = Object.entries(model.settings ?? {}).map(([name, value]) => `${name}=${value}`)
      const key = { label, source, given, fingerprint, settings }
      return cachingEngine(engine, compared ? comparedKey(key, compared) : key, options.cache, onNotice)
    },
    [Symbol.asyncDispose]: async () => (role ? role.keep(runnable) : runnable[Symbol.asyncDispose]()),
  }
}

/** Responses of a model that is compared are others than those of the model by itself: its head computes smaller chunks. */
function comparedKey(key: Omit<CachedModelKey, 'engine'>, { settings, original }: ComparedKey): Omit<CachedModelKey, 'engine'> {
  return {
    ...key,
    given: [...key.given, original ? `divergence from ${original.label}` : 'divergence of others'],
    settings: [key.settings, settings],
    fingerprint: original ? bothFingerprints(key.fingerprint, original.fingerprint) : key.fingerprint,
    isCompared: original !== undefined,
  }
}

/** Of two models. */
function bothFingerprints(...both: readonly [WeightsFingerprint, WeightsFingerprint]): WeightsFingerprint {
  const joined = (hashes: readonly string[]) => hashes.join(' ')
  const known = both.flatMap(({ known: hash }) => hash ?? [])
  const content = Promise.all(both.map((each) => each.content)).then(joined)
  content.catch(() => {})
  return { known: known.length === both.length ? joined(known) : undefined, content }
}
