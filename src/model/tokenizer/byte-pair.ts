/** Byte-pair encoding as the Rust library does it: the pair of lowest rank first, the leftmost of equals. */
import { byteTokens } from './bytes.ts'
import type { ModelContent } from './schema.ts'
import type { EncodePiece } from './encode-piece.ts'
import { Unsupported } from './unsupported.ts'

type Content = ModelContent & { readonly type: 'BPE' }

/** Pairs of neighbors as one number: ids are numbered densely, and there are fewer of them than this. */
const MOST_TOKENS = 2 ** 26

/** Turns pieces into ids. Fails with Unsupported on dropout and on merges that do not fit the vocabulary. */
export function bytePair(content: Content): EncodePiece {
  const { vocab, unk_token: unknown, continuing_subword_prefix: prefix, end_of_word_suffix: suffix, ignore_merges: isWholeFirst } = content
  if (typeof content.dropout === 'number' && content.dropout > 0) throw new Unsupported(`model.dropout ${content.dropout}, which is random`)
  const own = new Map(Object.entries(vocab))
  const merges = rankedMerges(content, own)
  const unknownId = typeof unknown === 'string' ? own.get(unknown) : undefined
  const addUnknown = (symbols: number[]) => {
    if (unknownId === undefined) throw new Unsupported(`model.unk_token ${JSON.stringify(unknown)}, which is not in model.vocab`)
    symbols.push(unknownId)
  }
  const idOf = (token: string) => own.get(token)
  return (piece, ids) => {
    const wholeId = isWholeFirst ? own.get(piece) : undefined
    if (wholeId !== undefined) {
      ids.push(wholeId)
      return
    }
    const symbols: number[] = []
    // An unknown character is added later, since it may be joined with its neighbors; byte tokens come before it, as in the library.
    let isWaiting = false
    const { length } = piece
    for (let place = 0; place < length;) {
      const size = piece.codePointAt(place)! > 0xffff ? 2 : 1
      let text = piece.slice(place, place + size)
      if (prefix && place > 0) text = prefix + text
      place += size
      if (suffix && place >= length) text += suffix
      const id = own.get(text)
      if (id !== undefined) {
        if (isWaiting) addUnknown(symbols)
        isWaiting = false
        symbols.push(id)
        continue
      }
      const bytes = content.byte_fallback ? byteTokens(text, idOf) : undefined
      if (bytes) {
        for (const byte of bytes) symbols.push(byte)
        continue
      }
      if (typeof unknown !== 'string') continue
      if (isWaiting && !content.fuse_unk) addUnknown(symbols)
      isWaiting = true
    }
    if (isWaiting) addUnknown(symbols)
    mergeAll(symbols, merges, ids)
  }
}

/** The merges: which token two tokens become, and the rank of the merge. */
interface Merges {
  readonly indexOf: ReadonlyMap<number, number>
  /** Rank by pair: `left * MOST_TOKENS + right`, of dense numbers. */
  readonly ranks: ReadonlyMap<number, number>
  /** Id of the token that each merge makes, by rank. */
  readonly made: readonly number[]
}

function rankedMerges({ merges, continuing_subword_prefix: prefix }: Content, own: ReadonlyMap<string, number>): Merges {
  const indexOf = new Map<number, number>()
  for (const id of own.values()) if (!indexOf.has(id)) indexOf.set(id, indexOf.size)
  if (indexOf.size >= MOST_TOKENS) throw new Unsupported(`model.vocab of ${indexOf.size} tokens`)
  const ranks = new Map<number, number>()
  const made: number[] = []
  const skipped = Array.from(prefix ?? '').length
  for (const [rank, merge] of merges.entries()) {
    const [left, right] = typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge
    const token = left + (skipped === 0 ? right : Array.from(right).slice(skipped).join(''))
    const [leftId, rightId, id] = [own.get(left), own.get(right), own.get(token)]
    if (leftId === undefined || rightId === undefined || id === undefined)
      throw new Unsupported(`model.merges[${rank}] ${JSON.stringify([left, right])}, whose parts or result are not in model.vocab`)
    ranks.set(indexOf.get(leftId)! * MOST_TOKENS + indexOf.get(rightId)!, rank)
    made.push(id)
  }
  return { indexOf, ranks, made }
}

/** Merges until nothing can be merged; a heap of the pairs that can, by rank and place. */
function mergeAll(symbols: number[], { indexOf, ranks, made }: Merges, ids: number[]): void {
  const count = symbols.length
  if (count < 2 || ranks.size === 0) {
    for (const id of symbols) ids.push(id)
    return
  }
  const [next, previous] = [new Int32Array(count), new Int32Array(count)]
  for (let place = 0; place < count; place++) {
    next[place] = place + 1 < count ? place + 1 : -1
    previous[place] = place - 1
  }
  const isGone = new Uint8Array(count)
  const numbers = symbols.map((id) => indexOf.get(id)!)
  const rankAt = (place: number, after: number) => ranks.get(numbers[place]! * MOST_TOKENS + numbers[after]!)
  const heap: number[] = []
  const push = (place: number, after: number) => {
    const rank = rankAt(place, after)
    if (rank !== undefined) pushTo(heap, rank * count + place)
  }
  for (let place = 0; place + 1 < count; place++) push(place, place + 1)
  while (heap.length > 0) {
    const top = popFrom(heap)
    const place = top % count
    const after = next[place]!
    if (isGone[place] === 1 || after < 0) continue
    const rank = rankAt(place, after)
    // The pair may have changed since; like the library, this compares the token that it makes.
    const id = made[(top - place) / count]!
    if (rank === undefined || made[rank] !== id) continue
    symbols[place] = id
    numbers[place] = indexOf.get(id)!
    isGone[after] = 1
    const following = next[after]!
    next[place] = following
    if (following >= 0) previous[following] = place
    if (previous[place]! >= 0) push(previous[place]!, place)
    if (following >= 0) push(place, following)
  }
  for (let place = 0; place >= 0; place = next[place]!) ids.push(symbols[place]!)
}

function pushTo(heap: number[], key: number): void {
  let place = heap.push(key) - 1
  while (place > 0) {
    const parent = (place - 1) >> 1
    if (heap[parent]! <= key) break
    heap[place] = heap[parent]!
    place = parent
  }
  heap[place] = key
}

function popFrom(heap: number[]): number {
  const top = heap[0]!
  const key = heap.pop()!
  const { length } = heap
  if (length === 0) return top
  let place = 0
  for (;;) {
    let child = 2 * place + 1
    if (child >= length) break
    if (child + 1 < length && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= key) break
    heap[place] = heap[child]!
    place = child
  }
  heap[place] = key
  return top
}
