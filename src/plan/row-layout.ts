/**
 * Rows for attention over a packed tree as graphics processors take them: chunks of rows of one shape, a product each. A row is a run of
 * neighboring nodes in preorder; its keys are the path of its first node and the run itself (see attention-layout.ts).
 */
import { KEY_COPY_COST, keyTotal, type Row } from './attention-layout.ts'
import type { TokenTree } from './token-tree.ts'

/** The tokens of each row. */
export interface RowLayout {
  readonly chunks: readonly RowChunk[]
  /** For each node its index among the queries of all chunks, one chunk behind the other. */
  readonly querySlots: Int32Array
}

/** Rows of one product. */
export interface RowChunk {
  /** R. */
  readonly rowCount: number
  /** S: queries of a row. */
  readonly queryCount: number
  /** L: keys of a row. */
  readonly keyCount: number
  /** Nodes, row-major, [rowCount, queryCount]; 0 if a row is shorter. */
  readonly queries: Int32Array
  /** Nodes, row-major, [rowCount, keyCount]; 0 if a row has fewer. */
  readonly keys: Int32Array
  /** Subtree ends of the keys, row-major as `keys`; 0 if a row has fewer, so that no query sees the padding. */
  readonly keySubtreeEnds: Int32Array
}

/** Row lengths that are tried; what a copied key costs is as on the CPU, not measured on a GPU. */
const QUERY_COUNTS = [32, 64, 128, 256, 512, 1024]

/** Lays out a tree of at least one node; a chunk has at most `mostPairs` query-key pairs, padding included, or a single row of the shortest length. */
export function layOutRows(tree: TokenTree, mostPairs: number): RowLayout {
  const candidates = QUERY_COUNTS.map((queryCount) => {
    const width = Math.min(queryCount, tree.depths.length)
    const chunks = fillChunks(cutRows(tree, queryCount), width, mostPairs)
    const cost = chunks.reduce((sum, rows) => sum + rows.length * keyTotal(rows.at(-1)!) * (width + KEY_COPY_COST), 0)
    const fits = chunks.every((rows) => rows.length * width * keyTotal(rows.at(-1)!) <= mostPairs)
    return { width, chunks, cost, fits }
  })
  const fitting = candidates.filter(({ fits }) => fits)
  const best = (fitting.length > 0 ? fitting : candidates.slice(0, 1)).reduce((a, b) => (b.cost < a.cost ? b : a))
  return arrange(tree, best.chunks, best.width)
}

/** Runs of `queryCount` nodes, the last one shorter. */
function cutRows({ depths }: TokenTree, queryCount: number): Row[] {
  const rows: Row[] = []
  const path: number[] = []
  for (let start = 0; start < depths.length; start += queryCount) {
    const end = Math.min(start + queryCount, depths.length)
    rows.push({ start, end, path: path.slice(0, depths[start]) })
    for (let node = start; node < end; node++) path[depths[node]!] = node
  }
  return rows
}

/** Rows with like numbers of keys share a chunk, so that little of it is padding; the last of a chunk has the most. */
function fillChunks(rows: readonly Row[], queryCount: number, mostPairs: number): Row[][] {
  const chunks: Row[][] = []
  for (const row of rows.toSorted((a, b) => keyTotal(a) - keyTotal(b) || a.start - b.start)) {
    const last = chunks.at(-1)
    if (last && (last.length + 1) * queryCount * keyTotal(row) <= mostPairs) last.push(row)
    else chunks.push([row])
  }
  return chunks
}

function arrange({ depths, subtreeEnds }: TokenTree, chunks: readonly (readonly Row[])[], queryCount: number): RowLayout {
  const querySlots = new Int32Array(depths.length)
  let firstSlot = 0
  const arranged = chunks.map((rows): RowChunk => {
    const keyCount = keyTotal(rows.at(-1)!)
    const queries = new Int32Array(rows.length * queryCount)
    const keys = new Int32Array(rows.length * keyCount)
    const keySubtreeEnds = new Int32Array(rows.length * keyCount)
    rows.forEach(({ start, end, path }, index) => {
      const firstKey = index * keyCount
      keys.set(path, firstKey)
      for (let node = start; node < end; node++) {
        const slot = index * queryCount + node - start
        queries[slot] = node
        querySlots[node] = firstSlot + slot
        keys[firstKey + path.length + node - start] = node
      }
      const used = firstKey + path.length + end - start
      for (let column = firstKey; column < used; column++) keySubtreeEnds[column] = subtreeEnds[keys[column]!]!
    })
    firstSlot += queries.length
    return { rowCount: rows.length, queryCount, keyCount, queries, keys, keySubtreeEnds }
  })
  return { chunks: arranged, querySlots }
}
