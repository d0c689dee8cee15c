/** Divides the work of a batch among the models that are computed together. */
import type { JointModels } from '../../graph/joint-decoder.ts'
import type { Batch } from '../../plan/batches.ts'
import { divideLayers } from '../../plan/layer-trie.ts'
import { adapterOperations, headOperations, layerOperations } from '../roofline/operations.ts'

/** A model's part of the work of a batch. */
export interface WorkShare {
  /** Layers × tokens. */
  readonly layerPasses: number
  /** Floating-point operations of its layers and its head. */
  readonly operations: number
  /** Its operations over those of all models, 0 to 1. */
  readonly share: number
}

/**
 * One share a model; what several models share counts for the first of `receivers`, indices of the models that get scores. The sums are those of the whole
 * batch. A model that is not a receiver has no share, and its head counts for none.
 */
export function divideWork({ models, trie }: JointModels, batch: Batch, receivers: readonly number[]): WorkShare[] {
  const layers = divideLayers(trie, receivers)
  const operations = models.map(({ config, weights }, model) =>
    receivers.includes(model)
      ? (layers[model]! / config.layerCount) * layerOperations(config, batch) + headOperations(config, batch) + adapterOperations(config, weights, batch)
      : 0,
  )
  const total = operations.reduce((sum, own) => sum + own, 0)
  return models.map((_, model) => ({
    layerPasses: layers[model]! * batch.tree.tokenIds.length,
    operations: operations[model]!,
    share: operations[model]! / total,
  }))
}
