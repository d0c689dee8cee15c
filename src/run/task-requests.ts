/** The requests of a loaded task: all of them, in chunks, and by name. */
import { cutChunks } from '../plan/chunks.ts'
import type { ChunkedRequests } from './encode-ahead.ts'
import type { LoadedTask } from './loaded-task.ts'

/** All requests of a task, in the order of its items. */
export function requestsOf({ parts }: LoadedTask) {
  return parts.flatMap(({ items }) => items.flatMap(({ requests }) => requests))
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
      for (const { docId, choices, requests } of items) {
        const place = index - next
        next += requests.length
        if (place >= requests.length) continue
        const choice = choices.length === 0 ? '' : `, choice ${(place % choices.length) + 1} of ${choices.length}`
        const isUnconditional = place >= choices.length && choices.length > 0
        return `${name}, row ${docId}${choice}${isUnconditional ? ' without its prompt' : ''}`
      }
    throw new RangeError(`no request ${index}`)
  }
}
