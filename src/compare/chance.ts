/** What guessing gives on a task. */
import type { StoredItem } from '../store/stored-run.ts'
import type { Chance } from './comparison.ts'
import { knownSplit } from './known-split.ts'

/** From the items if there are any, else from the published split; null when neither is known, and if items have no choices. */
export function chanceOf(task: string, items: readonly StoredItem[] | null): Chance | null {
  if (items === null || items.length === 0) {
    const known = knownSplit(task)
    return known ? withChance(known.uniform, known.majority) : null
  }
  // Generated text, or a single continuation, cannot be guessed from choices.
  if (items.some(({ requests }) => requests.length < 2)) return null
  const uniform = items.reduce((sum, item) => sum + rightCount(item) / item.requests.length, 0) / items.length
  if (items.length < LEAST_ITEMS) return withChance(uniform, knownSplit(task)?.majority ?? null)
  return withChance(uniform, haveClasses(items) ? largestShare(items) : null)
}

/** How many choices are right: several if the target is a list of their indices, `[0, 2]`. */
function rightCount({ target, requests }: StoredItem): number {
  if (!/^\[\d{1,6}(?:, \d{1,6})*\]$/u.test(target)) return 1
  const indices = new Set((JSON.parse(target) as number[]).filter((index) => index < requests.length))
  return Math.max(indices.size, 1)
}

/** Fewer items do not show whether choices are classes, or how often each is right: a single item would have a majority of 100 %. */
const LEAST_ITEMS = 20

/** Both kinds of guessing, and the better one. */
export function withChance(uniform: number, majority: number | null): Chance {
  return { uniform, majority, baseline: Math.max(uniform, majority ?? 0) }
}

/** Every item has the same choices and they are words. Letters are positions, which benchmarks shuffle. */
function haveClasses(items: readonly StoredItem[]): boolean {
  const choicesOf = ({ requests }: StoredItem) => requests.map(({ continuation }) => continuation.trim()).join('\n')
  const choices = choicesOf(items[0]!)
  return !choices.split('\n').some((choice) => choice.length < 2) && items.every((item) => choicesOf(item) === choices)
}

function largestShare(items: readonly StoredItem[]): number {
  const counts = new Map<string, number>()
  for (const { target } of items) counts.set(target, (counts.get(target) ?? 0) + 1)
  return Math.max(...counts.values()) / items.length
}
