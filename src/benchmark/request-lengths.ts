/** How long the requests of the benchmarks are: quantiles in tokens, in equal steps from the shortest to the longest. Made by scripts/make-request-lengths.py. */

/** A benchmark's requests. */
export interface RequestLengths {
  /** Of the prompt that the choices of an item share, examples left out. */
  readonly context: readonly number[]
  /** Of a choice. */
  readonly continuation: readonly number[]
  /** Of the examples before each prompt of a subject. */
  readonly examples?: readonly number[]
  readonly choiceCount: number
  /** Share of a choice's tokens with which the others begin too, all being of one length: by the distinct tokens of the whole split. Absent if they begin differently. */
  readonly sharedBeginning?: number
}

export const REQUEST_LENGTHS = {
  piqa: {
    context: [6, 7, 8, 10, 11, 11, 12, 13, 13, 14, 15, 15, 16, 17, 18, 20, 33],
    continuation: [1, 5, 6, 7, 8, 10, 11, 13, 15, 17, 21, 24, 28, 34, 43, 64, 231],
    choiceCount: 2,
    sharedBeginning: 0.75,
  },
  hellaswag: {
    context: [12, 21, 26, 30, 35, 41, 46, 50, 53, 56, 59, 62, 65, 68, 72, 77, 106],
    continuation: [2, 8, 11, 13, 17, 22, 25, 28, 30, 33, 35, 37, 40, 42, 46, 51, 87],
    choiceCount: 4,
  },
  mmlu: {
    context: [22, 37, 42, 46, 51, 56, 62, 68, 76, 85, 96, 106, 118, 151, 215, 296, 1028],
    continuation: [1],
    examples: [197, 246, 259, 294, 312, 340, 357, 382, 406, 428, 471, 498, 522, 574, 728, 1041, 2465],
    choiceCount: 4,
  },
} as const satisfies Readonly<Record<string, RequestLengths>>
