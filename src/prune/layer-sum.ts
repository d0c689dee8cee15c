/** Layers and sums of layers as text, for the README of a pruned checkpoint and for layer maps. */

/** `27`, or `−1 × 17 + 18 + 19`. */
export function sumText(sum: readonly { readonly layer: number; readonly coefficient: number }[]): string {
  return sum
    .map(({ layer, coefficient }, index) => {
      const size = Math.abs(coefficient)
      const isPlain = size === 1 && (index > 0 || coefficient > 0)
      const term = isPlain ? String(layer) : `${Number(size.toPrecision(4))} × ${layer}`
      if (index === 0) return coefficient < 0 ? `−${term}` : term
      return `${coefficient < 0 ? '−' : '+'} ${term}`
    })
    .join(' ')
}

/** `17`, or `17–26`. */
export function spanText(first: number, last: number): string {
  return first === last ? String(first) : `${first}–${last}`
}

/** `3, 5, 8–10` for ascending numbers. */
export function spansText(numbers: readonly number[]): string {
  const spans: { first: number; last: number }[] = []
  for (const number of numbers) {
    const last = spans.at(-1)
    if (last && number === last.last + 1) last.last = number
    else spans.push({ first: number, last: number })
  }
  return spans.map(({ first, last }) => spanText(first, last)).join(', ')
}
