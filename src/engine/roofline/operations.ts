/** Floating-point operations of a model's matrix products: what speed is measured in. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { Batch } from '../../plan/batches.ts'
import { layerProjectionValues, projectionValues } from '../../model/weights/token-projections.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'

/** Of the projections of a model's first layer, for one token. A multiply-add is two operations. */
export function projectionOperations(config: ModelConfig): number {
  return 2 * layerProjectionValues(config, 0, 'token')
}

/** Of a batch: projections of its tokens, attention between each token and its ancestors, and the head at the scored positions. */
export function batchOperations(config: ModelConfig, batch: Batch): number {
  return layerOperations(config, batch) + headOperations(config, batch)
}

/** The same of all layers. */
export function layerOperations(config: ModelConfig, { tree }: Pick<Batch, 'tree'>): number {
  const { layerCount, headCount, headSize } = config
  let pairs = 0
  for (const depth of tree.depths) pairs += depth + 1
  return 2 * tree.tokenIds.length * projectionValues(config, 'token') + layerCount * 4 * headCount * headSize * pairs
}

/** The same of the head. */
export function headOperations({ vocabularySize, hiddenSize, embeddingWidth, tensorNames }: ModelConfig, { scored }: Pick<Batch, 'scored'>): number {
  const projection = tensorNames.headProjection === undefined ? 0 : hiddenSize
  return 2 * scored.length * embeddingWidth * (vocabularySize + projection)
}

/** Operations that an adapter adds to a batch: two thin products a module for each token; of the head at scored positions only. */
export function adapterOperations(
  { tensorNames }: Pick<ModelConfig, 'tensorNames'>,
  { adapter }: Pick<RunnableWeights, 'adapter'>,
  { tree, scored }: Pick<Batch, 'tree' | 'scored'>,
): number {
  let operations = 0
  for (const [name, { down, up }] of adapter ?? []) {
    const rows = name === tensorNames.head ? scored.length : tree.tokenIds.length
    // An embedding's first product is a look-up.
    const inner = name === tensorNames.embeddings ? 0 : down.shape[0]! * down.shape[1]!
    operations += 2 * rows * (inner + up.shape[0]! * up.shape[1]!)
  }
  return operations
}
