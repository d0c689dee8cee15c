/** Checkpoints as the models of one graph. */
import path from 'node:path'
import { identifyLayers } from '../src/engine/joint/layer-identity.ts'
import type { JointModels } from '../src/graph/joint-decoder.ts'
import { readConfig } from '../src/model/config/config.ts'
import { relocateTensors } from '../src/model/runnable/relocate-tensors.ts'
import { commonFolder, readWeights } from '../src/model/weights/weights.ts'
import { layerTrie } from '../src/plan/layer-trie.ts'

/** The folder below which all weights are, and the models in the order of their folders. */
export async function jointModels(folders: readonly string[]): Promise<{ readonly root: string; readonly joint: JointModels }> {
  const models = await Promise.all(
    folders.map(async (folder) => {
      const config = await readConfig(folder)
      return { config, weights: await readWeights(folder, config) }
    }),
  )
  const identities = await identifyLayers(models)
  const root = commonFolder(models.map(({ weights }) => path.join(weights.root, 'any')))
  const below = models.map(({ config, weights }, index) => ({
    config,
    weights: { ...relocateTensors(weights, weights.root, root), root },
    outside: identities[index]!.outside,
  }))
  return { root, joint: { models: below, trie: layerTrie(identities) } }
}
