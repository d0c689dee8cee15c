/** Unigram models as in the Rust library: the tokens with the highest sum of scores, found from left to right. */
import { byteTokens } from './bytes.ts'
import type { EncodePiece } from './encode-piece.ts'
import type { ModelContent } from './schema.ts'
import { Unsupported } from './unsupported.ts'

/** Score of an unknown character, below that of the least likely token. */
const UNKNOWN_PENALTY = 10

/** Tokens by their characters (UTF-16 units). */
interface Node {
  readonly next: Map<number, Node>
  id?: number
}

/** Pieces into ids. Fails with Unsupported if the unknown token is not in the vocabulary. */
export function unigram({ vocab: stored, unk_id: unknown, byte_fallback: fallsBack }: ModelContent & { readonly type: 'Unigram' }): EncodePiece {
  const vocab = stored.map(([token, score]) => [token, asSerdeReads(score)] as const)
  const unknownId = unknown ?? undefined
  if (vocab.length === 0) throw new Unsupported('model.vocab, which is empty')
  if (unknownId !== undefined && unknownId >= vocab.length) throw new Unsupported(`model.unk_id ${unknownId}, which is not in model.vocab`)
  const own = new Map(vocab.map(([token], id) => [token, id]))
  const root: Node = { next: new Map() }
  for (const [token, id] of own) if (token !== '') insert(root, token, id)
  const unknownScore = vocab.reduce((least, [, score]) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY
  const idOf = (token: string) => own.get(token)
  return (piece, ids) => {
    for (const token of bestPath(piece, root, { vocab, unknownScore, unknownId })) {
      const id = own.get(token)
      if (id !== undefined) {
        ids.push(id)
        continue
      }
      const bytes = fallsBack ? byteTokens(token, idOf) : undefined
      if (bytes) for (const byte of bytes) ids.push(byte)
      else if (unknownId === undefined) throw new Unsupported('model.unk_id null, with a text of unknown characters')
      else ids.push(unknownId)
    }
  }
}

/**
 * The double that serde_json makes of a score's digits: the digits as a double, then one product or quotient with a
 * power of ten. It is up to a unit in the last place off the nearest double, and so decides between paths of the same
 * tokens in another order.
 */
function asSerdeReads(score: number): number {
  const [mantissa = '', exponent = ''] = score.toExponential().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const power = Number(exponent) - fraction.length
  return power < 0 ? Number(whole + fraction) / Number(`1e${-power}`) : Number(whole + fraction) * Number(`1e${power}`)
}

function insert(root: Node, token: string, id: number): void {
  let node = root
  for (let place = 0; place < token.length; place++) {
    const unit = token.charCodeAt(place)
    const next = node.next.get(unit) ?? { next: new Map() }
    node.next.set(unit, next)
    node = next
  }
  node.id = id
}

interface Scores {
  readonly vocab: readonly (readonly [string, number])[]
  readonly unknownScore: number
  readonly unknownId: number | undefined
}

/** The tokens of a text; unknown characters that follow each other are one. */
function bestPath(text: string, root: Node, { vocab, unknownScore, unknownId }: Scores): string[] {
  const { length } = text
  const score = new Float64Array(length + 1)
  const startsAt = new Int32Array(length + 1).fill(-1)
  const ids = new Int32Array(length + 1).fill(-1)
  const offer = (end: number, start: number, sum: number, id: number) => {
    if (startsAt[end] !== -1 && sum <= score[end]!) return
    score[end] = sum
    startsAt[end] = start
    ids[end] = id
  }
  for (let start = 0; start < length;) {
    const size = text.codePointAt(start)! > 0xffff ? 2 : 1
    let isCovered = false
    let node: Node | undefined = root
    for (let place = start; place < length; place++) {
      node = node.next.get(text.charCodeAt(place))
      if (!node) break
      if (node.id === undefined) continue
      offer(place + 1, start, vocab[node.id]![1] + score[start]!, node.id)
      if (place + 1 - start === size) isCovered = true
    }
    if (!isCovered) {
      if (unknownId === undefined) throw new Unsupported('model.unk_id null, with a text of unknown characters')
      offer(start + size, start, unknownScore + score[start]!, unknownId)
    }
    start += size
  }
  const tokens: string[] = []
  let joined: string | undefined
  for (let end = length; end > 0; end = startsAt[end]!) {
    const token = text.slice(startsAt[end], end)
    if (unknownId !== undefined && ids[end] === unknownId) {
      joined = token + (joined ?? '')
      continue
    }
    if (joined !== undefined) tokens.push(joined)
    joined = undefined
    tokens.push(token)
  }
  if (joined !== undefined) tokens.push(joined)
  return tokens.reverse()
}
