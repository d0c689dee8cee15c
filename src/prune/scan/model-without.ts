/**
 * A model without some of its layers, over the weights of the original: nothing is written. It has the tensors and the config that `prune drop` would write.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { CheckpointError } from '../../errors.ts'
import { parsePythonJson } from '../../io/parse-json.ts'
import type { Checkpoint } from '../../model/checkpoint.ts'
import { parseConfigFile } from '../../model/config/config.ts'
import { readModelFile } from '../../model/model-file.ts'
import { weightSettings } from '../../model/runnable/weight-settings.ts'
import { fingerprintWeights, type WeightsFingerprint } from '../../model/weights-fingerprint.ts'
import { countParameters } from '../../model/weights/expected-tensors.ts'
import type { WeightTensor } from '../../model/weights/stored-tensor.ts'
import type { ModelSource } from '../../run/model-source.ts'
import { dropLayers } from '../collapsed-layer.ts'
import { openForPruning } from '../open-for-pruning.ts'
import { prunedConfigText } from '../pruned-config.ts'
import { NO_MERGE } from '../tensor-source.ts'
import { CONFIG_FILE, planTensors } from '../write-checkpoint.ts'

/** The original, opened once for all models that lack some of its layers. */
export interface ScannedModel {
  readonly model: ModelSource
  readonly checkpoint: Checkpoint
  readonly configText: string
  readonly fingerprint: WeightsFingerprint
}

/** Opens it. Hashes of its weights are cached in `cache`, if given. Fails with CheckpointError on what `prune drop` cannot prune. */
export async function openScanned(model: ModelSource, onNotice: (notice: string) => void, cache?: string): Promise<ScannedModel> {
  const checkpoint = await openForPruning(model, onNotice)
  const content = await readModelFile(model.folder, CONFIG_FILE)
  if (!content) throw new CheckpointError(`cannot read ${path.join(model.folder, CONFIG_FILE)}`, 'It was there a moment ago; run again.')
  return { model, checkpoint, configText: content.toString('utf8'), fingerprint: await fingerprintWeights(checkpoint.weights, cache) }
}

/** The original itself as a model to score; its notices were reported when it was opened. */
export function wholeModel({ model, checkpoint, fingerprint }: ScannedModel): ModelSource {
  return { ...model, checkpoint: { ...checkpoint, notices: [] }, fingerprint }
}

/** The model without some layers, called `label`. */
export function modelWithout({ model, checkpoint, configText, fingerprint }: ScannedModel, dropped: ReadonlySet<number>, label: string): ModelSource {
  const { config, weights } = checkpoint
  const layers = dropLayers(config.layerCount, dropped)
  const file = parseConfigFile(parsePythonJson(prunedConfigText(configText, layers, config)), path.join(model.folder, CONFIG_FILE))
  const tensors = new Map<string, WeightTensor>()
  for (const { name, source } of planTensors(layers, { tensorNames: config.tensorNames, tensors: weights.tensors }, NO_MERGE))
    if (source.kind === 'copy') tensors.set(name, source.tensor)
  return {
    ...model,
    label,
    inspected: { configFile: file, weightSettings: weightSettings(undefined), adapter: undefined },
    checkpoint: { ...checkpoint, config: file.config, weights: { ...weights, tensors }, parameterCount: countParameters(file.config), notices: [] },
    fingerprint: fingerprintWithout(
      fingerprint,
      [...dropped].sort((a, b) => a - b),
    ),
  }
}

/** Responses of the model without layers are not those of the whole one, whose files it reads. */
function fingerprintWithout({ known, content }: WeightsFingerprint, dropped: readonly number[]): WeightsFingerprint {
  const hash = (whole: string) =>
    createHash('sha256')
      .update(JSON.stringify([whole, 'without layers', dropped]))
      .digest('hex')
  const own = content.then(hash)
  own.catch(() => {})
  return { known: known === undefined ? undefined : hash(known), content: own }
}
