/** How many tokens batches and passes may have, by the model's shapes and the machine's memory. */
import os from 'node:os'
import type { ModelConfig } from '../../model/config/config.ts'
import { UsageError } from '../../errors.ts'
import { ROW_PAIRS } from '../../plan/attention-layout.ts'
import type { WeightMemory } from '../../model/runnable/weight-memory.ts'
import { layerSteps, type JointModel } from '../../graph/joint-decoder.ts'
import { layerProjectionValues, projectionValues } from '../../model/weights/token-projections.ts'
import type { LayerTrie } from '../../plan/layer-trie.ts'
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
/** The share of the machine's memory that models computed together may take, weights included, if no limit is given. */
const TOGETHER_SHARE = 3 / 4
/** Below this a pass is neither planned nor halved. */
export const LEAST_TOKENS = 32
/** What the process holds besides weights and batches: 110 MiB were measured with a tiny model. */
const RUNTIME_BYTES = 150e6

/** Memory of the process that computes, in bytes. */
export interface MemoryNeed {
  /** Whatever the batch. */
  readonly fixed: number
  /** Of each token of a pass. */
  readonly perToken: number
}

/** What one model needs. */
export function memoryNeed(config: BatchShape): MemoryNeed {
  return { fixed: fixedBytes(config), perToken: bytesPerToken(config) + config.layerCount * bytesPerPastToken(config) }
}

/** What models need that are computed together: the distinct layers of their trie, and each distinct matrix outside the layers. */
export function jointMemoryNeed(models: readonly (BatchShape & Pick<JointModel, 'outside'>)[], trie: LayerTrie): MemoryNeed {
  const steps = layerSteps(trie).map(({ model, layer }) => ({ shape: models[model]!, model, layer: layer! }))
  // A layer over other states has the same weights, which are in memory once.
  const stored = new Map(steps.map((step) => [`${step.model} ${step.layer}`, step]))
  const layers = [...stored.values()].reduce((sum, { shape, layer }) => sum + (shape.projectionBytes ?? 4) * layerProjectionValues(shape, layer, 'stored'), 0)
  const adapters = models.reduce((sum, { adapterBytes = 0 }) => sum + adapterBytes, 0)
  const most = (bytes: (shape: BatchShape) => number) => Math.max(...models.map(bytes))
  const logits = models.reduce((sum, { vocabularySize }) => sum + 4 * HEAD_CHUNK * vocabularySize, 0)
  return {
    fixed: RUNTIME_BYTES + layers + adapters + outsideBytes(models) + most(gemmBenchmarkBytes) + most(unpackedBytes) + logits + most(workBytes),
    perToken: jointBytesPerToken(models) + steps.reduce((sum, { shape }) => sum + bytesPerPastToken(shape), 0),
  }
}

/** Where the trie branches, the states are held until all branches are computed. */
function jointBytesPerToken(models: readonly BatchShape[]): number {
  return Math.max(...models.map(bytesPerToken)) + models.length * Math.max(...models.map(({ hiddenSize }) => 4 * hiddenSize))
}

/** Matrices outside the layers, equal ones once. */
function outsideBytes(models: readonly (BatchShape & Pick<JointModel, 'outside'>)[]): number {
  const sizes = new Map<string, number>()
  models.forEach((shape, model) => {
    for (const [name, bytes] of outsideMatrices(shape)) sizes.set(shape.outside.get(name) ?? `${model} ${name}`, bytes)
  })
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/** Passes of fewer tokens would make matrix products slower than sharing layers makes them fewer. */
const TOGETHER_TOKENS = 256

/** Whether models fit together, with passes that are large enough: in what is allowed, or without a limit in most of the memory that there is. */
export function fitsMemory({ fixed, perToken }: MemoryNeed, { memoryBytes }: Pick<BatchLimits, 'memoryBytes'>, thereBytes = machineMemory()): boolean {
  return fixed + TOGETHER_TOKENS * perToken <= (memoryBytes ?? thereBytes * TOGETHER_SHARE)
}

/**
 * What a model's batches may have. Without limits it is the same on machines of one size: it does not look at what happens to be free. Fails
 * with UsageError if `memoryBytes` is too little for the model.
 */
export function batchBudget(config: BatchShape, limits: BatchLimits = {}, machineBytes = machineMemory()): BatchBudget {
  return budgetFor(memoryNeed(config), limits, machineBytes)
}

/** The same from what is needed. */
export function budgetFor(
  { fixed, perToken }: MemoryNeed,
  { batchTokens, passTokens = PASS_TOKENS, memoryBytes }: BatchLimits,
  machineBytes = machineMemory(),
): BatchBudget {
  if (batchTokens !== undefined) return { usual: batchTokens, most: batchTokens, pass: batchTokens }
  const tokens = Math.floor(memoryBytes === undefined ? (machineBytes * MEMORY_SHARE) / perToken : (memoryBytes - fixed) / perToken)
  if (memoryBytes !== undefined && tokens < LEAST_TOKENS) {
    const needed = Math.ceil((fixed + LEAST_TOKENS * perToken) / 2 ** 20)
    const given = memoryBytes < 2 ** 20 ? `${Math.floor(memoryBytes / 1024)}K` : `${Math.floor(memoryBytes / 2 ** 20)}M`
    throw new UsageError(`--memory ${given} is too little for this model`, `It takes about ${needed}M at the least.`)
  }
  return { usual: USUAL_TOKENS, most: MOST_TOKENS, pass: Math.min(passTokens, Math.max(LEAST_TOKENS, tokens)) }
}

/**
 * The same if a batch goes through the model in one pass, in `deviceBytes` of a device's own memory: it grows as far as a share of that allows.
 * 0 if that is not known.
 */
export function onePassBudget(config: BatchShape, limits: Pick<BatchLimits, 'batchTokens'>, deviceBytes: number): BatchBudget {
  return onePassBudgetFor(bytesPerToken(config), limits, deviceBytes)
}

/** The same for models that are computed together. */
export function jointOnePassBudget(models: readonly BatchShape[], limits: Pick<BatchLimits, 'batchTokens'>, deviceBytes: number): BatchBudget {
  return onePassBudgetFor(jointBytesPerToken(models), limits, deviceBytes)
}

function onePassBudgetFor(perToken: number, { batchTokens }: Pick<BatchLimits, 'batchTokens'>, deviceBytes: number): BatchBudget {
  if (batchTokens !== undefined) return { usual: batchTokens, most: batchTokens, pass: batchTokens }
  let most = USUAL_TOKENS
  while (most < MOST_TOKENS && most * 2 * perToken <= deviceBytes * MEMORY_SHARE) most *= 2
  return { usual: USUAL_TOKENS, most, pass: most }
}

/** What the process that computes takes on the CPU: at the least, and with passes as they are when nothing is said. In bytes, about. */
export function expectedMemory(config: BatchShape): { readonly least: number; readonly usual: number } {
  const { fixed, perToken } = memoryNeed(config)
  return { least: fixed + LEAST_TOKENS * perToken, usual: fixed + batchBudget(config).pass * perToken }
}

/** A model; `original` is the one whose head it has beside its own, to compare distributions through stored hidden states. */
type BatchShape = ModelConfig & WeightMemory & { readonly original?: ModelConfig | undefined }

/** What a layer holds of a token at once, in f32: gate, sigmoid and up projection; states before and after a norm; queries, keys, values and what attention gives. Measured on SmolLM2-135M: 33 to 37 kB for 34.6 here. */
function bytesPerToken({ hiddenSize, intermediateSize, headCount, headSize, experts }: BatchShape): number {
  const width = Math.max(intermediateSize, experts ? experts.chosen * experts.width + (experts.sharedWidth ?? 0) : 0)
  return 4 * (3 * width + 3 * hiddenSize + 4 * headCount * headSize)
}

/** Keys and values of a layer, in f32: as the pass finds them and as it leaves them. Reckoned for the pass's own tokens; a longer past shows in the measured peak. */
function bytesPerPastToken({ keyValueHeadCount, headSize }: BatchShape): number {
  return 2 * 4 * 2 * keyValueHeadCount * headSize
}

/** What the process holds whatever the batch: weights, one chunk of the head's logits and what is made of it, one group's attention, and the GEMM benchmark. */
function fixedBytes(config: BatchShape): number {
  const { projectionBytes = 4, adapterBytes = 0, vocabularySize } = config
  const embeddings = outsideMatrices(config).reduce((sum, [, bytes]) => sum + bytes, 0)
  const projections = projectionBytes * projectionValues(config, 'stored')
  return (
    RUNTIME_BYTES +
    gemmBenchmarkBytes(config) +
    projections +
    unpackedBytes(config) +
    adapterBytes +
    embeddings +
    (config.original ? headBytes(config.original) : 0) +
    4 * HEAD_CHUNK * vocabularySize +
    workBytes(config)
  )
}

/** Matrices outside the layers, in f32. */
function outsideMatrices(shape: BatchShape): [name: string, bytes: number][] {
  const { hiddenSize, maxPositions, tiedHead, tensorNames: names } = shape
  const words = headBytes(shape)
  return [
    [names.embeddings, words],
    ...(tiedHead ? [] : [[names.head, words] satisfies [string, number]]),
    ...(names.positions === undefined ? [] : [[names.positions, 4 * hiddenSize * maxPositions] satisfies [string, number]]),
  ]
}

/** The matrix of the head, in f32. */
function headBytes({ embeddingWidth, vocabularySize }: Pick<ModelConfig, 'embeddingWidth' | 'vocabularySize'>): number {
  return 4 * embeddingWidth * vocabularySize
}

/** What is made of a chunk of logits, compared ones included, whose chunks are an eighth as long; and one group's attention. */
function workBytes({ vocabularySize, headCount }: BatchShape): number {
  return 4 * (2 * HEAD_CHUNK * vocabularySize + 3 * ROW_PAIRS * headCount)
}

/** Some operators unpack a matrix before they multiply with it. */
function unpackedBytes({ hiddenSize, intermediateSize, projectionBytes = 4 }: BatchShape): number {
  return projectionBytes === 4 ? 0 : 4 * hiddenSize * intermediateSize
}

function gemmBenchmarkBytes(config: BatchShape): number {
  return ((config.projectionBytes ?? 4) * projectionOperations(config)) / 2 + benchmarkRows(config) * bytesPerToken(config)
}

/** The machine's, or the container's if that is less. */
function machineMemory(): number {
  const limit = process.constrainedMemory()
  return limit ? Math.min(os.totalmem(), limit) : os.totalmem()
}
