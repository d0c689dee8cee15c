/** How large a model is before and after pruning. */
import type { ModelConfig } from '../model/config/config.ts'
import { countParameters } from '../model/weights/expected-tensors.ts'
import type { Weights } from '../model/weights/weights.ts'
import type { CollapsedLayer } from './collapsed-layer.ts'
import type { ModelSize } from './pruning-record.ts'
import type { MergeOptions } from './tensor-source.ts'
import { plannedBytes, planTensors } from './write-checkpoint.ts'

/** A model to be pruned, with or without the bytes of its weights. */
export interface SizedModel {
  readonly config: ModelConfig
  readonly tensors: Weights['tensors']
}

/** Size of the model with these layers. */
export function sizeWith({ config, tensors }: SizedModel, layers: readonly CollapsedLayer[], merge: MergeOptions): ModelSize {
  return {
    layers: layers.length,
    parameters: countParameters({ ...config, layerCount: layers.length }),
    bytes: plannedBytes(planTensors(layers, { tensorNames: config.tensorNames, tensors }, merge)),
  }
}
