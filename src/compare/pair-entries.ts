/** The items of a task or group under both models, paired. */
import type { StoredItem } from '../store/stored-run.ts'
import type { EntryPair } from './differences.ts'
import { pairItems } from './pair-items.ts'

/** Two entries with what pairing their items gave. */
export interface PairedEntry extends EntryPair {
  /** Null if a side has no items. */
  readonly pairs: readonly (readonly [StoredItem, StoredItem])[] | null
  /** Items that only one side has. */
  readonly leftOutCount: number
}

/** Pairs the items of each task of the entries. */
export function pairEntries({ original, variant }: EntryPair): PairedEntry {
  const strata = original.strata.map(({ name, items }) => ({ items, others: variant.strata.find((stratum) => stratum.name === name)?.items }))
  if (strata.length === 0 || strata.some(({ items, others }) => !items || !others)) return { original, variant, pairs: null, leftOutCount: 0 }
  const pairings = strata.map(({ items, others }) => pairItems(items!, others!))
  return {
    original,
    variant,
    pairs: pairings.flatMap(({ pairs }) => pairs),
    leftOutCount: pairings.reduce((sum, { onlyInOriginal, onlyInVariant }) => sum + onlyInOriginal.length + onlyInVariant.length, 0),
  }
}

/** Why items are not paired: the first row that both sides have, with another prompt or answer. Empty if there is none. */
export function unpairedExample({ original, variant }: EntryPair): string {
  for (const stratum of original.strata) {
    const others = new Map(variant.strata.find(({ name }) => name === stratum.name)?.items?.map((item) => [item.docId, item]))
    for (const item of stratum.items ?? []) {
      const other = others.get(item.docId)
      if (other && other.promptHash !== item.promptHash) return `; row ${item.docId} of ${stratum.name} has another prompt: the template or the shots differ`
      if (other && other.targetHash !== item.targetHash) return `; row ${item.docId} of ${stratum.name} has another right answer: the datasets differ`
    }
  }
  return ''
}
