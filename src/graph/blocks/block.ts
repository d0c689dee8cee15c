/** What the blocks of a model have in common. A block adds its nodes to a graph and returns the name of its result. */
import type { GraphBuilder } from '../builder.ts'
import type { GraphWeights } from '../stored-weights.ts'

/** Where a block adds its nodes, and what it is made of. */
export interface Block<C> {
  readonly g: GraphBuilder
  /** Sizes and options of the model, as far as the block needs them. */
  readonly config: C
  /** The block's tensors; those of a layer without the prefix `model.layers.N.`. */
  readonly weights: GraphWeights
}
