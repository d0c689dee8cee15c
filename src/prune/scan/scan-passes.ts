/** The models of a layer scan and the passes that compute them. */
import type { EvaluateOptions } from '../../run/evaluate-options.ts'
import type { ModelSource } from '../../run/model-source.ts'
import { planPasses, separatePasses, type PlannedPass } from '../../run/one-pass/plan-passes.ts'
import { divideLayers, layerTrie, type LayerCounts } from '../../plan/layer-trie.ts'
import { modelWithout, wholeModel, type ScannedModel } from './model-without.ts'
import { layersOf, unitText, type ScanUnit } from './scan-units.ts'

/** The models. */
export interface ScanModels {
  readonly original: ModelSource
  /** The model without each unit, in the order of the units. */
  readonly without: readonly ModelSource[]
}

/** Describes the models; nothing is read. Fails with CheckpointError if the family cannot lose a layer. */
export function scanModels(scanned: ScannedModel, units: readonly ScanUnit[]): ScanModels {
  return {
    original: wholeModel(scanned),
    without: units.map((unit) => modelWithout(scanned, new Set(layersOf([unit])), `${scanned.model.label} without ${unitText(unit)}`)),
  }
}

/** The passes, and the share of the work that each model stands for. */
export interface ScanPasses {
  readonly passes: readonly PlannedPass[]
  readonly layers: LayerCounts
  /** Layers that are computed for a model, by its label; those that models share count for the first of them. */
  readonly layersOf: ReadonlyMap<string, number>
}

/**
 * Plans the passes. Models that lose late layers share most with the original, so they come first: if not all fit in memory together, each further pass
 * begins with the few layers below the ones that its models lose. Fails with AbortError.
 */
export async function planScanPasses(
  { original, without }: ScanModels,
  options: EvaluateOptions,
  { isShared, onNotice }: { readonly isShared: boolean; readonly onNotice: (notice: string) => void },
): Promise<ScanPasses> {
  const models = [original, ...without.toReversed()]
  const passes = isShared ? await planPasses(models, options, { onNotice }) : separatePasses(models)
  const layers = new Map<string, number>()
  for (const { models: together, identities } of passes) {
    const own = divideLayers(layerTrie(identities))
    for (const [index, model] of together.entries()) layers.set(model.label, own[index] ?? layerCountOf(model))
  }
  return {
    passes,
    layers: {
      asked: models.reduce((sum, model) => sum + layerCountOf(model), 0),
      distinct: [...layers.values()].reduce((sum, count) => sum + count, 0),
    },
    layersOf: layers,
  }
}

function layerCountOf({ checkpoint }: ModelSource): number {
  return checkpoint!.config.layerCount
}
