/** Opens a model, wherever its weights are. */
import { unlessAborted } from '../errors.ts'
import type { ModelRecord } from '../store/run-record.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import type { ModelSource } from './model-source.ts'
import { openLocal } from './open-local-model.ts'
import { openServed } from './open-served-model.ts'
import type { OpenedModel } from './opened-model.ts'

/** Opens a local checkpoint, or connects to the servers that have it. Fails with a HarnessError if the model is at fault, and with AbortError. */
export function openModel(model: ModelSource, options: EvaluateOptions, onNotice: (notice: string) => void): Promise<OpenedModel> {
  if (!model.served) return openLocal(model, options, onNotice)
  return unlessAborted(openServed(model.served, model.folder, options, onNotice), options.signal)
}

/** The model as records have it. */
export function modelRecord({ label, source, revision }: ModelSource, opened: OpenedModel, weightsHash: string | null): ModelRecord {
  return {
    label,
    source,
    revision,
    architecture: opened.architecture,
    parameterCount: opened.parameterCount,
    weightsHash,
    weights: opened.weights,
    tokenizerHash: opened.tokenizer.hash,
    maxLength: opened.encoder.maxLength,
    notices: opened.notices,
  }
}
