/**
 * Similarity of candidates to the original model, with one layer in memory at a time. A candidate equals the original below its first changed layer. So the
 * hidden states there are stored during the one pass of the original, and only the layers above are run.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseLayerTensor } from '../model/families/tensor-names.ts'
import { decodeValues } from '../model/weights/element-type.ts'
import type { ModelConfig } from '../model/config/config.ts'
import { readSafetensorsHeader } from '../model/weights/safetensors.ts'
import { tensorReader, type TensorReader } from '../model/weights/tensor-bytes.ts'
import type { Weights } from '../model/weights/weights.ts'
import { writeSafetensors } from '../model/weights/write-safetensors.ts'
import type { LayerRunner, StoredLayer, TreeStates } from '../engine/onnx/layer-runner.ts'
import type { TokenTree } from '../plan/token-tree.ts'
import type { Calibration } from './calibration.ts'
import type { CollapsedLayer } from './collapsed-layer.ts'
import { embedTokens } from './embed-tokens.ts'
import type { SimilarityOf } from './laco.ts'
import { sentenceSimilarity, type Similarity } from './similarity.ts'
import { sourceBytes, sourceDtype, sourceShape, tensorSource, type MergeOptions } from './tensor-source.ts'
import { makeFolder } from '../io/make-folder.ts'

/** The inputs and settings of the comparison. */
export interface SimilarityWork {
  readonly config: ModelConfig
  readonly weights: Weights
  readonly calibration: Calibration
  readonly kind: Similarity
  readonly merge: MergeOptions
  /** Layers at which a candidate may begin to differ: [first, last], both included. */
  readonly pointerRange: readonly [number, number]
  readonly runner: LayerRunner
  /** An empty folder for hidden states and merged layers; the caller removes it. */
  readonly workFolder: string
  /** Number of layers of a pass that are done, from 0 to all. */
  readonly onLayer: (layersDone: number, layersInPass: number) => void
}

/** Runs the original once, and returns the function that compares candidates with it. */
export async function compareWithOriginal(work: SimilarityWork): Promise<SimilarityOf> {
  const { config, weights, calibration, kind, pointerRange, runner } = work
  const trees = calibration.trees.map(({ tree }) => tree)
  const states = stateFiles(path.join(work.workFolder, 'states'), trees)
  const layers = layerStore(work)

  /** Runs the layers of `model` from `first` on. The input of a layer is written to disk if `isStored` returns true. */
  async function runLayers(
    input: readonly TreeStates[],
    model: readonly CollapsedLayer[],
    first: number,
    isStored: (layer: number) => boolean,
  ): Promise<TreeStates[]> {
    let current = input
    for (let layer = first; layer < model.length; layer++) {
      if (isStored(layer)) await states.write(layer, current)
      work.onLayer(layer - first, model.length - first)
      current = await runner.runLayer(await layers.stored(model[layer]!), model[layer]!.base, current)
    }
    work.onLayer(model.length - first, model.length - first)
    return runner.runFinalStates(weights, current)
  }

  const original = config.windows.map((_, layer) => ({ base: layer, projections: layer }))
  const [lowest, highest] = pointerRange
  const embedded = await runner.runEmbeddingNorm(weights, await embedTokens(work, trees))
  const reference = await runLayers(embedded, original, 0, (layer) => layer >= lowest && layer <= highest)

  return async (candidate, changedFrom) => {
    await layers.removeAllBut(candidate)
    const last = await runLayers(await states.read(changedFrom), candidate, changedFrom, () => false)
    return calibration.sentences.map(({ tree, rows }) => sentenceSimilarity(kind, reference[tree]!.values, last[tree]!.values, rows, config.embeddingWidth))
  }
}

/** Hidden states at the inputs of layers, on disk: for long calibration texts they are larger than a layer. */
function stateFiles(folder: string, trees: readonly TokenTree[]) {
  const fileOf = (layer: number, tree: number) => path.join(folder, `${layer}-${tree}.f32`)
  return {
    async write(layer: number, states: readonly TreeStates[]): Promise<void> {
      await makeFolder(folder)
      for (const [tree, { values }] of states.entries()) await writeFile(fileOf(layer, tree), values)
    },
    async read(layer: number): Promise<TreeStates[]> {
      const states: TreeStates[] = []
      for (const [index, tree] of trees.entries()) states.push({ tree, values: decodeValues(await readFile(fileOf(layer, index)), 'F32') })
      return states
    },
  }
}

/** Where the tensors of layers are stored: in the original's files, or in a temporary file for a merge that had to be computed. */
function layerStore({ config: { tensorNames }, weights, merge, workFolder }: SimilarityWork) {
  const model = { tensorNames, tensors: weights.tensors }
  /** Names within a layer; layers with experts have others. */
  const namesIn = (layer: number) =>
    [...weights.tensors.keys()].flatMap((tensor) => {
      const part = parseLayerTensor(tensorNames, tensor)
      return part?.layer === layer ? [part.name] : []
    })
  const computed = new Map<CollapsedLayer, StoredLayer>()
  let next = 0
  return {
    async stored(layer: CollapsedLayer): Promise<StoredLayer> {
      const known = computed.get(layer)
      if (known) return known
      const names = namesIn(layer.base)
      const sources = new Map(names.map((name) => [name, tensorSource(layer, name, model, merge)]))
      const copies = [...sources].flatMap(([name, source]) => (source.kind === 'copy' ? [[name, source.tensor] as const] : []))
      if (copies.length === names.length) return { root: weights.root, tensors: new Map(copies) }
      const location = `merged-${next++}.safetensors`
      await using reader: TensorReader = tensorReader(weights.root)
      await writeSafetensors(
        path.join(workFolder, location),
        [...sources].map(([name, source]) => ({ name, dtype: sourceDtype(source), shape: sourceShape(source), bytes: () => sourceBytes(source, reader) })),
      )
      const entries = await readSafetensorsHeader(path.join(workFolder, location))
      const stored = { root: workFolder, tensors: new Map(entries.map((entry) => [entry.name, { ...entry, location }])) }
      computed.set(layer, stored)
      return stored
    },
    /** Removes the files of merges that `model` does not use: those of candidates that were rejected or merged again. */
    async removeAllBut(model: readonly CollapsedLayer[]): Promise<void> {
      for (const [layer, { root, tensors }] of computed) {
        if (model.includes(layer)) continue
        computed.delete(layer)
        await rm(path.join(root, tensors.values().next().value!.location))
      }
    },
  }
}
