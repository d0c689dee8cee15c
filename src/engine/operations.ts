/** Floating-point operations of a model's matrix products: what speed is measured in. */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { Batch } from '../plan/batches.ts'

type Shape = Pick<ModelConfig, 'hiddenSize' | 'intermediateSize' | 'headCount' | 'keyValueHeadCount' | 'headSize'>

/** Of a layer's projections, for one token. A multiply-add is two operations. */
export function projectionOperations({ hiddenSize, intermediateSize, headCount, keyValueHeadCount, headSize }: Shape): number {
  return 2 * (2 * hiddenSize * headSize * (headCount + keyValueHeadCount) + 3 * hiddenSize * intermediateSize)
}

/** Of a batch: projections of its tokens, attention between each token and its ancestors, and the head at the scored positions. */
export function batchOperations(config: Shape & Pick<ModelConfig, 'layerCount' | 'vocabularySize'>, { tree, scored }: Batch): number {
  const { layerCount, headCount, headSize, vocabularySize, hiddenSize } = config
  let pairs = 0
  for (const depth of tree.depths) pairs += depth + 1
  const inLayers = layerCount * (tree.tokenIds.length * projectionOperations(config) + 4 * headCount * headSize * pairs)
  return inLayers + 2 * scored.length * vocabularySize * hiddenSize
}
