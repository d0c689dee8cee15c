/** Divides models that share layers among passes: as many in a pass, in their order, as fit in memory together. */
import type { ModelIdentity } from '../../engine/joint/layer-identity.ts'
import { jointMemoryNeed, type MemoryNeed } from '../../engine/onnx/batch-budget.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import { expectedWeightMemory } from '../../model/runnable/weight-memory.ts'
import type { WeightSettings } from '../../model/runnable/weight-settings.ts'
import { layerTrie } from '../../plan/layer-trie.ts'

/** What decides how much memory a model takes beside others. */
export interface SizedModel {
  readonly config: ModelConfig
  readonly weightSettings: WeightSettings
  readonly identity: Pick<ModelIdentity, 'embeddings' | 'layers' | 'outside'>
}

/** What models take together. */
export function togetherNeed(models: readonly SizedModel[]): MemoryNeed {
  const shapes = models.map(({ config, weightSettings, identity: { outside } }) => ({ ...config, ...expectedWeightMemory(config, weightSettings), outside }))
  return jointMemoryNeed(shapes, layerTrie(models.map(({ identity }) => identity)))
}

/** The passes of a group of models, all of them when absent, as indices of models. A model that fits with none of its neighbors is by itself. */
export function fittingGroups(models: readonly SizedModel[], fits: (need: MemoryNeed) => boolean, group: Iterable<number> = models.keys()): number[][] {
  const groups: number[][] = []
  for (const index of group) {
    const open = groups.at(-1)
    if (open && fits(togetherNeed([...open, index].map((one) => models[one]!)))) open.push(index)
    else groups.push([index])
  }
  return groups
}
