/** `laco.json` or `drop.json` of a pruned checkpoint: how it was made. Field names are those of the file. */
import type { Calibration, CalibrationText } from './calibration.ts'
import type { CollapsedLayer } from './collapsed-layer.ts'
import type { Collapse, LacoSettings } from './laco.ts'
import { layersOf, layerSum, type MergeRule } from './merge-rule.ts'
import { roundToBfloat16 } from '../model/weights/element-type.ts'
import type { Similarity } from './similarity.ts'
import type { MergeOptions } from './tensor-source.ts'

/** Sizes of a model. */
export interface ModelSize {
  readonly layers: number
  readonly parameters: number
  readonly bytes: number
}

/** A layer of the pruned model. */
export interface LayerOrigin {
  readonly layer: number
  /** The original layer whose position and norms it has. */
  readonly norms: number
  /** Original layers whose projections were summed, with their coefficients. */
  readonly projections: readonly { readonly layer: number; readonly coefficient: number }[]
  /** Original layers that became this one. */
  readonly merged: readonly number[]
}

/** Fields that all pruning methods have. */
export interface PruningFacts {
  readonly evalharness: string
  readonly created: string
  readonly base_model: {
    /** As the user named it: a folder or a repository of the hub. */
    readonly source: string
    readonly revision: string | null
    readonly architecture: string
    /** sha256 over the weight files' contents. */
    readonly weights_hash: string
  }
  readonly original: ModelSize
  readonly pruned: ModelSize
  readonly layers_removed: number
  /** Removed shares. */
  readonly layer_compression: number
  readonly parameter_compression: number
  readonly layer_map: readonly LayerOrigin[]
}

/** Record of dropped layers. */
export interface DropRecord extends PruningFacts {
  readonly method: 'drop'
  readonly dropped_layers: readonly number[]
  /** With `--layers auto`. */
  readonly selection?: DropSelection
}

/** How the dropped layers were chosen. */
export interface DropSelection {
  readonly by: 'damage' | 'influence'
  /** Layers that stay. */
  readonly keep: number
  /** Tasks that damage is the mean of, or those whose prompts were read. */
  readonly tasks: readonly string[]
  /** File of the scan's record; null if it was measured for this pruning. */
  readonly scan: string | null
  /** Layers that could go, both included, and what decided: the lowest first. */
  readonly units: readonly { readonly first: number; readonly last: number; readonly value: number }[]
}

/** Record of a layer collapse. */
export interface LacoRecord extends PruningFacts {
  readonly method: 'laco'
  readonly settings: {
    readonly merge_layers: number
    readonly lowest_layer: number
    readonly highest_layer: number
    readonly interval: number
    readonly threshold: number
    readonly max_compression: number
    readonly rule: MergeRule
    readonly qk_norm: MergeOptions['qkNorm']
    readonly similarity: Similarity
    readonly emulate_bf16: boolean
  }
  readonly calibration: {
    /** A path, or `built-in`. */
    readonly source: string
    readonly sha256: string
    readonly sentences: number
    readonly tokens: number
  }
  readonly iterations: readonly {
    readonly iteration: number
    readonly base: number
    readonly followers: number
    readonly decision: string
    /** Null if nothing was computed, or the mean is not a number. */
    readonly similarity: number | null
    readonly margin: number | null
    readonly similarities: readonly (number | null)[]
    readonly layers: number
  }[]
  readonly accepted: number
  readonly rejected: number
  readonly stop_reason: string
  /** Similarity of the final model to the original, one per sentence. */
  readonly similarities: readonly number[]
  /** The same rounded to bfloat16, in which published figures were computed. */
  readonly similarities_bf16: readonly number[]
}

export type PruningRecord = DropRecord | LacoRecord

/** The plan of a search if every merge were accepted. */
export interface LacoPlan {
  readonly settings: LacoSettings
  /** `tokens` is null without a tokenizer. */
  readonly calibration: { readonly source: string; readonly sentences: number; readonly tokens: number | null }
  readonly original: ModelSize
  /** The merges in order, and the model's size after each. */
  readonly merges: readonly ({ readonly base: number; readonly followers: number } & ModelSize)[]
  readonly stopReason: Collapse['stopReason']
}

/** The plan of a removal. */
export interface DropPlan {
  readonly original: ModelSize
  readonly pruned: ModelSize
  /** Layers that would go, ascending. */
  readonly droppedLayers: readonly number[]
  /** With `--layers auto`. */
  readonly selection?: DropSelection
}

/** Settings and outcome of a search. */
export interface LacoSearch {
  readonly settings: LacoSettings
  readonly merge: MergeOptions
  readonly similarity: Similarity
  readonly text: CalibrationText
  readonly calibration: Calibration
  readonly collapse: Collapse
}

/** Makes the record of a search. */
export function lacoRecord(facts: PruningFacts, { settings, merge, similarity, text, calibration, collapse }: LacoSearch): LacoRecord {
  return {
    method: 'laco',
    ...facts,
    settings: {
      merge_layers: settings.mergeLayers,
      lowest_layer: settings.lowestLayer,
      highest_layer: settings.highestLayer,
      interval: settings.interval,
      threshold: settings.threshold,
      max_compression: settings.maxCompression,
      rule: merge.rule,
      qk_norm: merge.qkNorm,
      similarity,
      emulate_bf16: merge.emulateBf16,
    },
    calibration: { source: text.source, sha256: text.sha256, sentences: calibration.sentenceCount, tokens: calibration.tokenCount },
    iterations: collapse.iterations.map((entry) => ({
      iteration: entry.iteration,
      base: entry.base,
      followers: entry.followerCount,
      decision: entry.decision,
      similarity: numberOrNull(entry.similarity),
      margin: numberOrNull(entry.margin),
      similarities: entry.similarities.map(numberOrNull),
      layers: entry.layerCount,
    })),
    accepted: collapse.acceptedCount,
    rejected: collapse.rejectedCount,
    stop_reason: collapse.stopReason,
    similarities: collapse.similarities,
    similarities_bf16: collapse.similarities.map(roundToBfloat16),
  }
}

/** JSON has no NaN. */
function numberOrNull(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : value
}

/** The map from a pruned model's layers to its original's. */
export function layerOrigins(layers: readonly CollapsedLayer[], rule: MergeRule): LayerOrigin[] {
  return layers.map(({ base, projections }, layer) => ({
    layer,
    norms: base,
    projections: [...layerSum(rule, projections)].map(([from, coefficient]) => ({ layer: from, coefficient })),
    merged: layersOf(projections),
  }))
}
