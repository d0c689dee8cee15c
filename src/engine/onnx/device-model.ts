/** A model as its device runs it: the graph by the provider's form of attention, and batches as its inputs. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { RunnableWeights } from '../../model/runnable/runnable-weights.ts'
import { decoderGraph, deviceDecoderGraph, type DivergencePart } from '../../graph/decoder.ts'
import { jointDecoderGraph, jointDeviceGraph, type JointModels } from '../../graph/joint-decoder.ts'
import { hasLinearAttention } from '../../graph/attention/kv-cache.ts'
import type { FloatType, Graph } from '../../graph/onnx-model.ts'
import { planBatches, type Batch } from '../../plan/batches.ts'
import { layOutRows } from '../../plan/row-layout.ts'
import type { Sequence } from '../../plan/sequence.ts'
import { LEAST_TOKENS } from './batch-budget.ts'
import { cpuSumParts } from './cpu-sum-parts.ts'
import { batchFeeds, HEAD_CHUNK } from './feeds.ts'
import { rowFeeds } from './row-feeds.ts'
import type { Feeds, SessionTensor } from './session-messages.ts'

/** A model for a device. */
export interface DeviceModel {
  /** Whether a batch goes through the graph in passes; if not, it is one pass. */
  readonly hasPasses: boolean
  /** The graph with attention in `chunkCount` chunks of rows; a graph with passes has none. */
  readonly graphWith: (chunkCount: number) => LoadableGraph
  /** Lays out a batch, in passes of at most `passTokens`. */
  readonly layOut: (batch: Batch, passTokens: number) => LaidOutBatch
}

/** A graph, and what is run once after loading. */
export interface LoadableGraph {
  readonly graph: Graph
  /** Shows where the nodes are placed; undefined on the CPU, where there is no other place. */
  readonly probe: Feeds | undefined
  /** Whether it has experts, which may be chosen on the CPU. */
  readonly choosesExperts?: boolean
}

/** A batch for graphs that have enough chunks. */
export interface LaidOutBatch {
  readonly chunksNeeded: number
  readonly feedsFor: (chunkCount: number) => Feeds
}

/** Positions that a head scores at once if it compares distributions: it then holds eight times as much of each. */
const DIVERGENCE_HEAD_CHUNK = HEAD_CHUNK / 8

/** The hidden states of the original, row-major, [scored, hidden], as an input of the graph beside those in `feeds`. */
export function withOriginalStates(feeds: Feeds, states: Float32Array, { hiddenSize }: Pick<ModelConfig, 'hiddenSize'>): Feeds {
  const shape = [...feeds['scored']!.shape, hiddenSize]
  const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1))
  values.set(states)
  const tensor: SessionTensor = { type: 'float32', values, shape }
  return { ...feeds, original_states: tensor }
}

function headChunkOf(divergence: DivergencePart | undefined): number {
  return divergence?.kind === 'variant' ? DIVERGENCE_HEAD_CHUNK : HEAD_CHUNK
}

/** For the CPU: attention over a KV cache, in passes. */
export function modelInPasses(config: ModelConfig, weights: RunnableWeights, divergence?: DivergencePart): DeviceModel {
  return inPasses([config], () => decoderGraph(config, weights, { sumParts: cpuSumParts(), divergence }), headChunkOf(divergence))
}

/** Several models in one graph, for the CPU. */
export function jointModelInPasses(joint: JointModels): DeviceModel {
  return inPasses(
    joint.models.map(({ config }) => config),
    () => jointDecoderGraph(joint, { sumParts: cpuSumParts() }),
    joint.divergence && DIVERGENCE_HEAD_CHUNK,
  )
}

function inPasses(configs: readonly ModelConfig[], graphOf: () => Graph, headChunk = HEAD_CHUNK): DeviceModel {
  const skipsLinearPasses = configs.every((config) => config.windows.every((window) => hasLinearAttention({ ...config, window })))
  return {
    hasPasses: true,
    graphWith: () => ({ graph: graphOf(), probe: undefined }),
    layOut: (batch, passTokens) => ({ chunksNeeded: 1, feedsFor: () => batchFeeds(batch, passTokens, { skipsLinearPasses, headChunk }) }),
  }
}

/** Attention scores that a GPU holds of one chunk by default; their softmax takes as much again. */
const SCORE_BYTES = 2 ** 29

/** Long enough for all data of a pass to have more numbers than a shape has. */
const PROBE: Sequence = { input: Int32Array.from({ length: 24 }, (_, index) => index % 3), targets: new Int32Array(12) }

/** How a GPU computes a model. */
export interface OnePassOptions {
  readonly type: FloatType
  /** Most bytes of the attention scores of a chunk. */
  readonly scoreBytes?: number | undefined
}

/** For GPUs: attention as matrix products, in one pass. */
export function modelInOnePass(
  config: ModelConfig,
  weights: RunnableWeights,
  { type, divergence, ...options }: OnePassOptions & { readonly divergence?: DivergencePart | undefined },
): DeviceModel {
  return inOnePass([config], (chunkCount) => deviceDecoderGraph(config, weights, type, { chunkCount, divergence }), {
    ...options,
    headChunk: headChunkOf(divergence),
    probeWith: (feeds) => (divergence?.kind === 'variant' ? withOriginalStates(feeds, new Float32Array(0), divergence.original.config) : feeds),
  })
}

/** Several models in one graph, for GPUs. */
export function jointModelInOnePass(joint: JointModels, { type, ...options }: OnePassOptions): DeviceModel {
  return inOnePass(
    joint.models.map(({ config }) => config),
    (chunkCount) => jointDeviceGraph(joint, type, { chunkCount }),
    { ...options, headChunk: joint.divergence && DIVERGENCE_HEAD_CHUNK },
  )
}

interface RowOptions extends Omit<OnePassOptions, 'type'> {
  readonly headChunk: number | undefined
  /** Completes the inputs of the probe. */
  readonly probeWith?: (feeds: Feeds) => Feeds
}

function inOnePass(
  configs: readonly ModelConfig[],
  graphOf: (chunkCount: number) => Graph,
  { scoreBytes = SCORE_BYTES, headChunk = HEAD_CHUNK, probeWith = (feeds) => feeds }: RowOptions,
): DeviceModel {
  const maxPairs = scoreBytes / (4 * Math.max(...configs.map(({ headCount }) => headCount)))
  const feedsOf = rowFeeds(configs, headChunk)
  const layOut = (batch: Batch): LaidOutBatch => {
    const layout = layOutRows(batch.tree, maxPairs)
    return { chunksNeeded: layout.chunks.length, feedsFor: (chunkCount) => feedsOf(batch, layout, chunkCount) }
  }
  const probe = layOut(planBatches([PROBE], LEAST_TOKENS).batches[0]!)
  const choosesExperts = configs.some(({ experts }) => experts !== undefined)
  return {
    hasPasses: false,
    graphWith: (chunkCount) => ({ graph: graphOf(chunkCount), probe: probeWith(probe.feedsFor(chunkCount)), choosesExperts }),
    layOut,
  }
}
