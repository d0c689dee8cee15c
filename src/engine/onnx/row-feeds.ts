/** A planned batch as the inputs of a graph for GPUs. */
import type { ModelConfig } from '../../model/config/config.ts'
import { inverseFrequencies, rotaryScale } from '../../graph/blocks/rope.ts'
import { deviceRopes } from '../../graph/decoder.ts'
import type { Batch } from '../../plan/batches.ts'
import type { RowChunk, RowLayout } from '../../plan/row-layout.ts'
import { longestInput, type TokenTree } from '../../plan/token-tree.ts'
import { int32, headFeeds } from './feeds.ts'
import type { SessionTensor } from './session-messages.ts'

/** Returns a function that gives a batch, laid out in rows, the inputs of a graph for GPUs of these models with `chunkCount` chunks, by name. */
export function rowFeeds(
  models: readonly Pick<ModelConfig, 'rope' | 'localRope' | 'layerRopes' | 'rotaryWidth' | 'tensorNames'>[],
  headChunk?: number,
): (batch: Batch, layout: RowLayout, chunkCount: number) => Record<string, SessionTensor> {
  const ropes = deviceRopes(models).map((each) => ({ ...each, scale: rotaryScale(each.rope) }))
  const hasPositions = models.some(({ tensorNames }) => tensorNames.positions !== undefined)
  return (batch, { chunks, querySlots }, chunkCount) => ({
    token_ids: int32(batch.tree.tokenIds, batch.tree.tokenIds.length),
    ...headFeeds(batch, headChunk),
    ...(hasPositions && { positions: int32(batch.tree.depths, batch.tree.depths.length) }),
    ...Object.assign(
      {},
      ...ropes.map(({ rope, rotaryWidth, scale, cosines, sines }) => {
        const tables = rotaryFeeds(batch.tree, inverseFrequencies(rope, rotaryWidth, longestInput(batch.tree)), scale)
        return { [cosines]: tables.cosines, [sines]: tables.sines }
      }),
    ),
    ...Object.assign({}, ...Array.from({ length: chunkCount }, (_, index) => chunkFeeds(chunks[index] ?? NO_ROWS, batch.tree, index))),
    query_slots: int32(querySlots, querySlots.length),
  })
}

/** Inputs of a chunk that a batch has no rows for. */
const NO_ROWS: RowChunk = { rowCount: 1, queryCount: 1, keyCount: 1, queries: Int32Array.of(0), keys: Int32Array.of(0), keySubtreeEnds: Int32Array.of(0) }

function chunkFeeds(
  { rowCount, queryCount, keyCount, queries, keys, keySubtreeEnds }: RowChunk,
  { depths }: TokenTree,
  index: number,
): Record<string, SessionTensor> {
  const depthsOf = (nodes: Int32Array) => nodes.map((node) => depths[node]!)
  return {
    [`queries_${index}`]: int32(queries, rowCount, queryCount),
    [`keys_${index}`]: int32(keys, rowCount, keyCount),
    [`key_subtree_ends_${index}`]: int32(keySubtreeEnds, rowCount, keyCount),
    [`query_depths_${index}`]: int32(depthsOf(queries), rowCount, queryCount),
    [`key_depths_${index}`]: int32(depthsOf(keys), rowCount, keyCount),
  }
}

/** Angles as the graph for the CPU computes them: position × inverse frequency, in f32. */
function rotaryFeeds({ depths }: TokenTree, frequencies: Float32Array, scale: number): Record<'cosines' | 'sines', SessionTensor> {
  const half = frequencies.length
  const table = (turn: (angle: number) => number): SessionTensor => {
    const values = new Float32Array(depths.length * half)
    depths.forEach((depth, node) => {
      for (let pair = 0; pair < half; pair++) values[node * half + pair] = turn(Math.fround(depth * frequencies[pair]!)) * scale
    })
    return { type: 'float32', values, shape: [1, depths.length, half] }
  }
  return { cosines: table(Math.cos), sines: table(Math.sin) }
}
