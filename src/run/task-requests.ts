/** The requests of a loaded task: all of them, in chunks, and by name. */
import { cutChunks } from '../plan/chunks.ts'
import type { Item, Request } from '../task/request.ts'
import type { ChunkedRequests } from './encode-ahead.ts'
import type { LoadedTask } from './loaded-task.ts'

/** All requests of a task, in the order of its items. */
export function requestsOf({ parts }: LoadedTask): Request[] {
  return parts.flatMap(({ items }) => items.flatMap(({ requests }): readonly Request[] => requests))
}

/**
 * A task's requests in the order in which they are computed. `position` is the task's in the run: the first task begins with
 * a single item, so that the first score comes soon.
 */
export function inChunks(loaded: LoadedTask, position: number): ChunkedRequests {
  const parts = loaded.parts.map(({ items }) => items.map(({ requests }) => requests))
  return { requests: requestsOf(loaded), nameOf: requestNames(loaded), chunks: cutChunks(parts, { quickStart: position === 0 }) }
}

/** The name of a request in errors, by its index in the task: `piqa, row 12, choice 1 of 2`. */
function requestNames({ parts }: LoadedTask): (index: number) => string {
  return (index) => {
    let next = 0
    for (const { name, items } of parts)
      for (const item of items) {
        const place = index - next
        next += item.requests.length
        if (place < item.requests.length) return item.kind === 'corpus' ? name : `${name}, row ${item.docId}${choiceName(item, place)}`
      }
    throw new RangeError(`no request ${index}`)
  }
}

/** Which choice of an item a request is about; '' without choices. */
function choiceName(item: Item, place: number): string {
  if (!('choices' in item)) return ''
  const count = item.choices.length
  return `, choice ${(place % count) + 1} of ${count}${place >= count ? ' without its prompt' : ''}`
}
