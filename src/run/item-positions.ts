/** How many positions of each item a divergence compares, before anything is computed. */
import type { Encoder } from '../plan/encode.ts'
import { encodeAhead } from './encode-ahead.ts'
import { positionCount } from './item-divergence.ts'
import type { LoadedTask } from './loaded-task.ts'
import { inChunks } from './task-requests.ts'

/** An item's part (its task or subset), its row, and its scored positions; one that several choices share counts once. */
export interface ItemPositions {
  readonly part: string
  readonly docId: number
  readonly positions: number
}

/** Counts them. Items of corpora have none. Fails with RequestError on an item that cannot be encoded, and with AbortError. */
export async function itemPositions(loadedTasks: readonly LoadedTask[], encoder: Encoder, signal: AbortSignal | undefined): Promise<ItemPositions[]> {
  const counts: ItemPositions[] = []
  const encoded = encodeAhead(
    loadedTasks.map((loaded) => inChunks(loaded, 1)),
    encoder,
    signal,
  )
  for (const [index, { chunks }] of encoded.entries()) {
    const asked = new Map<number, SequencesOfRequest>()
    for (const { requests, encoded: chunk } of chunks) {
      const { sequences, parts } = await chunk
      parts.forEach((part, place) =>
        asked.set(
          requests[place]!,
          part.map((sequence) => sequences[sequence]!),
        ),
      )
    }
    let next = 0
    for (const { name, items } of loadedTasks[index]!.parts)
      for (const item of items) {
        const own = item.requests.map((_, place) => asked.get(next + place)!)
        next += item.requests.length
        if (item.kind !== 'corpus') counts.push({ part: name, docId: item.docId, positions: positionCount(item, own) })
      }
  }
  return counts
}

type SequencesOfRequest = Parameters<typeof positionCount>[1][number]
