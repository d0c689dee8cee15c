/** How many tokens a forward pass may have, from the model's shapes and the machine's memory. */
import os from 'node:os'
import type { ModelConfig } from '../checkpoint/config.ts'

/** Tokens of a forward pass. */
export interface BatchBudget {
  /** Of a batch that shares little with the next: enough for matrix products to run at their full rate. */
  readonly usual: number
  /** Of a batch whose beginning the next one would otherwise compute again. */
  readonly most: number
}

/** Tokens of a batch when nothing is said. */
const USUAL_TOKENS = 4096
/** A batch grows up to this; the shots of all MMLU, computed again where that is not enough, are 2.5 % of its tokens. */
const MOST_GROWTH = 8
/** The share of the machine's memory that a grown batch may take beside the weights. */
const MEMORY_SHARE = 1 / 8

/** What a model's batches may have; `batchTokens`, where given, is both bounds. The same on machines of one size: it does not look at what happens to be free. */
export function batchBudget(config: BatchShape, batchTokens?: number, machineBytes = machineMemory()): BatchBudget {
  if (batchTokens !== undefined) return { usual: batchTokens, most: batchTokens }
  let most = USUAL_TOKENS
  while (most < USUAL_TOKENS * MOST_GROWTH && most * 2 * bytesPerToken(config) <= machineBytes * MEMORY_SHARE) most *= 2
  return { usual: USUAL_TOKENS, most }
}

type BatchShape = Pick<ModelConfig, 'hiddenSize' | 'intermediateSize' | 'headCount' | 'headSize'>

/** What a layer holds of a token at once, in f32: gate, sigmoid and up projection; states before and after a norm; queries, keys, values and what attention gives. Measured on SmolLM2-135M: 33 to 37 kB for 34.6 here. */
function bytesPerToken({ hiddenSize, intermediateSize, headCount, headSize }: BatchShape): number {
  return 4 * (3 * intermediateSize + 3 * hiddenSize + 4 * headCount * headSize)
}

/** The machine's, or the container's where that is less. */
function machineMemory(): number {
  const limit = process.constrainedMemory()
  return limit ? Math.min(os.totalmem(), limit) : os.totalmem()
}
