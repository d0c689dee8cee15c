/**
 * Rows for attention over packed trees. A row is a run of neighboring nodes in preorder: whatever an ancestor of one of them is,
 * it is in the run itself or is an ancestor of the run's first node. So a row of S queries needs the keys of the first node's
 * path and of the run, for choices behind a context, items behind shots, and long windows alike.
 */
import type { Pass } from './passes.ts'

/** The tokens of each row, for C passes. A pass has some of the G groups; all groups have the same shape. */
export interface AttentionLayout {
  readonly passCount: number
  /** G. */
  readonly groupCount: number
  /** How many groups each pass has. */
  readonly groupCounts: readonly number[]
  /** B: rows of a group. */
  readonly rowCount: number
  /** S: queries of a row. */
  readonly queryCount: number
  /** L: columns of `keys`, the most that any row needs. */
  readonly keyCount: number
  /** Own nodes of the pass, row-major, [C, G, B, S]; 0 if a row is shorter. */
  readonly queries: Int32Array
  /** Past and own nodes, row-major, [C, G, B, L]; more than any node if a row has fewer. */
  readonly keys: Int32Array
  /** For each group the most keys that one of its rows has, [C, G]. */
  readonly keyCounts: readonly number[]
  /** For each own node its index in its pass's flattened `queries`, [C, nodes]. */
  readonly querySlots: Int32Array
}

/** Row lengths that are tried; the one of the least cost is taken. */
const QUERY_COUNTS = [32, 64, 128, 256, 512]
/** What copying a key and its value costs, in units of one query meeting one key. */
export const KEY_COPY_COST = 24
/** What a row costs by itself, in the same units. */
const ROW_COST = 2000
/** The most query-key pairs of a group with more than one row: bounds the memory of attention scores, times 4 bytes and the number of heads. */
const GROUP_PAIRS = 2 ** 18

/** The most query-key pairs of a row, and so of any group: a window of 8,192 tokens passes in rows of 128 queries, one of 32,768 in rows of 32. */
export const ROW_PAIRS = 2 ** 20

/** A run of nodes, and what it sees besides itself. */
export interface Row {
  readonly start: number
  readonly end: number
  /** Ancestors of the first node, from the root. */
  readonly path: readonly number[]
}

/** Lays out passes of one length, of at least one node. With `skipsLinearPasses`, linear ones get no rows: the graph computes their attention without. */
export function layOutAttention(passes: readonly Pass[], { skipsLinearPasses = false } = {}): AttentionLayout {
  const rowsBy = (queryCount: number) => passes.map((pass) => (skipsLinearPasses && pass.isLinear ? [] : cutRows(pass, queryCount)))
  const candidates = QUERY_COUNTS.map((queryCount) => {
    const rows = rowsBy(queryCount)
    const cost = rows.flat().reduce((sum, row) => sum + (queryCount + KEY_COPY_COST) * keyTotal(row) + ROW_COST, 0)
    return { queryCount, rows, cost }
  })
  const bounded = candidates.filter(({ queryCount, rows }) => rows.every((own) => own.every((row) => queryCount * keyTotal(row) <= ROW_PAIRS)))
  // Beyond 131,072 keys even the shortest rows are larger.
  const { queryCount, rows } = (bounded.length > 0 ? bounded : candidates.slice(0, 1)).reduce((best, candidate) =>
    candidate.cost < best.cost ? candidate : best,
  )
  const longest = rows.flat().reduce((most, { start, end }) => Math.max(most, end - start), 1)
  return arrange(passes, rows, Math.min(queryCount, longest))
}

/** Keys of a row: its path and its own nodes. */
export function keyTotal({ start, end, path }: Row): number {
  return path.length + end - start
}

/**
 * Cuts the own nodes into runs of at most `queryCount`. In the later half of a run it is cut early if that saves more keys of the next
 * row's path than queries of this one: before an item that begins anew, but not along a linear sequence.
 */
function cutRows({ depths, pastCount }: Pass, queryCount: number): Row[] {
  const rows: Row[] = []
  const path = Array.from({ length: pastCount }, (_, node) => node)
  for (let start = 0; start < depths.length;) {
    const last = Math.min(start + queryCount, depths.length)
    let end = last
    const worth = (cut: number) => depths[cut]! + last - cut
    if (last < depths.length) {
      for (let cut = last - 1; cut > start + queryCount / 2; cut--) if (worth(cut) < worth(end)) end = cut
    }
    rows.push({ start, end, path: path.slice(0, depths[start]) })
    for (let node = start; node < end; node++) path[depths[node]!] = pastCount + node
    start = end
  }
  return rows
}

/** Rows with like numbers of keys share a group, so that little of it is padding. */
function arrange(passes: readonly Pass[], rows: readonly Row[][], queryCount: number): AttentionLayout {
  const keyCount = rows.flat().reduce((most, row) => Math.max(most, keyTotal(row)), 1)
  const rowsPerGroup = Math.max(1, Math.floor(GROUP_PAIRS / (queryCount * keyCount)))
  const fewestGroups = Math.max(1, ...rows.map((own) => Math.ceil(own.length / rowsPerGroup)))
  const rowCount = Math.max(1, ...rows.map((own) => Math.ceil(own.length / fewestGroups)))
  const groupCounts = rows.map((own) => Math.ceil(own.length / rowCount))
  const groupCount = Math.max(1, ...groupCounts)
  const nodeCount = passes[0]!.tokenIds.length
  const noNode = Math.max(...passes.map(({ subtreeEnds }) => subtreeEnds.length))
  const rowsOfPass = groupCount * rowCount
  const queries = new Int32Array(passes.length * rowsOfPass * queryCount)
  const keys = new Int32Array(passes.length * rowsOfPass * keyCount).fill(noNode)
  const querySlots = new Int32Array(passes.length * nodeCount)
  const keyCounts = Array<number>(passes.length * groupCount).fill(1)
  rows.forEach((own, pass) => {
    const { pastCount } = passes[pass]!
    const sorted = own.toSorted((a, b) => keyTotal(a) - keyTotal(b) || a.start - b.start)
    sorted.forEach((row, index) => {
      const { start, end, path } = row
      const place = pass * rowsOfPass + index
      for (let node = start; node < end; node++) {
        const column = node - start
        queries[place * queryCount + column] = node
        querySlots[pass * nodeCount + node] = index * queryCount + column
        keys[place * keyCount + path.length + column] = pastCount + node
      }
      keys.set(path, place * keyCount)
      const group = pass * groupCount + Math.floor(index / rowCount)
      keyCounts[group] = Math.max(keyCounts[group]!, keyTotal(row))
    })
  })
  return { passCount: passes.length, groupCount, groupCounts, rowCount, queryCount, keyCount, queries, keys, keyCounts, querySlots }
}
