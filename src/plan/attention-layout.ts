/**
 * Rows for attention over a packed tree. A row is a run of neighbouring nodes in preorder: whatever an ancestor of one of them is,
 * it stands in the run itself or is an ancestor of the run's first node. So a row of S queries needs the keys of the first node's
 * path and of the run, for choices behind a context, items behind shots, and long windows alike.
 */
import type { TokenTree } from './token-tree.ts'

/** Which tokens stand in which row; all groups have the same shape. */
export interface AttentionLayout {
  readonly groupCount: number
  /** B: rows of a group. */
  readonly rowCount: number
  /** S: queries of a row. */
  readonly queryCount: number
  /** L: columns of `keys`, the most that any row needs. */
  readonly keyCount: number
  /** Nodes, row-major, [groupCount, rowCount, queryCount]; 0 where a row is shorter. */
  readonly queries: Int32Array
  /** Nodes, row-major, [groupCount, rowCount, keyCount]; the number of nodes where a row has fewer. */
  readonly keys: Int32Array
  /** For each group the most keys that one of its rows has. */
  readonly keyCounts: readonly number[]
  /** For each node its index in the flattened `queries`. */
  readonly querySlots: Int32Array
}

/** Row lengths that are tried; the one of the least cost is taken. */
const QUERY_COUNTS = [32, 64, 128, 256, 512]
/** What copying a key and its value costs, in units of one query meeting one key. */
const KEY_COPY_COST = 24
/** What a row costs by itself, in the same units. */
const ROW_COST = 2000
/** The most query-key pairs of a group with more than one row: bounds the memory of attention scores, times 4 bytes and the number of heads. */
const GROUP_PAIRS = 2 ** 18

/** The most query-key pairs of a row, and so of any group: a window of 8,192 tokens passes in rows of 128 queries, one of 32,768 in rows of 32. */
export const ROW_PAIRS = 2 ** 20

interface Row {
  readonly start: number
  readonly end: number
  /** Ancestors of the first node, from the root. */
  readonly path: readonly number[]
}

/** Lays out a tree of at least one node. */
export function layOutAttention(tree: TokenTree): AttentionLayout {
  const candidates = QUERY_COUNTS.map((queryCount) => {
    const rows = cutRows(tree, queryCount)
    const cost = rows.reduce((sum, row) => sum + (queryCount + KEY_COPY_COST) * keyTotal(row) + ROW_COST, 0)
    return { queryCount, rows, cost }
  })
  const bounded = candidates.filter(({ queryCount, rows }) => rows.every((row) => queryCount * keyTotal(row) <= ROW_PAIRS))
  // Beyond 131,072 keys even the shortest rows are larger.
  const { queryCount, rows } = (bounded.length > 0 ? bounded : candidates.slice(0, 1)).reduce((best, candidate) =>
    candidate.cost < best.cost ? candidate : best,
  )
  return arrange(tree, rows, Math.min(queryCount, Math.max(...rows.map(({ start, end }) => end - start))))
}

function keyTotal({ start, end, path }: Row): number {
  return path.length + end - start
}

/**
 * Cuts the nodes into runs of at most `queryCount`. In the later half of a run it is cut early where that saves more keys of the next row's
 * path than queries of this one: before an item that begins anew, but not along a chain.
 */
function cutRows({ depths }: TokenTree, queryCount: number): Row[] {
  const rows: Row[] = []
  const path: number[] = []
  for (let start = 0; start < depths.length;) {
    const last = Math.min(start + queryCount, depths.length)
    let end = last
    const worth = (cut: number) => depths[cut]! + last - cut
    if (last < depths.length) {
      for (let cut = last - 1; cut > start + queryCount / 2; cut--) if (worth(cut) < worth(end)) end = cut
    }
    rows.push({ start, end, path: path.slice(0, depths[start]) })
    for (let node = start; node < end; node++) path[depths[node]!] = node
    start = end
  }
  return rows
}

/** Rows with like numbers of keys share a group, so that little of it is padding. */
function arrange({ tokenIds }: TokenTree, rows: Row[], queryCount: number): AttentionLayout {
  const nodeCount = tokenIds.length
  const sorted = rows.toSorted((a, b) => keyTotal(a) - keyTotal(b) || a.start - b.start)
  const keyCount = keyTotal(sorted.at(-1)!)
  const rowsPerGroup = Math.max(1, Math.floor(GROUP_PAIRS / (queryCount * keyCount)))
  const groupCount = Math.ceil(sorted.length / rowsPerGroup)
  const rowCount = Math.ceil(sorted.length / groupCount)
  const queries = new Int32Array(groupCount * rowCount * queryCount)
  const keys = new Int32Array(groupCount * rowCount * keyCount).fill(nodeCount)
  const querySlots = new Int32Array(nodeCount)
  const keyCounts = Array<number>(groupCount).fill(1)
  sorted.forEach((row, index) => {
    const { start, end, path } = row
    for (let node = start; node < end; node++) {
      const slot = index * queryCount + node - start
      queries[slot] = node
      querySlots[node] = slot
      keys[index * keyCount + path.length + node - start] = node
    }
    keys.set(path, index * keyCount)
    const group = Math.floor(index / rowCount)
    keyCounts[group] = Math.max(keyCounts[group]!, keyTotal(row))
  })
  return { groupCount, rowCount, queryCount, keyCount, queries, keys, keyCounts, querySlots }
}
