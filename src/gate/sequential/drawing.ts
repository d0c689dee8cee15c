/** In which order items are drawn, and how many at once. */
import { pythonRandom } from '../../task/python-random.ts'

/** Indices of `count` items in a random order, each order equally likely: `random.Random(seed).sample(range(count), count)` of Python. */
export function drawOrder(count: number, seed: number): readonly number[] {
  return pythonRandom(seed).sample(count, count)
}

/** Items of the first blocks: together they fill the batches of an engine, which 4,096 tokens and more do. */
export const LEAST_BLOCK = 64

/** Items of the largest block: more share nothing with each other that fewer do not. */
const MOST_BLOCK = 2048

/**
 * Items of the next block, after `drawn` of `count` were scored. Blocks grow to half of what was drawn, so at most a third of all scored items was not
 * needed, while later blocks share more prefixes.
 */
export function nextBlock(drawn: number, count: number): number {
  return Math.min(count - drawn, MOST_BLOCK, Math.max(LEAST_BLOCK, Math.floor(drawn / 2)))
}
