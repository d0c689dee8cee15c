/** The common fields of the records of all pruning methods. */
import { HARNESS_VERSION } from '../io/package-folder.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import type { ModelSource } from '../run/model-source.ts'
import { originalLayers, type CollapsedLayer } from './collapsed-layer.ts'
import { sizeWith } from './model-size.ts'
import { layerOrigins, type PruningFacts } from './pruning-record.ts'
import type { MergeOptions } from './tensor-source.ts'

/** What pruning needs of a model. */
export type PrunableCheckpoint = Pick<Checkpoint, 'config' | 'architecture' | 'weights'>

/** The model and the method. */
interface Pruning {
  readonly model: ModelSource
  readonly checkpoint: PrunableCheckpoint
  /** Layers of the pruned model. */
  readonly layers: readonly CollapsedLayer[]
  readonly merge: MergeOptions
  /** sha256 over the original weight files. */
  readonly weightsHash: string
}

/** The common part of a pruning record. */
export function pruningFacts({ model, checkpoint, layers, merge, weightsHash }: Pruning): PruningFacts {
  const { config, architecture, weights } = checkpoint
  const sized = { config, tensors: weights.tensors }
  const original = sizeWith(sized, originalLayers(config.layerCount), merge)
  const pruned = sizeWith(sized, layers, merge)
  return {
    evalharness: HARNESS_VERSION,
    created: new Date().toISOString(),
    base_model: { source: model.source, revision: model.revision, architecture, weights_hash: weightsHash },
    original,
    pruned,
    layers_removed: original.layers - pruned.layers,
    layer_compression: (original.layers - pruned.layers) / original.layers,
    parameter_compression: (original.parameters - pruned.parameters) / original.parameters,
    layer_map: layerOrigins(layers, merge.rule),
  }
}
