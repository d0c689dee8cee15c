/** Pairs the items of two runs by prompt and target. */
import type { StoredItem } from '../store/stored-run.ts'

/** Items that both runs have, and those that only one has. */
export interface Pairing {
  readonly pairs: readonly (readonly [StoredItem, StoredItem])[]
  readonly onlyInOriginal: readonly StoredItem[]
  readonly onlyInVariant: readonly StoredItem[]
}

/** Pairs items by prompt and target; equal items of a dataset are paired in the order of its rows. */
export function pairItems(original: readonly StoredItem[], variant: readonly StoredItem[]): Pairing {
  const waiting = new Map<string, StoredItem[]>()
  for (const item of inOrder(variant)) {
    const same = waiting.get(itemKey(item))
    if (same) same.push(item)
    else waiting.set(itemKey(item), [item])
  }
  const pairs: [StoredItem, StoredItem][] = []
  const onlyInOriginal: StoredItem[] = []
  for (const item of inOrder(original)) {
    const other = waiting.get(itemKey(item))?.shift()
    if (other) pairs.push([item, other])
    else onlyInOriginal.push(item)
  }
  return { pairs, onlyInOriginal, onlyInVariant: [...waiting.values()].flat() }
}

/** Equal for items with the same prompt and target. */
export function itemKey({ promptHash, targetHash }: StoredItem): string {
  return `${promptHash} ${targetHash}`
}

function inOrder(items: readonly StoredItem[]): StoredItem[] {
  return items.toSorted((a, b) => a.docId - b.docId)
}
