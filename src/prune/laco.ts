/**
 * LaCo, layer collapse (Yang et al. 2024, arXiv 2402.11187): from the top down, a group of adjacent layers is merged into one as long as the last hidden states
 * of the model stay close to those of the original.
 */
import { UsageError } from '../errors.ts'
import { mergeLayers, originalLayers, type CollapsedLayer } from './collapsed-layer.ts'

/** The algorithm's parameters, by the paper's letters. Layers count from 0. */
export interface LacoSettings {
  /** C: adjacent layers that become one. */
  readonly mergeLayers: number
  /** L: the lowest layer that may be a group's base. */
  readonly lowestLayer: number
  /** H: one past the highest layer of the first group. */
  readonly highestLayer: number
  /** I: how far the pointer moves down after an accepted merge. */
  readonly interval: number
  /** T: a merge is accepted when the mean cosine is greater. */
  readonly threshold: number
  /** Largest share of the layers to remove. */
  readonly maxCompression: number
}

/** The outcome of one iteration. */
export type Decision =
  /** The mean cosine is above the threshold: the group is merged. */
  | 'accepted'
  /** The mean cosine is not above the threshold, or is not a number. */
  | 'rejected'
  /** There is no layer above the pointer to merge. */
  | 'nothing above'
  /** The merge would remove more than the largest share of layers: nothing was computed, and the search ends. */
  | 'max compression'

/** One step of the search. */
export interface Iteration {
  /** From 1. */
  readonly iteration: number
  /** Index of the group's first layer in the current model; all layers below it are those of the original. */
  readonly base: number
  /** Layers that would be merged into the base. */
  readonly followerCount: number
  /** One cosine per calibration sentence; empty if nothing was computed. */
  readonly similarities: readonly number[]
  /** Their mean; NaN is rejected. Null if nothing was computed. */
  readonly similarity: number | null
  /** Similarity minus threshold. */
  readonly margin: number | null
  readonly decision: Decision
  /** Layers of the model after the decision. */
  readonly layerCount: number
}

/** Why the search ended. */
export type StopReason = 'lowest layer' | 'max compression'

/** Result of the search. */
export interface Collapse {
  readonly layers: readonly CollapsedLayer[]
  readonly iterations: readonly Iteration[]
  readonly acceptedCount: number
  readonly rejectedCount: number
  readonly stopReason: StopReason
  /** Of the final model; empty when no merge was accepted. */
  readonly similarities: readonly number[]
}

/**
 * Cosines, one per calibration sentence, between the last hidden states of the original and of a candidate.
 * `changedFrom` is the first layer in which the candidate differs from the original.
 */
export type SimilarityOf = (candidate: readonly CollapsedLayer[], changedFrom: number) => Promise<readonly number[]>

/** Fails with UsageError on settings that make no sense for a model of `layerCount` layers. */
export function checkSettings(settings: LacoSettings, layerCount: number): void {
  const { mergeLayers: c, lowestLayer: l, highestLayer: h, interval, threshold, maxCompression } = settings
  const whole = (flag: string, value: number, least: number, hint: string) => {
    if (!Number.isInteger(value) || value < least) throw new UsageError(`${flag} must be a whole number of at least ${least}, got ${value}`, hint)
  }
  whole('--merge-layers', c, 2, 'C layers are merged into one.')
  whole('--lowest-layer', l, 0, 'Layers count from 0.')
  whole('--interval', interval, 1, 'The pointer has to move down.')
  whole('--highest-layer', h, 1, 'One past the highest layer of the first group.')
  if (h > layerCount) throw new UsageError(`--highest-layer ${h} is more than the model's ${layerCount} layers`, `Give ${layerCount} or less.`)
  if (h - c < l) {
    throw new UsageError(
      `--highest-layer ${h} minus --merge-layers ${c} is ${h - c}, below --lowest-layer ${l}: nothing would be tried`,
      'Raise --highest-layer, or lower --lowest-layer or --merge-layers.',
    )
  }
  if (!(threshold >= -1 && threshold <= 1)) throw new UsageError(`--threshold must be a cosine from -1 to 1, got ${threshold}`, 'The published card used 0.85.')
  if (!(maxCompression > 0 && maxCompression <= 1))
    throw new UsageError(`--max-compression must be a share above 0 and at most 1, got ${maxCompression}`, 'Give 0.3 for 30 % of the layers.')
  // The first group is whole, so without this the search would end before its first merge.
  const share = (c - 1) / layerCount
  if (share > maxCompression) {
    const allowed = Math.floor(maxCompression * layerCount) + 1
    throw new UsageError(
      `a merge removes ${c - 1} of ${layerCount} layers, more than --max-compression ${maxCompression}: nothing would be tried`,
      `Give --max-compression ${Math.ceil(share * 1000) / 1000} or more${allowed < 2 ? '' : `, or --merge-layers ${allowed}`}.`,
    )
  }
}

/** Searches from the top down. `settings` have been checked; `onIteration` receives each decision. */
export async function collapseLayers(
  settings: LacoSettings,
  layerCount: number,
  similarityOf: SimilarityOf,
  onIteration: (iteration: Iteration) => void = () => {},
): Promise<Collapse> {
  const { mergeLayers: groupSize, lowestLayer, highestLayer, interval, threshold, maxCompression } = settings
  const iterations: Iteration[] = []
  let layers = originalLayers(layerCount)
  let similarities: readonly number[] = []
  let stopReason: StopReason = 'lowest layer'
  const record = (entry: Pick<Iteration, 'base' | 'followerCount' | 'decision'>, cosines: readonly number[] = []) => {
    const similarity = cosines.length === 0 ? null : mean(cosines)
    const margin = similarity === null ? null : similarity - threshold
    const iteration = { iteration: iterations.length + 1, ...entry, similarities: cosines, similarity, margin, layerCount: layers.length }
    iterations.push(iteration)
    onIteration(iteration)
  }

  for (let base = highestLayer - groupSize; base >= lowestLayer;) {
    const followerCount = Math.min(groupSize - 1, layers.length - base - 1)
    // A quotient of integers is rounded like the share that a user writes, so 9 of 30 layers are not more than 0.3.
    if ((layerCount - layers.length + followerCount) / layerCount > maxCompression) {
      stopReason = 'max compression'
      record({ base, followerCount, decision: 'max compression' })
      break
    }
    if (followerCount === 0) {
      record({ base, followerCount, decision: 'nothing above' })
      base -= 1
      continue
    }
    const candidate = mergeLayers(layers, base, followerCount)
    const cosines = await similarityOf(candidate, base)
    const isAccepted = mean(cosines) > threshold
    if (isAccepted) {
      layers = candidate
      similarities = cosines
    }
    record({ base, followerCount, decision: isAccepted ? 'accepted' : 'rejected' }, cosines)
    base -= isAccepted ? interval : 1
  }
  const countOf = (decision: Decision) => iterations.filter((iteration) => iteration.decision === decision).length
  return { layers, iterations, acceptedCount: countOf('accepted'), rejectedCount: countOf('rejected'), stopReason, similarities }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
