/** Layers of a pruned model in terms of the original's layers. */

/** The source of a projection: one original layer, or a base with followers merged into it. Followers may be merges themselves. */
export type Merged = number | { readonly base: Merged; readonly followers: readonly Merged[] }

/** A layer of a pruned model. */
export interface CollapsedLayer {
  /** The original layer whose position and norms it has. */
  readonly base: number
  /** The sources of its projections. */
  readonly projections: Merged
}

/** A model whose layers are the original's own. */
export function originalLayers(layerCount: number): readonly CollapsedLayer[] {
  return Array.from({ length: layerCount }, (_, layer) => ({ base: layer, projections: layer }))
}

/** The model after merging the layer at index `base` with the `followerCount` layers above it. */
export function mergeLayers(layers: readonly CollapsedLayer[], base: number, followerCount: number): readonly CollapsedLayer[] {
  const group = layers.slice(base, base + followerCount + 1)
  const [first, ...followers] = group.map(({ projections }) => projections)
  return [...layers.slice(0, base), { base: layers[base]!.base, projections: { base: first!, followers } }, ...layers.slice(base + followerCount + 1)]
}

/** The model without the layers at these indices. */
export function dropLayers(layerCount: number, dropped: ReadonlySet<number>): readonly CollapsedLayer[] {
  return originalLayers(layerCount).filter(({ base }) => !dropped.has(base))
}
