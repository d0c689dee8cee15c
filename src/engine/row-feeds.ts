/** A planned batch as the tensors that a graph for graphics processors is fed. */
import type { ModelConfig } from '../checkpoint/config.ts'
import { inverseFrequencies, rotaryScale } from '../graph/rope.ts'
import type { Batch } from '../plan/batches.ts'
import { layOutRows } from '../plan/row-layout.ts'
import type { TokenTree } from '../plan/token-tree.ts'
import { int32, scoredFeeds } from './feeds.ts'
import type { SessionTensor } from './session-messages.ts'

/** Gives batches of a model the inputs of `deviceDecoderGraph`, by name. */
export function rowFeeds(config: Pick<ModelConfig, 'rope' | 'headSize'>): (batch: Batch) => Record<string, SessionTensor> {
  const frequencies = inverseFrequencies(config.rope, config.headSize)
  const scale = rotaryScale(config.rope)
  return (batch) => {
    const { tree } = batch
    const { rowCount, queryCount, keyCount, queries, keys, keyExits, querySlots } = layOutRows(tree)
    const depthsOf = (nodes: Int32Array) => nodes.map((node) => tree.depths[node]!)
    return {
      ...scoredFeeds(batch),
      ...rotaryFeeds(tree, frequencies, scale),
      queries: int32(queries, rowCount, queryCount),
      keys: int32(keys, rowCount, keyCount),
      key_exits: int32(keyExits, rowCount, keyCount),
      query_depths: int32(depthsOf(queries), rowCount, queryCount),
      key_depths: int32(depthsOf(keys), rowCount, keyCount),
      query_slots: int32(querySlots, querySlots.length),
    }
  }
}

/** Angles as the graph for the CPU makes them: position × inverse frequency, in f32. */
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
