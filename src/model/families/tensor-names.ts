/**
 * How the checkpoints of a family name their tensors. Plain data: it is part of the config of a model, so that whoever builds a graph, prunes or applies an
 * adapter finds a tensor by its role and knows no name.
 */

/** Modules of one layer, each named without the prefix of its layer; their tensors are `NAME.weight` and `NAME.bias`. */
export interface LayerModules {
  readonly inputNorm: string
  readonly query: string
  readonly key: string
  readonly value: string
  /** Norms over each head of queries and keys. */
  readonly queryNorm: string
  readonly keyNorm: string
  readonly attentionOutput: string
  readonly feedForwardNorm: string
  readonly gate: string
  readonly up: string
  readonly down: string
}

/** The role of a module in a layer. */
export type LayerRole = keyof LayerModules

/** Names of all tensors of a model. */
export interface TensorNames {
  /** Prefix of everything but the head; a checkpoint that was saved without the head may lack it. */
  readonly base: string
  /** Prefix of the layers; the number of a layer and a dot follow. */
  readonly layers: string
  readonly layer: LayerModules
  /** The embedding matrix, [vocabulary, hidden]. */
  readonly embeddings: string
  /** The norm after the last layer. */
  readonly finalNorm: string
  /** The output head, [vocabulary, hidden]; not stored if it is tied to the embeddings. */
  readonly head: string
  /** Suffixes of buffers that older checkpoints store beside the weights. Their values are computed, so they are not read. */
  readonly buffers: readonly string[]
}

const PROJECTIONS: ReadonlySet<LayerRole> = new Set(['query', 'key', 'value', 'attentionOutput', 'gate', 'up', 'down'])
const HEAD_NORMS: ReadonlySet<LayerRole> = new Set(['queryNorm', 'keyNorm'])
const FEED_FORWARD: ReadonlySet<LayerRole> = new Set(['gate', 'up', 'down'])

/** Whether a module multiplies hidden states with a matrix. Quantization, LoRA and merging of layers apply to these. */
export function isProjection(role: LayerRole): boolean {
  return PROJECTIONS.has(role)
}

/** Whether a module normalizes each head of queries or keys. */
export function isHeadNorm(role: LayerRole): boolean {
  return HEAD_NORMS.has(role)
}

/** Whether a projection is part of the feed-forward block. */
export function isFeedForward(role: LayerRole): boolean {
  return FEED_FORWARD.has(role)
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
  const module = name.replace(/\.(?:weight|bias)$/u, '')
  return (Object.keys(layer) as LayerRole[]).find((role) => layer[role] === module)
}
