/**
 * Block Influence (Men et al. 2024, ShortGPT, arXiv:2403.03853): one minus the mean cosine of a layer's input and output, over tokens. Of several layers: of
 * the input of the first and the output of the last.
 */
import { layerRunner, type StoredLayer, type TreeStates } from '../../engine/onnx/layer-runner.ts'
import { unlessAborted } from '../../errors.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import { parseLayerTensor } from '../../model/families/tensor-names.ts'
import type { Weights } from '../../model/weights/weights.ts'
import { planTrees } from '../../plan/batches.ts'
import type { TokenRun } from '../../plan/token-tree.ts'
import { embedTokens } from '../embed-tokens.ts'
import { sentenceSimilarity } from '../similarity.ts'
import type { ScanUnit } from './scan-units.ts'

/** Most tokens of a forward pass. */
const TREE_TOKENS = 1024

/** What is measured, and how. */
export interface InfluenceInput {
  readonly config: ModelConfig
  readonly weights: Weights
  readonly units: readonly ScanUnit[]
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** After each layer. */
  readonly onLayer: (layersDone: number) => void
}

/** One a unit, and the tokens that it is a mean over. */
export interface Influences {
  readonly values: readonly number[]
  /** A token that several texts have after the same beginning counts once. */
  readonly tokenCount: number
}

/** Runs the texts through the model, one layer in memory at a time. Fails with EngineError, and with AbortError. */
export async function blockInfluence(texts: readonly TokenRun[], input: InfluenceInput): Promise<Influences> {
  const { config, weights, units, threads, signal, onLayer } = input
  const trees = planTrees(texts, TREE_TOKENS).trees.map(({ tree }) => tree)
  await using runner = layerRunner(config, threads)
  const before = new Map<ScanUnit, readonly TreeStates[]>()
  const values = new Map<ScanUnit, number>()
  let states = await embedTokens({ config, weights }, trees)
  for (let layer = 0; layer < config.layerCount; layer++) {
    for (const unit of units.filter(({ first }) => first === layer)) before.set(unit, states)
    states = await unlessAborted(runner.runLayer(storedLayer(config, weights, layer), layer, states), signal)
    for (const unit of units.filter(({ last }) => last === layer)) {
      values.set(unit, 1 - meanCosine(before.get(unit)!, states, config.hiddenSize))
      before.delete(unit)
    }
    onLayer(layer + 1)
  }
  return { values: units.map((unit) => values.get(unit)!), tokenCount: trees.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0) }
}

function storedLayer({ tensorNames }: ModelConfig, { root, tensors }: Weights, layer: number): StoredLayer {
  const own = [...tensors].flatMap(([name, tensor]) => {
    const part = parseLayerTensor(tensorNames, name)
    return part?.layer === layer ? [[part.name, tensor] as const] : []
  })
  return { root, tensors: new Map(own) }
}

function meanCosine(a: readonly TreeStates[], b: readonly TreeStates[], hiddenSize: number): number {
  let [sum, count] = [0, 0]
  for (const [index, { tree, values }] of a.entries()) {
    const rows = Array.from(tree.tokenIds.keys())
    sum += rows.length * sentenceSimilarity('token-mean', values, b[index]!.values, rows, hiddenSize)
    count += rows.length
  }
  return sum / count
}
