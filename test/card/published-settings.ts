/** The settings of the published card's search, as `prune laco` records them. */
export const PUBLISHED_SETTINGS = {
  merge_layers: 3,
  lowest_layer: 4,
  highest_layer: 28,
  interval: 2,
  threshold: 0.85,
  max_compression: 0.3,
  rule: 'telescope',
  qk_norm: 'merge',
  similarity: 'flatten',
  emulate_bf16: false,
} as const
