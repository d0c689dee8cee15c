/** A model's part in a divergence, as its engine sees it. */
import path from 'node:path'
import type { ModelConfig } from '../../model/config/config.ts'
import { relocateTensors } from '../../model/runnable/relocate-tensors.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { commonFolder } from '../../model/weights/weights.ts'
import type { HiddenStates } from '../hidden-states.ts'

/** The original stores its hidden states; a variant reads them, and has the original's head beside its own. */
export type EngineDivergence =
  | { readonly kind: 'original'; readonly states: HiddenStates }
  | { readonly kind: 'variant'; readonly states: HiddenStates; readonly original: HeadSource }

/** A model whose head is applied. */
export interface HeadSource {
  readonly config: ModelConfig
  /** At least those of the head. */
  readonly weights: RunnableWeights
}

/** What an engine loads. */
export interface LoadedWeights {
  readonly weights: RunnableWeights
  readonly divergence: EngineDivergence | undefined
}

/** Weights and the original's head below one folder: onnxruntime takes the weights of a session from a single one. Fails with StoreError if there is none. */
export function withOneFolder(weights: RunnableWeights, divergence: EngineDivergence | undefined): LoadedWeights {
  if (divergence?.kind !== 'variant') return { weights, divergence }
  const { original } = divergence
  const root = commonFolder([weights, original.weights].map((each) => path.join(each.root, 'any')))
  const below = (each: RunnableWeights): RunnableWeights => ({ ...relocateTensors(each, each.root, root), root })
  return { weights: below(weights), divergence: { ...divergence, original: { ...original, weights: below(original.weights) } } }
}
