/** A planned batch as the tensors that the graph is fed. */
import { layOutAttention } from '../../plan/attention-layout.ts'
import type { Batch } from '../../plan/batches.ts'
import { cutPasses, wholePass, type Pass } from '../../plan/passes.ts'
import { longestInput, type TokenTree } from '../../plan/token-tree.ts'
import type { SessionTensor } from './session-messages.ts'

/** Positions that the head scores at once: bounds the memory of logits to this × vocabulary × 4 bytes, twice. */
export const HEAD_CHUNK = 256

/** How a batch is laid out. */
export interface FeedOptions {
  /** All layers have causal attention for linear passes, which need no rows. */
  readonly skipsLinearPasses: boolean
  readonly headChunk?: number
}

/** The inputs of `decoderGraph`, by name. */
export function batchFeeds(batch: Batch, passTokens: number, { skipsLinearPasses, headChunk }: FeedOptions): Record<string, SessionTensor> {
  const passes = cutPasses(batch.tree, passTokens)
  const passCount = passes.length
  const lastPosition = longestInput(batch.tree) - 1
  const layout = layOutAttention(passes, { skipsLinearPasses })
  const { groupCount, rowCount, queryCount, keyCount } = layout
  const { outputPositions, scored } = outputsOf(batch.scored, passes)
  return {
    token_ids: stacked(passes.map(({ tokenIds }) => tokenIds)),
    // Tokens that only fill the last pass are no part of an input, so no input is longer for them.
    positions: stacked(passes.map(({ depths }) => depths.map((depth) => Math.min(depth, lastPosition)))),
    subtree_ends: stacked(passes.map(({ subtreeEnds }) => subtreeEnds)),
    queries: int32(layout.queries, passCount, groupCount, rowCount, queryCount),
    keys: int32(layout.keys, passCount, groupCount, rowCount, keyCount),
    key_counts: int64(layout.keyCounts, passCount, groupCount),
    query_slots: int32(layout.querySlots, passCount, layout.querySlots.length / passCount),
    group_counts: int64(layout.groupCounts, passCount),
    next_past: stacked(passes.map(({ nextPast }) => nextPast)),
    next_past_counts: int64(
      passes.map(({ nextPast }) => nextPast.length),
      passCount,
    ),
    is_linear: { type: 'bool', values: Uint8Array.from(passes, ({ isLinear }) => Number(isLinear)), shape: [passCount] },
    output_positions: outputPositions,
    sums_exactly: { type: 'bool', values: Uint8Array.of(Number(batch.sumsExactly)), shape: [1] },
    ...headFeeds(batch, headChunk, scored),
  }
}

/** The inputs of the head, at most `headChunk` positions at once. `scored` are the rows of the hidden states in which it finds the batch's scored nodes, in their order. */
export function headFeeds(
  { targets, targetColumns, scored: nodes }: Batch,
  headChunk = HEAD_CHUNK,
  scored = nodes,
): Record<'scored' | 'targets', SessionTensor> {
  const chunkCount = Math.ceil(scored.length / headChunk)
  const chunkSize = Math.ceil(scored.length / chunkCount)
  return {
    scored: int32(padded(scored, chunkCount * chunkSize), chunkCount, chunkSize),
    targets: int32(padded(targets, chunkCount * chunkSize * targetColumns), chunkCount, chunkSize, targetColumns),
  }
}

/** The inputs that say which token attends to which in a graph of one pass. */
export function attentionFeeds(tree: TokenTree): Record<string, SessionTensor> {
  const { groupCount, rowCount, queryCount, keyCount, queries, keys, keyCounts, querySlots } = layOutAttention([wholePass(tree)])
  return {
    positions: int32(tree.depths, tree.depths.length),
    subtree_ends: int32(tree.subtreeEnds, tree.subtreeEnds.length),
    queries: int32(queries, groupCount, rowCount, queryCount),
    keys: int32(keys, groupCount, rowCount, keyCount),
    key_counts: int64(keyCounts, groupCount),
    query_slots: int32(querySlots, querySlots.length),
  }
}

/** Positions of the scored nodes in each pass, and for each scored node, in their order, its index among the positions of all passes. */
function outputsOf(nodes: Int32Array, passes: readonly Pass[]): { readonly outputPositions: SessionTensor; readonly scored: Int32Array } {
  const length = passes[0]!.tokenIds.length
  const byPass = passes.map((): number[] => [])
  for (const node of nodes) byPass[Math.floor(node / length)]!.push(node % length)
  const outputPositions = stacked(byPass.map((positions) => Int32Array.from(positions)))
  const [, columns] = outputPositions.shape
  const scored = byPass.flatMap((positions, pass) => positions.map((_, index) => pass * columns! + index))
  return { outputPositions, scored: Int32Array.from(scored) }
}

/** Rows of unequal length as one tensor of at least one column, padded with 0. */
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
