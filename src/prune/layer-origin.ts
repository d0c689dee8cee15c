/** Infers from the evidence the source of each layer of the variant, and how the whole model was made. */
import { isLayerNorm, layerRole, type TensorNames } from '../model/families/tensor-names.ts'
import type { LayerEvidence } from './layer-evidence.ts'

/** The source of a layer's projections. */
export type ProjectionKind =
  /** The projections of the base layer whose norms it has. */
  | 'own'
  /** The projections of a later layer than its norms: a telescoping merge. With one follower all rules agree. */
  | 'telescope'
  /** The base plus all differences from it: integer coefficients that add up to 1, of which one is negative. */
  | 'paper'
  /** A mean of layers above the one whose norms it has. */
  | 'mean'
  /** Another weighted sum of base layers. */
  | 'sum'
  /** Not a sum of base layers. */
  | 'unrelated'

/** The source of a layer, estimated from a sample. */
export interface LayerGuess {
  /** Base layer with the nearest norms. */
  readonly norms: number
  readonly kind: ProjectionKind
  /** Base layers and coefficients; integers for `paper`, 1 over an integer for `mean`. Empty when unrelated. */
  readonly sum: readonly { readonly layer: number; readonly coefficient: number }[]
  /** Base layers that became this one. */
  readonly merged: readonly number[]
}

/** A layer is unrelated if base layers explain less than this share of its squared length. Chance explains about 0.001. */
const LEAST_EXPLAINED = 0.25
/** Smallest coefficient that is not noise: eight nested means of two give 1/256. */
const LEAST_COEFFICIENT = 0.003

/** Infers the origin of one layer. */
export function guessOrigin({ tensors, coefficients, explained }: LayerEvidence, names: TensorNames): LayerGuess {
  const norms = nearestNorms(tensors, names)
  if (!(explained >= LEAST_EXPLAINED)) return { norms, kind: 'unrelated', sum: [], merged: [] }
  // The unexplained part causes chance coefficients in proportion to its length.
  const least = Math.max(LEAST_COEFFICIENT, 0.05 * Math.sqrt(Math.max(0, 1 - explained)))
  const found = coefficients.flatMap((coefficient, layer) => (Math.abs(coefficient) >= least ? [{ layer, coefficient }] : []))
  const total = found.reduce((sum, { coefficient }) => sum + coefficient, 0)
  const snapped = (snap: (coefficient: number) => number) => found.map(({ layer, coefficient }) => ({ layer, coefficient: snap(coefficient) }))
  const isNear = (sum: readonly { readonly coefficient: number }[]) =>
    sum.every(({ coefficient }, index) => Math.abs(coefficient - found[index]!.coefficient) < 0.02 + 0.1 * Math.abs(coefficient))
  const span = (last: number) => Array.from({ length: Math.max(1, last - norms + 1) }, (_, index) => norms + index)

  const [strongest] = found.toSorted((a, b) => Math.abs(b.coefficient) - Math.abs(a.coefficient))
  const others = found.filter((term) => term !== strongest)
  if (strongest && strongest.coefficient > 0.5 && others.every(({ coefficient }) => Math.abs(coefficient) < 0.1 * strongest.coefficient)) {
    const { layer } = strongest
    const sum = [{ layer, coefficient: 1 }]
    if (layer === norms) return { norms, kind: 'own', sum, merged: [norms] }
    return layer > norms ? { norms, kind: 'telescope', sum, merged: span(layer) } : { norms, kind: 'sum', sum, merged: [layer] }
  }
  const last = Math.max(norms, ...found.map(({ layer }) => layer))
  const whole = snapped(Math.round)
  if (isNear(whole) && whole.some(({ coefficient }) => coefficient < 0) && whole.reduce((sum, { coefficient }) => sum + coefficient, 0) === 1) {
    return { norms, kind: 'paper', sum: whole, merged: span(last) }
  }
  const shares = snapped((coefficient) => 1 / Math.round(1 / coefficient))
  if (found.every(({ layer, coefficient }) => coefficient > 0 && layer > norms) && Math.abs(total - 1) < 0.02 && isNear(shares)) {
    return { norms, kind: 'mean', sum: shares, merged: span(last) }
  }
  return { norms, kind: 'sum', sum: found, merged: found.map(({ layer }) => layer) }
}

/** Norms of neighboring layers have nearly the same direction, so distances tell them apart better than angles. A family without norms has projections alone. */
function nearestNorms(tensors: LayerEvidence['tensors'], names: TensorNames): number {
  const norms = tensors.filter(({ name }) => {
    const role = layerRole(names, name)
    return role !== undefined && isLayerNorm(role)
  })
  const compared = norms.length > 0 ? norms : tensors
  const distances = compared[0]!.distances.map((_, layer) => compared.reduce((sum, { distances: own }) => sum + own[layer]! ** 2, 0))
  return distances.indexOf(Math.min(...distances))
}

/** How the variant was made. */
export interface Verdict {
  readonly parent: 'base' | 'another model'
  /** `identical`, `drop`, a merge rule's name, `rearranged`, or `unknown`. */
  readonly method: 'identical' | 'same layers' | 'drop' | 'telescope' | 'paper' | 'mean' | 'rearranged' | 'unknown'
  /** Base layers that the variant does not use. */
  readonly dropped: readonly number[]
  /** Whether weights changed after the layers were assembled: by training, or another precision. */
  readonly isDrifted: boolean
}

/** A layer with its inferred origin, and how far the whole tensors are from it. */
export interface FoundLayer extends LayerGuess {
  /** All tensors are those of the inferred origin, to the byte. */
  readonly isExact: boolean
  /** Largest distance of a tensor from the inferred one, relative to its length. */
  readonly distance: number
}

/** Largest distance that rounding causes; the published bfloat16 loop causes 0.003. */
export const ROUNDING_DISTANCE = 0.01

/** Infers from all layers how the variant was made. */
export function conclude(layers: readonly FoundLayer[], baseLayerCount: number): Verdict {
  const unrelated = layers.filter(({ kind }) => kind === 'unrelated').length
  if (unrelated * 2 > layers.length) return { parent: 'another model', method: 'unknown', dropped: [], isDrifted: false }
  const used = new Set(layers.flatMap(({ merged }) => merged))
  const dropped = Array.from({ length: baseLayerCount }, (_, layer) => layer).filter((layer) => !used.has(layer))
  const isDrifted = layers.some(({ isExact, distance, kind }) => !isExact && (kind === 'own' || distance > ROUNDING_DISTANCE))
  return { parent: 'base', method: methodOf(layers, dropped), dropped, isDrifted }
}

function methodOf(layers: readonly FoundLayer[], dropped: readonly number[]): Verdict['method'] {
  const kinds = new Set(layers.map(({ kind }) => kind))
  if (kinds.has('unrelated')) return 'unknown'
  const isInOrder = layers.every(({ norms }, index) => index === 0 || norms > layers[index - 1]!.norms)
  if (kinds.has('sum') || !isInOrder) return 'rearranged'
  for (const rule of ['paper', 'mean', 'telescope'] as const) if (kinds.has(rule)) return rule
  if (dropped.length > 0) return 'drop'
  return layers.every(({ isExact }) => isExact) ? 'identical' : 'same layers'
}
