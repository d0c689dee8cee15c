/**
 * Rows for attention over a packed tree as graphics processors take them: all rows of one shape, in one operator. A row is a run of
 * neighbouring nodes in preorder; its keys are the path of its first node and the run itself (see attention-layout.ts).
 */
import type { TokenTree } from './token-tree.ts'

/** Which tokens stand in which row. */
export interface RowLayout {
  /** R. */
  readonly rowCount: number
  /** S: queries of a row. */
  readonly queryCount: number
  /** L: keys of a row. */
  readonly keyCount: number
  /** Nodes, row-major, [rowCount, queryCount]; 0 where a row is shorter. */
  readonly queries: Int32Array
  /** Nodes, row-major, [rowCount, keyCount]; 0 where a row has fewer. */
  readonly keys: Int32Array
  /** Exits of the keys, row-major as `keys`; 0 where a row has fewer, so that no query sees what stands there. */
  readonly keyExits: Int32Array
  /** For each node its index in the flattened `queries`. */
  readonly querySlots: Int32Array
}

/** Row lengths that are tried. */
const QUERY_COUNTS = [32, 64, 128, 256, 512, 1024, 2048]
/** What a key costs that is copied into a row, in units of one query meeting one key: it is written once and read by all query heads. */
const KEY_COPY_COST = 24

interface Row {
  readonly start: number
  readonly end: number
  /** Ancestors of the first node, from the root. */
  readonly path: readonly number[]
}

/** Lays out a tree of at least one node in rows of the length that costs the least, padding included. */
export function layOutRows(tree: TokenTree): RowLayout {
  const candidates = QUERY_COUNTS.map((queryCount) => {
    const rows = cutRows(tree, queryCount)
    const keyCount = Math.max(...rows.map(keyTotal))
    return { queryCount: Math.min(queryCount, tree.depths.length), keyCount, rows, cost: rows.length * keyCount * (queryCount + KEY_COPY_COST) }
  })
  const { queryCount, keyCount, rows } = candidates.reduce((best, candidate) => (candidate.cost < best.cost ? candidate : best))
  const queries = new Int32Array(rows.length * queryCount)
  const keys = new Int32Array(rows.length * keyCount)
  const keyExits = new Int32Array(rows.length * keyCount)
  const querySlots = new Int32Array(tree.depths.length)
  rows.forEach(({ start, end, path }, index) => {
    keys.set(path, index * keyCount)
    for (let node = start; node < end; node++) {
      querySlots[node] = index * queryCount + node - start
      queries[querySlots[node]!] = node
      keys[index * keyCount + path.length + node - start] = node
    }
    const used = index * keyCount + path.length + end - start
    for (let column = index * keyCount; column < used; column++) keyExits[column] = tree.exits[keys[column]!]!
  })
  return { rowCount: rows.length, queryCount, keyCount, queries, keys, keyExits, querySlots }
}

function keyTotal({ start, end, path }: Row): number {
  return path.length + end - start
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
