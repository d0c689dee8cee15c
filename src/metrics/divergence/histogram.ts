/** Positions counted by their KL divergence, in bins that are equally wide on a logarithmic scale. */

/** Lower bounds of the bins after the first, in nats: half decades from 1e-6 to 10. The first bin has everything below. */
export const KL_BIN_EDGES: readonly number[] = Array.from({ length: 15 }, (_, index) => 10 ** (-6 + index / 2))

/** How many values are in each bin: one more than KL_BIN_EDGES. */
export function klHistogram(values: Iterable<number>): number[] {
  const counts = Array.from({ length: KL_BIN_EDGES.length + 1 }, () => 0)
  for (const value of values) counts[KL_BIN_EDGES.filter((edge) => value >= edge).length]!++
  return counts
}
