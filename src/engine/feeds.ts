/** A planned batch as the tensors that the graph is fed. */
import { layOutAttention } from '../plan/attention-layout.ts'
import type { Batch } from '../plan/batches.ts'
import type { TokenTree } from '../plan/token-tree.ts'
import type { SessionTensor } from './session-messages.ts'

/** Scored positions that pass the head at once: bounds the memory of logits to this × vocabulary × 4 bytes, twice. */
export const HEAD_CHUNK = 256

/** The inputs of `decoderGraph`, by name. */
export function batchFeeds(batch: Batch): Record<string, SessionTensor> {
  return { ...scoredFeeds(batch), ...attentionFeeds(batch.tree) }
}

/** The tokens of a batch and what is asked of them. */
export function scoredFeeds({ tree, scored, targets, targetColumns }: Batch): Record<string, SessionTensor> {
  const chunkCount = Math.ceil(scored.length / HEAD_CHUNK)
  const chunkSize = Math.ceil(scored.length / chunkCount)
  return {
    token_ids: int32(tree.tokenIds, tree.tokenIds.length),
    scored: int32(padded(scored, chunkCount * chunkSize), chunkCount, chunkSize),
    targets: int32(padded(targets, chunkCount * chunkSize * targetColumns), chunkCount, chunkSize, targetColumns),
  }
}

/** The inputs that say which token attends to which; any graph with a decoder layer has them. */
export function attentionFeeds(tree: TokenTree): Record<string, SessionTensor> {
  const layout = layOutAttention(tree)
  const { groupCount, rowCount, queryCount, keyCount } = layout
  return {
    positions: int32(tree.depths, tree.depths.length),
    exits: int32(tree.exits, tree.exits.length),
    queries: int32(layout.queries, groupCount, rowCount, queryCount),
    keys: int32(layout.keys, groupCount, rowCount, keyCount),
    key_counts: { type: 'int64', values: BigInt64Array.from(layout.keyCounts, BigInt), shape: [groupCount] },
    query_slots: int32(layout.querySlots, layout.querySlots.length),
  }
}

/** A tensor of 32-bit integers. */
export function int32(values: Int32Array, ...shape: number[]): SessionTensor {
  return { type: 'int32', values, shape }
}

function padded(values: Int32Array, length: number): Int32Array {
  const whole = new Int32Array(length)
  whole.set(values)
  return whole
}
