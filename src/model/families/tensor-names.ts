/**
 * How the checkpoints of a family name their tensors. Plain data: it is part of the config of a model, so that whoever builds a graph, prunes or applies an
 * adapter finds a tensor by its role and knows no name.
 */

/** What multiplies or normalizes states in a layer. */
const LAYER_ROLES = {
  /** Norm of what attention reads, and in a parallel layer without `feedForwardNorm` of what the feed-forward reads too. */
  inputNorm: 'norm',
  query: 'projection',
  key: 'projection',
  value: 'projection',
  /** The three in one matrix. */
  queryKeyValue: 'projection',
  /** Norms of queries and keys. */
  queryNorm: 'head norm',
  keyNorm: 'head norm',
  /** A logit of each head, [heads], that takes a share of the softmax and has no value: an attention sink. A tensor rather than a module. */
  sinks: 'sinks',
  attentionOutput: 'projection',
  /** Norm of what attention gives. */
  attentionOutputNorm: 'norm',
  /** Norm of what the feed-forward reads. */
  feedForwardNorm: 'norm',
  gate: 'feed-forward',
  up: 'feed-forward',
  /** `gate` and `up` in one matrix. */
  gateUp: 'feed-forward',
  down: 'feed-forward',
  /** Norm of what the feed-forward gives. */
  feedForwardOutputNorm: 'norm',
  /** Norm of the sum of hidden states and what attention gives. */
  attentionSumNorm: 'norm',
  /** Norm of the sum of hidden states and what the feed-forward gives. */
  feedForwardSumNorm: 'norm',
  /** Chooses experts. */
  router: 'router',
  expertGate: 'feed-forward',
  expertUp: 'feed-forward',
  expertDown: 'feed-forward',
  sharedGate: 'feed-forward',
  sharedUp: 'feed-forward',
  sharedDown: 'feed-forward',
  /** The gate of the shared expert. */
  sharedSwitch: 'router',
} as const

/** The role of a module in a layer. */
export type LayerRole = keyof typeof LAYER_ROLES

/**
 * Modules of one layer, each named without the prefix of its layer; their tensors are `NAME.weight` and `NAME.bias`. A layer has no part whose role is
 * absent. `{}` stands for the number of an expert, or of a head.
 */
export type LayerModules = Readonly<Partial<Record<LayerRole, string>>>

/** Names of all tensors of a model. */
export interface TensorNames {
  /** Prefix of everything but the head; a checkpoint that was saved without the head may lack it. */
  readonly base: string
  /** Prefix of the layers; the number of a layer and a dot follow. */
  readonly layers: string
  readonly layer: LayerModules
  /** The embedding matrix, [vocabulary, embedding width]. */
  readonly embeddings: string
  /** Module that makes hidden states of embeddings; absent if they are as wide. */
  readonly embeddingProjection?: string
  /** Learned positions, [positions, hidden]. */
  readonly positions?: string
  /** Module of the norm before the first layer; absent without one. */
  readonly embeddingNorm?: string
  /** Module of the norm after the last layer; absent without one. */
  readonly finalNorm?: string
  /** Module that makes what the head reads of hidden states; absent if it is as wide. */
  readonly headProjection?: string
  /** The output head, [vocabulary, embedding width]; not stored if it is tied to the embeddings. */
  readonly head: string
  /** Suffixes of buffers that older checkpoints store beside the weights. Their values are computed, so they are not read. */
  readonly buffers: readonly string[]
  /** Rows of `queryKeyValue`: all queries, all keys, all values, or for each key its queries, itself and its value. `parts` when absent. */
  readonly queryKeyValueRows?: 'parts' | 'groups'
  /** Projections are stored as [in, out]. */
  readonly areProjectionsTransposed?: boolean
}

/** Whether a module multiplies hidden states with a matrix. LoRA and merging of layers apply to these. */
export function isProjection(role: LayerRole): boolean {
  return isQuantizable(role) || LAYER_ROLES[role] === 'router'
}

/** Whether a module is a projection whose matrix can be quantized: routers are not, as quantizing tools leave them. */
export function isQuantizable(role: LayerRole): boolean {
  return LAYER_ROLES[role] === 'projection' || LAYER_ROLES[role] === 'feed-forward'
}

/** Whether a module normalizes queries or keys. */
export function isHeadNorm(role: LayerRole): boolean {
  return LAYER_ROLES[role] === 'head norm'
}

/** Whether a module normalizes hidden states. */
export function isLayerNorm(role: LayerRole): boolean {
  return LAYER_ROLES[role] === 'norm'
}

/** Whether a projection is part of the feed-forward block. */
export function isFeedForward(role: LayerRole): boolean {
  return LAYER_ROLES[role] === 'feed-forward'
}

/** Full name of a tensor of a layer. */
export function layerTensorName({ layers }: TensorNames, layer: number, name: string): string {
  return `${layers}${layer}.${name}`
}

/** Layer number and name within the layer of a tensor; undefined for a tensor outside the layers. */
export function parseLayerTensor({ layers }: TensorNames, tensor: string): { readonly layer: number; readonly name: string } | undefined {
  if (!tensor.startsWith(layers)) return undefined
  const [, layer, name] = /^(\d{1,6})\.(.+)$/su.exec(tensor.slice(layers.length)) ?? []
  return layer === undefined ? undefined : { layer: Number(layer), name: name! }
}

/** Role of a tensor by its name within the layer, `NAME.weight` or `NAME.bias`; undefined for a tensor that the family does not have. */
export function layerRole({ layer }: TensorNames, name: string): LayerRole | undefined {
  const module = name.replace(/\.(?:weight|bias)$/u, '').replace(/\.\d+(?=\.|$)/u, '.{}')
  return (Object.keys(layer) as LayerRole[]).find((role) => layer[role] === module)
}

/** Module of one expert or head. */
export function numberedModule(module: string, number: number): string {
  return module.replace('{}', String(number))
}

/** The bias of a head, by the name of its weight. */
export function headBiasName(head: string): string {
  return head.replace(/\.weight$/u, '.bias')
}
