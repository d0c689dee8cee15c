/** Some of the tokens that tasks ask a model about: the text on which Block Influence is measured. */
import type { Encoder } from '../../plan/encode.ts'
import { encodeRequests } from '../../plan/encode.ts'
import { countDistinctTokens } from '../../plan/batches.ts'
import type { TokenRun } from '../../plan/token-tree.ts'
import type { LoadedTask } from '../../run/loaded-task.ts'

/** Tokens of all tasks together: cosines of so many states vary by less than layers do. */
const SAMPLE_TOKENS = 4096

/** How much is taken. */
export interface SampleLimits {
  /** No sequence is longer. */
  readonly longest: number
  readonly tokens?: number
}

/** Sequences of items from all over each task, as many tokens of each; of texts that are too long the beginning. Fails with RequestError. */
export function samplePrompts(loadedTasks: readonly LoadedTask[], encoder: Encoder, { longest, tokens = SAMPLE_TOKENS }: SampleLimits): TokenRun[] {
  const share = Math.max(1, Math.floor(tokens / loadedTasks.length))
  return loadedTasks.flatMap(({ parts }) => {
    const taken: TokenRun[] = []
    let left = share
    for (const { requests } of spread(parts.flatMap(({ items }) => items))) {
      for (const { input } of encodeRequests(requests, encoder).sequences) {
        const before = countDistinctTokens(taken)
        taken.push({ input: input.subarray(0, Math.min(longest, left)) })
        left -= countDistinctTokens(taken) - before
        if (left <= 0) return taken
      }
    }
    return taken
  })
}

/** All items in an order whose beginning is from all over the list: steps of the golden ratio. */
function spread<T>(items: readonly T[]): T[] {
  const place = (index: number) => (index * ((Math.sqrt(5) - 1) / 2)) % 1
  return items
    .map((_, index) => index)
    .sort((a, b) => place(a) - place(b))
    .map((index) => items[index]!)
}
