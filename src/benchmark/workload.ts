/** The requests of speed measurements: as long as those of the benchmarks, or the benchmarks' own rows. */
import { UsageError } from '../errors.ts'
import { encodeRequests, type Encoder } from '../plan/encode.ts'
import { countDistinctTokens } from '../plan/batches.ts'
import type { Sequence } from '../plan/sequence.ts'
import { loadTask } from '../run/load-task.ts'
import { requestsOf } from '../run/task-requests.ts'
import { loadTasks } from '../task/registry.ts'
import { selectTasks } from '../task/select-tasks.ts'
import { REQUEST_LENGTHS, type RequestLengths } from './request-lengths.ts'

/** Benchmarks whose requests are measured, in this order. */
export const WORKLOADS = ['piqa', 'hellaswag', 'mmlu', 'wikitext'] as const
export type WorkloadName = (typeof WORKLOADS)[number]

/** Items as token sequences. */
export interface Workload {
  readonly name: WorkloadName
  readonly title: string
  readonly source: 'synthetic' | 'rows'
  readonly itemCount: number
  readonly sequences: readonly Sequence[]
  /** Tokens of all sequences, each on its own. */
  readonly tokensAsked: number
  /** Nodes of their trie. */
  readonly tokensDistinct: number
}

const TITLES: Readonly<Record<WorkloadName, string>> = {
  piqa: 'PIQA',
  hellaswag: 'HellaSwag',
  mmlu: 'MMLU, 5 shots',
  wikitext: 'WikiText, windows of 4,096',
}

/** Tokens of a window of WikiText. */
const WINDOW = 4096
/** Items of a subject: those share their examples. */
const SUBJECT_ITEMS = 100

/** Requests of the lengths that the benchmark's have, over `vocabularySize` tokens. The same for the same arguments. */
export function syntheticWorkload(name: WorkloadName, itemCount: number, vocabularySize: number): Workload {
  const random = randomTokens(vocabularySize)
  if (name === 'wikitext') {
    const windows = Array.from({ length: itemCount }, () => ({ input: random.tokens(WINDOW), targets: random.tokens(WINDOW) }))
    return workload(name, 'synthetic', itemCount, windows)
  }
  const lengths: RequestLengths = REQUEST_LENGTHS[name]
  let examples = new Int32Array()
  const sequences = Array.from({ length: itemCount }, (_, item) => {
    if (lengths.examples && item % SUBJECT_ITEMS === 0) examples = random.tokens(quantile(lengths.examples, (item / SUBJECT_ITEMS + 1) * GOLDEN))
    const context = [...examples, ...random.tokens(quantile(lengths.context, (item + 1) * GOLDEN))]
    const rankOf = (choice: number) => (item * lengths.choiceCount + choice + 1) * GOLDEN
    const { choiceCount, sharedBeginning: shared = 0 } = lengths
    const first = random.tokens(quantile(lengths.continuation, rankOf(0)))
    const others = Array.from({ length: choiceCount - 1 }, (_, choice) =>
      shared > 0 ? changedBehind(first, Math.floor(first.length * shared), random.tokens) : random.tokens(quantile(lengths.continuation, rankOf(choice + 1))),
    )
    return [first, ...others].map((continuation) => ({ input: Int32Array.from([...context, ...continuation.subarray(0, -1)]), targets: continuation }))
  }).flat()
  return workload(name, 'synthetic', itemCount, sequences)
}

/**
 * The first rows of a benchmark in `dataDir`, with words for tokens: about as many as a tokenizer makes, with the same beginnings shared. Fails with
 * DatasetError if the rows are not there.
 */
export async function workloadOfRows(name: WorkloadName, itemCount: number, vocabularySize: number, dataDir: string): Promise<Workload> {
  // Two subjects of MMLU, as the synthetic requests have.
  const names = name === 'mmlu' ? ['mmlu_anatomy', 'mmlu_astronomy'] : [name]
  const limit = name === 'mmlu' ? Math.ceil(itemCount / names.length) : itemCount
  const loadedTasks = await Promise.all(selectTasks(await loadTasks(), names).map((task) => loadTask(task, { limit, dataDir })))
  const items = loadedTasks.flatMap(({ parts }) => parts.flatMap((part) => part.items))
  const { sequences } = encodeRequests(loadedTasks.flatMap(requestsOf), wordEncoder(vocabularySize))
  if (sequences.length === 0) throw new UsageError(`${name} in ${dataDir} has no rows`, 'Give --data-dir with the rows of the benchmarks, or leave it out.')
  return workload(name, 'rows', items.length, sequences)
}

function workload(name: WorkloadName, source: Workload['source'], itemCount: number, sequences: readonly Sequence[]): Workload {
  const tokensAsked = sequences.reduce((sum, { input }) => sum + input.length, 0)
  return { name, title: TITLES[name], source, itemCount, sequences, tokensAsked, tokensDistinct: countDistinctTokens(sequences) }
}

/** Words of up to this many letters are one token; longer ones are cut. */
const LETTERS = 7
const PIECES = /\s?\p{L}+|\s?\p{N}|\s?[^\s\p{L}\p{N}]+|\s+/gu

/** Text to numbers without a tokenizer: a word, a digit or a run of signs each, by hash. */
function wordEncoder(vocabularySize: number): Encoder {
  return {
    encode: (text) =>
      (text.match(PIECES) ?? []).flatMap((piece) => {
        const parts = Math.ceil(piece.trim().length / LETTERS) || 1
        return Array.from({ length: parts }, (_, part) => 3 + (hash(piece + part) % (vocabularySize - 3)))
      }),
    prefixToken: 1,
    prefixText: '',
    maxLength: WINDOW,
    rollingBos: 'lm-eval',
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}

/** Multiples of it, without their whole parts, fill the range evenly. */
const GOLDEN = 0.618_033_988_749_894_9

/** A length by its rank, from the whole-number part of `rank` on: between two quantiles in proportion. */
function quantile(lengths: readonly number[], rank: number): number {
  const place = (rank % 1) * (lengths.length - 1)
  const low = lengths[Math.floor(place)]!
  return Math.max(1, Math.round(low + (lengths[Math.ceil(place)]! - low) * (place % 1)))
}

/** The same tokens up to `start`, others from there on. */
function changedBehind(tokens: Int32Array, start: number, random: (count: number) => Int32Array): Int32Array {
  return Int32Array.from([...tokens.subarray(0, start), ...random(tokens.length - start)])
}

/** Tokens from 3 on: those before are special in many models. */
function randomTokens(vocabularySize: number) {
  let state = 0x9e3779b9
  return {
    tokens: (count: number) =>
      Int32Array.from({ length: count }, () => {
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        return 3 + ((state >>> 0) % (vocabularySize - 3))
      }),
  }
}
