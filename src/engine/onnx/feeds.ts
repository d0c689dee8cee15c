/** A planned batch as the tensors that the graph is fed. */
import { layOutAttention } from '../../plan/attention-layout.ts'
import type { Batch } from '../../plan/batches.ts'
import { cutPasses, wholePass, type Pass } from '../../plan/passes.ts'
import type { TokenTree } from '../../plan/token-tree.ts'
import type { SessionTensor } from './session-messages.ts'

/** Scored positions that pass the head at once: bounds the memory of logits to this × vocabulary × 4 bytes, twice. */
export const HEAD_CHUNK = 256

/** The inputs of `decoderGraph`, by name. With `chains` the graph has attention of its own for chains in all layers. */
export function batchFeeds(batch: Batch, passTokens: number, { chains }: { readonly chains: boolean }): Record<string, SessionTensor> {
  const passes = cutPasses(batch.tree, passTokens)
  const passCount = passes.length
  const layout = layOutAttention(passes, { chains })
  const { groupCount, rowCount, queryCount, keyCount } = layout
  const { leaving, places } = leavingTokens(batch.scored, passes)
  return {
    token_ids: stacked(passes.map(({ tokenIds }) => tokenIds)),
    positions: stacked(passes.map(({ depths }) => depths)),
    exits: stacked(passes.map(({ exits }) => exits)),
    queries: int32(layout.queries, passCount, groupCount, rowCount, queryCount),
    keys: int32(layout.keys, passCount, groupCount, rowCount, keyCount),
    key_counts: int64(layout.keyCounts, passCount, groupCount),
    query_slots: int32(layout.querySlots, passCount, layout.querySlots.length / passCount),
    group_counts: int64(layout.groupCounts, passCount),
    kept: stacked(passes.map(({ kept }) => kept)),
    kept_counts: int64(
      passes.map(({ kept }) => kept.length),
      passCount,
    ),
    is_chain: { type: 'bool', values: Uint8Array.from(passes, ({ isChain }) => Number(isChain)), shape: [passCount] },
    leaving,
    ...scoredFeeds(batch, places),
  }
}

/** What is asked of a batch's tokens; `places` says where the graph finds its scored nodes, as they come. */
export function scoredFeeds({ scored, targets, targetColumns }: Batch, places = scored): Record<'scored' | 'targets', SessionTensor> {
  const chunkCount = Math.ceil(scored.length / HEAD_CHUNK)
  const chunkSize = Math.ceil(scored.length / chunkCount)
  return {
    scored: int32(padded(places, chunkCount * chunkSize), chunkCount, chunkSize),
    targets: int32(padded(targets, chunkCount * chunkSize * targetColumns), chunkCount, chunkSize, targetColumns),
  }
}

/** The inputs that say which token attends to which in a graph of one pass. */
export function attentionFeeds(tree: TokenTree): Record<string, SessionTensor> {
  const { groupCount, rowCount, queryCount, keyCount, queries, keys, keyCounts, querySlots } = layOutAttention([wholePass(tree)])
  return {
    positions: int32(tree.depths, tree.depths.length),
    exits: int32(tree.exits, tree.exits.length),
    queries: int32(queries, groupCount, rowCount, queryCount),
    keys: int32(keys, groupCount, rowCount, keyCount),
    key_counts: int64(keyCounts, groupCount),
    query_slots: int32(querySlots, querySlots.length),
  }
}

/** Scored nodes by pass, and for each scored node, as they come, where it stands among them. */
function leavingTokens(scored: Int32Array, passes: readonly Pass[]): { readonly leaving: SessionTensor; readonly places: Int32Array } {
  const length = passes[0]!.tokenIds.length
  const byPass = passes.map((): number[] => [])
  for (const node of scored) byPass[Math.floor(node / length)]!.push(node % length)
  const leaving = stacked(byPass.map((nodes) => Int32Array.from(nodes)))
  const [, columns] = leaving.shape
  const places = byPass.flatMap((nodes, pass) => nodes.map((_, index) => pass * columns! + index))
  return { leaving, places: Int32Array.from(places) }
}

/** Rows of unequal length, filled up with 0 to at least one column. */
function stacked(rows: readonly Int32Array[]): SessionTensor {
  const columns = Math.max(1, ...rows.map(({ length }) => length))
  const values = new Int32Array(rows.length * columns)
  rows.forEach((row, index) => values.set(row, index * columns))
  return int32(values, rows.length, columns)
}

function int64(values: readonly number[], ...shape: number[]): SessionTensor {
  return { type: 'int64', values: BigInt64Array.from(values, BigInt), shape }
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
