/** Cutting the work into batches: runs of neighboring sequences whose common tree fits a token budget. */
import { buildTree, compareInputs, lastNodes, sharedLength, trieSize, type TokenRun, type TokenTree } from './token-tree.ts'
import type { Sequence } from './sequence.ts'

/** What is computed together: neighbors with their common prefixes once. */
export interface Batch {
  readonly tree: TokenTree
  /** Nodes after which tokens are asked for, ascending; a node is repeated if it has more targets than columns. */
  readonly scored: Int32Array
  /** Columns of `targets`. */
  readonly targetColumns: number
  /** Token ids, row-major, [scored.length, targetColumns]; 0 if a row has fewer. */
  readonly targets: Int32Array
  /** Which sequences it scores, and which slots of `targets` belong to each. */
  readonly members: readonly BatchMember[]
  /** As of its sequences: one that asks for it is enough. */
  readonly sumsExactly: boolean
}

/** A sequence's part in a batch. */
export interface BatchMember {
  /** Index into the planned sequences. */
  readonly sequence: number
  /** Index into `targets` of each of the sequence's targets, in order. */
  readonly slots: Int32Array
}

/** The whole of the work. */
export interface Plan {
  readonly batches: readonly Batch[]
  /** Nodes of the trie of all sequences: the least that has to be computed. */
  readonly tokensDistinct: number
  /** Nodes of all batches' trees. */
  readonly tokensComputed: number
}

/** A node with more targets takes another row: many choices at one place must not widen the whole table. */
const MOST_TARGET_COLUMNS = 8

/** A batch may end this much before its budget, if fewer tokens are shared with what follows and so are computed again. */
const EARLY_CUT_SHARE = 0.15

/** How much of a batch the next one may compute again before the batch grows instead. */
const REPEATED_SHARE = 1 / 32

/**
 * Plans sequences into batches of at most `batchTokens` tree nodes; a longer sequence has a batch of its own. Every sequence is in one batch.
 * If the next batch would begin with much of what this one computes (few-shot examples), a batch grows, up to `mostTokens`. Inputs longer than
 * `longInput` tokens share nothing with others: the model computes them in another way.
 */
export function planBatches(sequences: readonly Sequence[], batchTokens: number, mostTokens = batchTokens, longInput = Infinity): Plan {
  const { trees, tokensDistinct } = planTrees(sequences, batchTokens, mostTokens, longInput)
  // The largest first: then a lack of memory shows at once.
  const batches = trees.toSorted((a, b) => b.tree.tokenIds.length - a.tree.tokenIds.length).map((tree) => buildBatch(tree, sequences))
  return { batches, tokensDistinct, tokensComputed: trees.reduce((sum, { tree }) => sum + tree.tokenIds.length, 0) }
}

/** Nodes of the trie of all sequences: the least that any plan computes. */
export function countDistinctTokens(sequences: readonly TokenRun[]): number {
  return trieSize(sequences.toSorted(compareInputs))
}

/** A tree and whose it is. */
export interface PlannedTree {
  readonly tree: TokenTree
  /** Indices into the planned sequences, in the order of `tree.ends`. */
  readonly members: readonly number[]
}

/** Plans only which sequences share a tree; `tokensDistinct` is as in a Plan. */
export function planTrees(
  sequences: readonly TokenRun[],
  batchTokens: number,
  mostTokens = batchTokens,
  longInput = Infinity,
): { readonly trees: readonly PlannedTree[]; readonly tokensDistinct: number } {
  if (!Number.isInteger(batchTokens) || batchTokens < 1) throw new RangeError(`batchTokens must be a positive integer, got ${batchTokens}`)
  if (!Number.isInteger(mostTokens) || mostTokens < batchTokens) throw new RangeError(`mostTokens must be an integer from ${batchTokens} on, got ${mostTokens}`)
  const indices = sequences.map((_, index) => index)
  const isLong = (index: number) => sequences[index]!.input.length > longInput
  const planned = [indices.filter((index) => !isLong(index)), indices.filter(isLong)].map((part) => planPart(sequences, part, batchTokens, mostTokens))
  return { trees: planned.flatMap(({ trees }) => trees), tokensDistinct: planned.reduce((sum, part) => sum + part.tokensDistinct, 0) }
}

/** As planTrees, of the sequences with these indices. */
function planPart(sequences: readonly TokenRun[], indices: readonly number[], batchTokens: number, mostTokens: number): ReturnType<typeof planTrees> {
  const order = indices.toSorted((a, b) => compareInputs(sequences[a]!, sequences[b]!) || a - b)
  const sorted = order.map((index) => sequences[index]!)
  /** How many tokens of each sequence the one before it has too. */
  const shared = sorted.map((sequence, index) => (index === 0 ? 0 : sharedLength(sorted[index - 1]!, sequence)))
  const trees: PlannedTree[] = []
  for (let start = 0; start < sorted.length;) {
    const end = grownBatchEnd(sorted, shared, start, batchTokens, mostTokens)
    trees.push({ tree: buildTree(sorted.slice(start, end)), members: order.slice(start, end) })
    start = end
  }
  return { trees, tokensDistinct: sorted.reduce((sum, { input }, index) => sum + input.length - shared[index]!, 0) }
}

/** One past the last sequence of the batch that begins at `start`: the budget is doubled until the next batch repeats little, or up to `mostTokens`. */
function grownBatchEnd(sorted: readonly TokenRun[], shared: readonly number[], start: number, batchTokens: number, mostTokens: number): number {
  for (let budget = batchTokens; ; budget = Math.min(budget * 2, mostTokens)) {
    const end = batchEnd(sorted, shared, start, budget)
    const repeated = end < sorted.length ? shared[end]! : 0
    if (repeated <= budget * REPEATED_SHARE || budget === mostTokens) return end
  }
}

/** One past the last sequence of a batch of at most `batchTokens`: of the cuts near the budget, the one that repeats the fewest tokens. */
function batchEnd(sorted: readonly TokenRun[], shared: readonly number[], start: number, batchTokens: number): number {
  let size = sorted[start]!.input.length
  let best = start + 1
  for (let end = start + 1; ; end++) {
    const isLate = size >= batchTokens * (1 - EARLY_CUT_SHARE)
    if (end === sorted.length) return end
    if (!isLate || shared[end]! <= shared[best]!) best = end
    const added = sorted[end]!.input.length - shared[end]!
    size += added
    // What adds nothing, such as the choices of one token behind one prompt, is never worth another batch.
    if (size > batchTokens && added > 0) return best
  }
}

function buildBatch({ tree, members: indices }: PlannedTree, sequences: readonly Sequence[]): Batch {
  const sorted = indices.map((index) => sequences[index]!)
  const nodesOf = sorted.map(({ targets }, index) => lastNodes(tree, tree.ends[index]!, targets.length))
  const asked = new Map<number, number[]>()
  sorted.forEach(({ targets }, index) => {
    nodesOf[index]!.forEach((node, position) => {
      const wanted = asked.get(node) ?? []
      if (!wanted.includes(targets[position]!)) wanted.push(targets[position]!)
      asked.set(node, wanted)
    })
  })
  const nodes = [...asked.keys()].sort((a, b) => a - b)
  const targetColumns = Math.min(MOST_TARGET_COLUMNS, Math.max(...[...asked.values()].map(({ length }) => length)))
  const scored: number[] = []
  const targets: number[] = []
  const slotsOf = new Map<number, Map<number, number>>()
  for (const node of nodes) {
    const slots = new Map<number, number>()
    asked.get(node)!.forEach((token, position) => {
      if (position % targetColumns === 0) {
        scored.push(node)
        targets.push(...Array<number>(targetColumns).fill(0))
      }
      const slot = (scored.length - 1) * targetColumns + (position % targetColumns)
      targets[slot] = token
      slots.set(token, slot)
    })
    slotsOf.set(node, slots)
  }
  const members = sorted.map((sequence, index) => ({
    sequence: indices[index]!,
    slots: Int32Array.from(sequence.targets, (token, position) => slotsOf.get(nodesOf[index]![position]!)!.get(token)!),
  }))
  const sumsExactly = sorted.some((sequence) => sequence.sumsExactly)
  return { tree, scored: Int32Array.from(scored), targetColumns, targets: Int32Array.from(targets), members, sumsExactly }
}
