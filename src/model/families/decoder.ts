/**
 * The decoder of a family, as far as it differs from Llama's: RMS norms before attention and feed-forward, rotary embedding, grouped queries, a gated
 * feed-forward with SiLU. Which norms a layer has, and which projections are stored as one matrix, follows from its tensor names.
 */
import type { TensorNames } from './tensor-names.ts'

/** How a norm computes. */
export interface NormForm {
  /** `rms` divides by the root-mean-square; `layer` subtracts the mean before. */
  readonly kind: 'rms' | 'layer'
  readonly hasWeight: boolean
  readonly hasBias: boolean
  /** Added to the stored weight: 1 in Gemma. */
  readonly weightOffset: 0 | 1
}

/** The norm of Llama. */
export const RMS_NORM: NormForm = { kind: 'rms', hasWeight: true, hasBias: false, weightOffset: 0 }
/** torch.nn.LayerNorm. */
export const LAYER_NORM: NormForm = { kind: 'layer', hasWeight: true, hasBias: true, weightOffset: 0 }

/** Norms of queries and keys. */
export interface QueryKeyNorm {
  /**
   * What a norm runs over: `head`, each head with the same weights; `heads`, each head with a row of [heads, headSize]; `width`, all heads together.
   * `heads` may be stored as a tensor for each head.
   */
  readonly over: 'head' | 'heads' | 'width'
  readonly form: NormForm
}

/** Functions of a feed-forward. `gelu-tanh` is the approximation with tanh. */
export type Activation = 'silu' | 'gelu' | 'gelu-tanh' | 'relu' | 'relu-squared'

/** A mixture of experts: a router chooses some of the feed-forwards for each token. */
export interface Experts {
  readonly count: number
  /** How many are computed for a token. */
  readonly chosen: number
  /** Inner width of each. */
  readonly width: number
  /** Whether the weights of the chosen experts are divided by their sum: a softmax over the chosen alone. */
  readonly isNormalized: boolean
  /** Inner width of an expert that all tokens have beside the chosen ones, times the sigmoid of a gate of its own; absent without one. */
  readonly sharedWidth?: number
  /** Whether each layer has experts; the others have an ordinary feed-forward. */
  readonly layers: readonly boolean[]
}

/** Linear biases (ALiBi): the score of a key grows with its position, in each head by another slope. */
export interface Alibi {
  /** One a head. */
  readonly slopes: readonly number[]
  /** Whether slopes and products are rounded to bfloat16, as Falcon computes them. */
  readonly isRounded: boolean
  /** What the products are multiplied with; 1 when absent. */
  readonly scale?: number
}

/** Which rotary embedding a layer has; `local` is the second one of models that have two. */
export type LayerRope = 'global' | 'local' | 'none'

/** Rotary parameters in place of those of config.json, as its fields `rope_parameters` and `rope_theta`. */
export interface RopeFields {
  readonly rope_parameters: Readonly<Record<string, unknown>>
  readonly rope_scaling?: null
  readonly rope_theta?: number
}

/** Parts of a decoder. What is absent is as in Llama. */
export interface Decoder {
  /** Widths if they follow from other fields than the common ones. */
  readonly keyValueHeadCount?: number
  readonly headSize?: number
  readonly intermediateSize?: number
  /** Longest input of the model, in tokens. */
  readonly maxPositions?: number
  /** The names of this config's tensors if they are not the family's. */
  readonly tensorNames?: TensorNames

  /** Width of embeddings and of what the head reads, if it is not that of hidden states; `tensorNames` then have the projections between them. */
  readonly embeddingWidth?: number
  /** What embeddings are multiplied with. */
  readonly embeddingScale?: number
  /** Learned positions: rows of their matrix before that of position 0. */
  readonly positionOffset?: number

  /** The form of all norms of hidden states. */
  readonly norm?: NormForm
  /** Attention and feed-forward both read the states before the layer. */
  readonly isParallel?: boolean
  /** What the outputs of attention and feed-forward are multiplied with. */
  readonly residualScale?: number

  /** Biases on the projections of queries, keys and values. */
  readonly queryKeyValueBias?: boolean
  readonly attentionOutputBias?: boolean
  readonly feedForwardBias?: boolean
  readonly queryKeyNorm?: QueryKeyNorm
  /** Queries, keys and values are clipped to ± this, after their norms. */
  readonly projectionClip?: number
  /** Scores are multiplied with this rather than 1 ÷ √headSize. */
  readonly attentionScale?: number
  /** The same by layer, if layers differ. */
  readonly attentionScales?: readonly number[]
  /** Scores become cap × tanh(score ÷ cap). */
  readonly attentionSoftcap?: number
  readonly alibi?: Alibi
  /** Each head has a sink, a logit beside its scores (`sinks` of the tensor names). */
  readonly hasSinks?: boolean
  /** Number of tokens that each layer attends to, itself included; Infinity without a sliding window. Absent: all layers attend to all tokens. */
  readonly windows?: readonly number[]

  /** How many values at the start of a head are rotated; the others stay. */
  readonly rotaryWidth?: number
  /** Neighboring values are a pair, rather than values half a head apart. */
  readonly isRotaryInterleaved?: boolean
  /** One a layer. */
  readonly layerRopes?: readonly LayerRope[]
  readonly globalRope?: RopeFields
  readonly localRope?: RopeFields

  /** Absent: `hidden_act` of config.json. */
  readonly activation?: Activation
  readonly experts?: Experts

  readonly headBias?: boolean
  /** Rows of the head are divided by their lengths. */
  readonly isHeadNormalized?: boolean
  /** What logits are multiplied with. */
  readonly logitScale?: number
  /** Logits become cap × tanh(logit ÷ cap). */
  readonly logitSoftcap?: number
}

/** Biases on all projections of attention, or on none. */
export function attentionBiases(areThere: boolean): Required<Pick<Decoder, 'queryKeyValueBias' | 'attentionOutputBias'>> {
  return { queryKeyValueBias: areThere, attentionOutputBias: areThere }
}

/** The same for every layer of a model. */
export function inEveryLayer<T>({ num_hidden_layers: length }: { readonly num_hidden_layers: number }, value: T): T[] {
  return Array.from({ length }, () => value)
}
