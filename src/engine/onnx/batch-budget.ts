/** How many tokens batches and passes may have, by the model's shapes and the machine's memory. */
import os from 'node:os'
import type { ModelConfig } from '../../model/config/config.ts'
import { UsageError } from '../../errors.ts'
import { ROW_PAIRS } from '../../plan/attention-layout.ts'
import type { WeightMemory } from '../../model/runnable/weight-memory.ts'
import { projectionValues } from '../../model/weights/token-projections.ts'
import { benchmarkRows } from '../roofline/peak-gemm-rate.ts'
import { HEAD_CHUNK } from './feeds.ts'
import { projectionOperations } from '../roofline/operations.ts'

/** Tokens of a batch and of the passes in which it goes through the model. */
export interface BatchBudget {
  /** Of a batch that shares little with the next. */
  readonly usual: number
  /** Of a batch whose beginning the next one would otherwise compute again. */
  readonly most: number
  /** Of one pass: what memory depends on. */
  readonly pass: number
}

/** Limits given by options; all may be absent. */
export interface BatchLimits {
  /** Of a batch, which then is one pass. */
  readonly batchTokens?: number
  /** Of a pass at the most, whatever the batches; for tests of what passes give. */
  readonly passTokens?: number
  /** For the process that computes: weights, runtime and batches. */
  readonly memoryBytes?: number
}

/** Tokens of a batch: enough that starting one costs next to nothing, and few enough that progress shows. */
const USUAL_TOKENS = 4096
/** A batch grows up to this; the shots of all MMLU, computed again if that is not enough, are 2.5 % of its tokens. */
const MOST_TOKENS = 32_768
/** Tokens of a pass: enough for matrix products to run at their full rate, and what a layer makes of them stays in the processor's cache (ADR 14). */
const PASS_TOKENS = 1024
/** The share of the machine's memory that a pass may take besides the weights, by default. */
const MEMORY_SHARE = 1 / 8
/** Below this a pass is neither planned nor halved. */
export const LEAST_TOKENS = 32
/** What the process holds besides weights and batches: 110 MiB were measured with a tiny model. */
const RUNTIME_BYTES = 150e6

/**
 * What a model's batches may have. Without limits it is the same on machines of one size: it does not look at what happens to be free. Fails
 * with UsageError if `memoryBytes` is too little for the model.
 */
export function batchBudget(
  config: BatchShape,
  { batchTokens, passTokens = PASS_TOKENS, memoryBytes }: BatchLimits = {},
  machineBytes = machineMemory(),
): BatchBudget {
  if (batchTokens !== undefined) return { usual: batchTokens, most: batchTokens, pass: batchTokens }
  const fixed = fixedBytes(config)
  const perToken = bytesPerToken(config) + bytesPerPastToken(config)
  const tokens = Math.floor(memoryBytes === undefined ? (machineBytes * MEMORY_SHARE) / perToken : (memoryBytes - fixed) / perToken)
  if (memoryBytes !== undefined && tokens < LEAST_TOKENS) {
    const needed = Math.ceil((fixed + LEAST_TOKENS * perToken) / 2 ** 20)
    throw new UsageError(`--memory ${Math.floor(memoryBytes / 2 ** 20)}M is too little for this model`, `It takes about ${needed}M at the least.`)
  }
  return { usual: USUAL_TOKENS, most: MOST_TOKENS, pass: Math.min(passTokens, Math.max(LEAST_TOKENS, tokens)) }
}

/**
 * The same if a batch goes through the model in one pass, in `deviceBytes` of a device's own memory: it grows as far as a share of that allows.
 * 0 if that is not known.
 */
export function onePassBudget(config: BatchShape, { batchTokens }: Pick<BatchLimits, 'batchTokens'>, deviceBytes: number): BatchBudget {
  if (batchTokens !== undefined) return { usual: batchTokens, most: batchTokens, pass: batchTokens }
  let most = USUAL_TOKENS
  while (most < MOST_TOKENS && most * 2 * bytesPerToken(config) <= deviceBytes * MEMORY_SHARE) most *= 2
  return { usual: USUAL_TOKENS, most, pass: most }
}

/** What the process that computes takes on the CPU: at the least, and with passes as they are when nothing is said. In bytes, about. */
export function expectedMemory(config: BatchShape): { readonly least: number; readonly usual: number } {
  const perToken = bytesPerToken(config) + bytesPerPastToken(config)
  const fixed = fixedBytes(config)
  return { least: fixed + LEAST_TOKENS * perToken, usual: fixed + batchBudget(config).pass * perToken }
}

type BatchShape = ModelConfig & WeightMemory

/** What a layer holds of a token at once, in f32: gate, sigmoid and up projection; states before and after a norm; queries, keys, values and what attention gives. Measured on SmolLM2-135M: 33 to 37 kB for 34.6 here. */
function bytesPerToken({ hiddenSize, intermediateSize, headCount, headSize, experts }: BatchShape): number {
  const width = Math.max(intermediateSize, experts ? experts.chosen * experts.width + (experts.sharedWidth ?? 0) : 0)
  return 4 * (3 * width + 3 * hiddenSize + 4 * headCount * headSize)
}

/** Keys and values of all layers, in f32: as the pass finds them and as it leaves them. Reckoned for the pass's own tokens; a longer past shows in the measured peak. */
function bytesPerPastToken({ layerCount, keyValueHeadCount, headSize }: BatchShape): number {
  return 2 * 4 * layerCount * 2 * keyValueHeadCount * headSize
}

/** What the process holds whatever the batch: weights, one chunk of the head's logits and what is made of it, one group's attention, and the GEMM benchmark. */
function fixedBytes(config: BatchShape): number {
  const { hiddenSize, intermediateSize, vocabularySize, maxPositions, tiedHead, headCount, tensorNames, projectionBytes = 4, adapterBytes = 0 } = config
  const projections = projectionBytes * projectionValues(config, 'stored')
  // Some operators unpack a matrix before they multiply with it.
  const unpacked = projectionBytes === 4 ? 0 : 4 * hiddenSize * intermediateSize
  const embeddings = hiddenSize * (vocabularySize * (tiedHead ? 1 : 2) + (tensorNames.positions === undefined ? 0 : maxPositions))
  const logits = HEAD_CHUNK * vocabularySize
  const attention = ROW_PAIRS * headCount
  const gemmBenchmark = (projectionBytes * projectionOperations(config)) / 2 + benchmarkRows(config) * bytesPerToken(config)
  return RUNTIME_BYTES + gemmBenchmark + projections + unpacked + adapterBytes + 4 * (embeddings + 3 * logits + 3 * attention)
}

/** The machine's, or the container's if that is less. */
function machineMemory(): number {
  const limit = process.constrainedMemory()
  return limit ? Math.min(os.totalmem(), limit) : os.totalmem()
}
