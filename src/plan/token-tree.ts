/** Sequences merged into a trie: each distinct token after each distinct prefix is one node, however many sequences share it. */
import type { Sequence } from './sequence.ts'

/** What a tree is built of. */
export type TokenRun = Pick<Sequence, 'input'>

/**
 * A forest in preorder: a node's descendants follow it. Sequences that begin alike share nodes.
 * Node j is an ancestor of i, or i itself, when j <= i < subtreeEnds[j].
 */
export interface TokenTree {
  readonly tokenIds: Int32Array
  /** Distance from the root, from 0: the token's position in its sequences. */
  readonly depths: Int32Array
  /** One past the last descendant. */
  readonly subtreeEnds: Int32Array
  /** For each sequence, the node of its last input token. */
  readonly ends: readonly number[]
}

/** Order in which sequences with a common prefix are neighbors, and a sequence precedes those that continue it. */
export function compareInputs(a: TokenRun, b: TokenRun): number {
  const shared = sharedLength(a, b)
  return shared < Math.min(a.input.length, b.input.length) ? a.input[shared]! - b.input[shared]! : a.input.length - b.input.length
}

/** Nodes of the trie of sequences that are sorted by `compareInputs`. */
export function trieSize(sorted: readonly TokenRun[]): number {
  return sorted.reduce((sum, sequence, index) => sum + sequence.input.length - (index === 0 ? 0 : sharedLength(sorted[index - 1]!, sequence)), 0)
}

/** Number of tokens with which both inputs begin. */
export function sharedLength(a: TokenRun, b: TokenRun): number {
  if (a.input === b.input) return a.input.length
  const limit = Math.min(a.input.length, b.input.length)
  let index = 0
  while (index < limit && a.input[index] === b.input[index]) index++
  return index
}

/** The trie of sequences that are in the order of `compareInputs`. */
export function buildTree(sorted: readonly TokenRun[]): TokenTree {
  const size = trieSize(sorted)
  const tokenIds = new Int32Array(size)
  const depths = new Int32Array(size)
  const subtreeEnds = new Int32Array(size)
  const ends: number[] = []
  const path: number[] = []
  let next = 0
  const close = (depth: number) => {
    while (path.length > depth) subtreeEnds[path.pop()!] = next
  }
  sorted.forEach((sequence, index) => {
    close(index === 0 ? 0 : sharedLength(sorted[index - 1]!, sequence))
    for (let depth = path.length; depth < sequence.input.length; depth++) {
      tokenIds[next] = sequence.input[depth]!
      depths[next] = depth
      path.push(next++)
    }
    ends.push(path.at(-1)!)
  })
  close(0)
  return { tokenIds, depths, subtreeEnds, ends }
}

/** The last `count` nodes of a sequence, in order; `end` is the node of its last input token. */
export function lastNodes(tree: TokenTree, end: number, count: number): number[] {
  const nodes: number[] = []
  for (let node = end; nodes.length < count; node = parentOf(tree, node)) nodes.push(node)
  return nodes.reverse()
}

/** The parent of a node that is not a root: the nearest node before it that is less deep. */
function parentOf({ depths }: TokenTree, node: number): number {
  let parent = node - 1
  while (depths[parent]! >= depths[node]!) parent--
  return parent
}

/** Tokens of the longest input of a tree. */
export function longestInput({ depths }: Pick<TokenTree, 'depths'>): number {
  return depths.reduce((longest, depth) => Math.max(longest, depth + 1), 0)
}
