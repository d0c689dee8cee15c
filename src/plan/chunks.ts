/**
 * The order of the work: a task's requests in chunks. Each is encoded while the one before it is computed, and planned by itself, so
 * that the first scores need not wait for the last tokens, and memory for plans does not grow with the benchmark.
 */
import { sharedTextLength } from '../text/shared-text.ts'
import type { Request } from '../task/request.ts'

/** Indices of requests, in the order in which they are encoded: those that begin alike are together. */
export type Chunk = readonly number[]

/** Where a chunk ends, unless the next request has the same context: about a second of encoding. */
const CHUNK_REQUESTS = 8192

/** Asking one item before all others repeats what it shares with them: at most this share of the characters. */
const FIRST_ITEM_SHARE = 1 / 64

/**
 * Cuts requests, given by part (subset) and item, into chunks of neighbors in text order; indices count through all parts. Every request
 * is in one chunk, and the choices of an item in the same one if they share their context. With `quickStart` the shortest item of the
 * first part is a chunk before all others, if that costs next to nothing: so a first score is there at once.
 */
export function cutChunks(parts: readonly (readonly (readonly Request[])[])[], { quickStart = false } = {}): readonly Chunk[] {
  const requests = parts.flat(2)
  const orders: number[][] = []
  let next = 0
  for (const items of parts) {
    const count = items.reduce((sum, item) => sum + item.length, 0)
    orders.push(Array.from({ length: count }, (_, index) => next + index).sort((a, b) => compareRequests(requests[a]!, requests[b]!) || a - b))
    next += count
  }
  const first = quickStart ? shortestItem(parts[0] ?? []) : undefined
  if (!first || !isNegligible(first, orders, requests)) return orders.flatMap((order) => cut(order, requests))
  const isFirst = new Set(first)
  return [first, ...orders.flatMap((order, part) => cut(part === 0 ? order.filter((index) => !isFirst.has(index)) : order, requests))]
}

function cut(order: readonly number[], requests: readonly Request[]): Chunk[] {
  const chunks: Chunk[] = []
  for (let start = 0; start < order.length;) {
    let end = Math.min(start + CHUNK_REQUESTS, order.length)
    while (end < order.length && contextOf(requests[order[end]!]!) === contextOf(requests[order[end - 1]!]!)) end++
    chunks.push(order.slice(start, end))
    start = end
  }
  return chunks
}

/** Indices of the requests of the item with the fewest characters. */
function shortestItem(items: readonly (readonly Request[])[]): Chunk | undefined {
  let best: Chunk | undefined
  let fewest = Infinity
  let next = 0
  for (const item of items) {
    const own = item.map((_, index) => next + index)
    next += item.length
    const length = item.reduce((sum, request) => sum + wholeText(request).length, 0)
    if (item.length > 0 && length < fewest) [best, fewest] = [own, length]
  }
  return best
}

/** Whether what `some` share with the others is negligible against the characters of all requests, those that neighbors share counted once. */
function isNegligible(some: Chunk, orders: readonly (readonly number[])[], requests: readonly Request[]): boolean {
  const repeated = sharedWithOthers(some, orders[0]!, requests)
  let total = 0
  let before = ''
  for (const order of orders) {
    for (const index of order) {
      const text = wholeText(requests[index]!)
      total += text.length - sharedTextLength(before, text)
      if (repeated <= total * FIRST_ITEM_SHARE) return true
      before = text
    }
  }
  return false
}

/** The longest common prefix, in characters, of one of `some` and a neighboring request in text order. */
function sharedWithOthers(some: Chunk, order: readonly number[], requests: readonly Request[]): number {
  const isOwn = new Set(some)
  let most = 0
  order.forEach((index, position) => {
    const next = order[position + 1]
    if (next === undefined || isOwn.has(index) === isOwn.has(next)) return
    most = Math.max(most, sharedTextLength(wholeText(requests[index]!), wholeText(requests[next]!)))
  })
  return most
}

function contextOf(request: Request): string {
  return request.kind === 'continuation' ? request.context : request.text
}

function wholeText(request: Request): string {
  return request.kind === 'continuation' ? request.context + request.continuation : request.text
}

function compareRequests(a: Request, b: Request): number {
  return compareText(contextOf(a), contextOf(b)) || (a.kind === 'continuation' && b.kind === 'continuation' ? compareText(a.continuation, b.continuation) : 0)
}

/** By UTF-16 units; the order of a language would be slower and no better. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
