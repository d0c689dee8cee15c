/** The known name that a mistyped one was meant to be, for error messages. */
import { distance } from 'fastest-levenshtein'

/** Shortest name that counts as meant when it is a part of a known one: `count` for `defaultCount`. */
const LEAST_PART = 4
/** The same of its beginning: `arc` for `arc_easy`. */
const LEAST_BEGINNING = 3

/** Letters to insert, remove or replace; two neighbors that were swapped are one. */
function mistakes(known: string, typed: string): number {
  const first = Array.from(known).findIndex((letter, index) => letter !== typed[index])
  const swapped = typed.slice(0, first) + (typed[first + 1] ?? '') + (typed[first] ?? '') + typed.slice(first + 2)
  return first >= 0 && swapped === known ? 1 : distance(known, typed)
}

/** The nearest known name, whatever its case; undefined if none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase()
  const distanceTo = (other: string) => mistakes(other.toLowerCase(), lower)
  const lengthFrom = (other: string) => Math.abs(other.length - name.length)
  const [nearest] = known.toSorted((a, b) => distanceTo(a) - distanceTo(b) || lengthFrom(a) - lengthFrom(b))
  if (nearest === undefined) return undefined
  // Two letters of three are another word.
  if (distanceTo(nearest) <= (name.length <= 3 ? 1 : Math.max(2, name.length / 3))) return nearest
  // The first half of a name: `out` for `output`.
  const longer = known.find((other) => other.toLowerCase().startsWith(lower) && other.length <= 2 * lower.length)
  if (longer !== undefined) return longer
  return lower.length < LEAST_PART ? undefined : known.find((other) => other.toLowerCase().includes(lower))
}

/** Up to `most` known names that a mistyped or shortened one may mean: the nearest, those that are hardly farther, then those that it is a part of. */
export function nearNames(name: string, known: readonly string[], most: number): string[] {
  const nearest = nearestName(name, known)
  const lower = name.toLowerCase()
  const distanceTo = (other: string) => mistakes(other.toLowerCase(), lower)
  const reach = nearest === undefined ? -1 : Math.min(distanceTo(nearest) + 1, Math.max(2, name.length / 3))
  const near = known.filter((other) => distanceTo(other) <= reach).toSorted((a, b) => distanceTo(a) - distanceTo(b))
  const longer = lower.length < LEAST_BEGINNING ? [] : known.filter((other) => other.toLowerCase().startsWith(lower))
  const containing = lower.length < LEAST_PART ? [] : known.filter((other) => other.toLowerCase().includes(lower))
  return [...new Set([...(nearest === undefined ? [] : [nearest]), ...near, ...longer, ...containing])].slice(0, most)
}

/** `Did you mean acc_norm? `, with a space behind it for what follows in a hint; '' if no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === undefined ? '' : `Did you mean ${nearest}? `
}
