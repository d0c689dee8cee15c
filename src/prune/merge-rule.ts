/**
 * Three ways to merge the projections of a group. `paper` is the published formula. `telescope` is the computation of the authors' code: it subtracts the base after
 * its update, so the sum telescopes. `mean` is a control.
 */
import { roundToBfloat16 } from '../model/weights/element-type.ts'
import type { Merged } from './collapsed-layer.ts'

export const MERGE_RULES = ['telescope', 'paper', 'mean'] as const

/** For base W_b and followers W_1 … W_m: `telescope` W_m; `paper` W_b + Σ (W_k − W_b); `mean` Σ W_k / m. */
export type MergeRule = (typeof MERGE_RULES)[number]

/** A weighted sum of original layers: coefficient by layer, none of them 0. */
export type LayerSum = ReadonlyMap<number, number>

/** The closed form of a merge, however deep it is nested. */
export function layerSum(rule: MergeRule, merged: Merged): LayerSum {
  if (typeof merged === 'number') return new Map([[merged, 1]])
  const { base, followers } = merged
  switch (rule) {
    case 'telescope':
      return layerSum(rule, followers.at(-1)!)
    case 'paper':
      return addUp([layerSum(rule, base), 1 - followers.length], ...followers.map((follower) => [layerSum(rule, follower), 1] as const))
    case 'mean':
      return addUp(...followers.map((follower) => [layerSum(rule, follower), 1 / followers.length] as const))
  }
}

function addUp(...terms: readonly (readonly [LayerSum, number])[]): LayerSum {
  const total = new Map<number, number>()
  for (const [sum, factor] of terms) for (const [layer, coefficient] of sum) total.set(layer, (total.get(layer) ?? 0) + factor * coefficient)
  return new Map([...total].filter(([, coefficient]) => coefficient !== 0).sort(([a], [b]) => a - b))
}

/** All original layers of a merge, in order. */
export function layersOf(merged: Merged): number[] {
  return typeof merged === 'number' ? [merged] : [merged.base, ...merged.followers].flatMap(layersOf)
}

/** Values of a weighted sum in f64, not rounded; they overwrite `into`. `valuesOf` gives the values of a layer, all as many as `into` has. */
export function evaluateSum(sum: LayerSum, valuesOf: (layer: number) => Float32Array, into: Float64Array): Float64Array {
  into.fill(0)
  for (const [layer, coefficient] of sum) {
    const values = valuesOf(layer)
    for (let index = 0; index < values.length; index++) into[index]! += coefficient * values[index]!
  }
  return into
}

/** The published loop in bfloat16, W = bf16(W + bf16(W_k − W)): near the last follower, but not equal to it. */
export function evaluatePublishedLoop(merged: Merged, valuesOf: (layer: number) => Float32Array): Float32Array {
  if (typeof merged === 'number') return valuesOf(merged).map(roundToBfloat16)
  const total = evaluatePublishedLoop(merged.base, valuesOf)
  for (const follower of merged.followers) {
    const values = evaluatePublishedLoop(follower, valuesOf)
    for (let index = 0; index < total.length; index++) {
      // As torch computes it: a difference or sum in f32, then rounded.
      const difference = roundToBfloat16(Math.fround(values[index]! - total[index]!))
      total[index] = roundToBfloat16(Math.fround(total[index]! + difference))
    }
  }
  return total
}
