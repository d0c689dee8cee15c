/**
 * A batch goes through the model in passes: runs of its tokens in preorder, so short that what a layer makes of one stays in the processor's
 * cache. What a pass needs of the passes before it is one path, the ancestors of its first token, whose keys and values are cached.
 */
import type { TokenTree } from './token-tree.ts'

/** One run of a tree's nodes. Its past and its own nodes together are counted through: past from 0, own from `pastCount` on. */
export interface Pass {
  readonly tokenIds: Int32Array
  /** Depth in the tree of each own node, from 0. */
  readonly depths: Int32Array
  /** How many nodes of earlier passes it sees: the ancestors of its first node, from the root. */
  readonly pastCount: number
  /** Past and own nodes: one past the last descendant. Node j is seen by i when j <= i < subtreeEnds[j]. */
  readonly subtreeEnds: Int32Array
  /** Which past and own nodes are the past of the next pass; none in the last pass. */
  readonly nextPast: Int32Array
  /** Whether every node sees all nodes before it, and the next pass, if there is one, needs all of them. */
  readonly isLinear: boolean
}

/** A tree as one pass without a past. */
export function wholePass({ tokenIds, depths, subtreeEnds }: Omit<TokenTree, 'ends'>): Pass {
  return { tokenIds, depths, pastCount: 0, subtreeEnds, nextPast: new Int32Array(0), isLinear: isLinear(depths, 0) }
}

/**
 * Cuts a tree into as few passes of at most `passTokens` nodes as there can be, all of one length. At most one node a pass is added at the
 * end, below the last one, to fill them.
 */
export function cutPasses(tree: TokenTree, passTokens: number): Pass[] {
  const passCount = Math.ceil(tree.tokenIds.length / passTokens)
  if (passCount === 1) return [wholePass(tree)]
  const length = Math.ceil(tree.tokenIds.length / passCount)
  const { tokenIds, depths, subtreeEnds } = padded(tree, length * passCount)
  const passes: Pass[] = []
  /** Nodes of the path to the last node seen, by depth. */
  const path: number[] = []
  let past: number[] = []
  for (let start = 0; start < tokenIds.length; start += length) {
    const end = start + length
    for (let node = start; node < end; node++) path[depths[node]!] = node
    const next = end < tokenIds.length ? path.slice(0, depths[end]) : []
    const nodes = [...past, ...Array.from({ length }, (_, index) => start + index)]
    const placeOf = new Map(nodes.map((node, place) => [node, place]))
    const own = depths.subarray(start, end)
    passes.push({
      tokenIds: tokenIds.subarray(start, end),
      depths: own,
      pastCount: past.length,
      subtreeEnds: Int32Array.from(nodes, (node) => past.length + Math.min(subtreeEnds[node]!, end) - start),
      nextPast: Int32Array.from(next, (node) => placeOf.get(node)!),
      isLinear: isLinear(own, past.length) && (end === tokenIds.length || next.length === nodes.length),
    })
    past = next
  }
  return passes
}

/** The tree with a linear sequence below its last node, so that it has `size` nodes. */
function padded({ tokenIds, depths, subtreeEnds }: TokenTree, size: number): Pick<TokenTree, 'tokenIds' | 'depths' | 'subtreeEnds'> {
  const count = tokenIds.length
  const longer = { tokenIds: new Int32Array(size), depths: new Int32Array(size), subtreeEnds: new Int32Array(size).fill(size) }
  longer.tokenIds.set(tokenIds)
  longer.depths.set(depths)
  longer.subtreeEnds.set(subtreeEnds.map((exit) => (exit === count ? size : exit)))
  for (let node = count; node < size; node++) longer.depths[node] = longer.depths[node - 1]! + 1
  return longer
}

function isLinear(depths: Int32Array, pastCount: number): boolean {
  return depths.every((depth, index) => depth === pastCount + index)
}
