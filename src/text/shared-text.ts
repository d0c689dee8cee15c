/** Number of UTF-16 units with which both texts begin; compares pieces at once, which is a memory comparison. */
export function sharedTextLength(a: string, b: string): number {
  let [low, high] = [0, Math.min(a.length, b.length)]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (a.slice(low, middle) === b.slice(low, middle)) low = middle
    else high = middle - 1
  }
  return low
}
