/** Runs a model piece by piece through onnxruntime, with one layer in memory: what a search over layers needs, on machines that hold no whole model. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { WeightTensor } from '../../model/weights/stored-tensor.ts'
import type { Weights } from '../../model/weights/weights.ts'
import { EngineError } from '../../errors.ts'
import { layerConfig } from '../../graph/decoder-layer.ts'
import type { Graph } from '../../graph/onnx-model.ts'
import { embeddingNormGraph, finalStatesGraph, layerGraph } from '../../graph/single-layer.ts'
import type { TokenTree } from '../../plan/token-tree.ts'
import { attentionFeeds } from './feeds.ts'
import type { SessionTensor } from './session-messages.ts'
import { OutOfMemory, startSessionProcess } from './session-process.ts'

/** Where a layer's tensors lie; they may be of several files below one folder. */
export interface StoredLayer {
  readonly root: string
  /** By name, without the prefix of the layer. */
  readonly tensors: ReadonlyMap<string, WeightTensor>
}

/** Hidden states of a tree's tokens: f32, row-major, [tokens, hidden]. */
export interface TreeStates {
  readonly tree: TokenTree
  readonly values: Float32Array
}

/** Pieces of one model. Dispose of it to end its process. */
export interface LayerRunner extends AsyncDisposable {
  /** Passes each tree's states through a layer that is as the model's layer `index`, apart from its weights. */
  runLayer(layer: StoredLayer, index: number, states: readonly TreeStates[]): Promise<TreeStates[]>
  /** What the first layer reads of each tree's embeddings: their norm, if the model has one. */
  runEmbeddingNorm(weights: Weights, states: readonly TreeStates[]): Promise<readonly TreeStates[]>
  /** What the head reads of each tree's states after the last layer. */
  runFinalStates(weights: Weights, states: readonly TreeStates[]): Promise<TreeStates[]>
}

/** A runner for layers of `config`'s model. Its calls fail with EngineError. */
export function layerRunner(config: ModelConfig, threads?: number): LayerRunner {
  const session = startSessionProcess()

  async function run(
    graph: Graph,
    root: string,
    states: readonly TreeStates[],
    feedsOf: (tree: TokenTree) => Record<string, SessionTensor>,
  ): Promise<TreeStates[]> {
    const after: TreeStates[] = []
    try {
      // Each graph runs once a tree: folding its weights to f32 would cost more memory than it saves time.
      await session.load(graph, { root, threads, isOptimized: false })
      for (const { tree, values } of states) {
        const packed: SessionTensor = { type: 'float32', values, shape: [tree.tokenIds.length, config.hiddenSize] }
        const { output } = await session.run({ states: packed, ...feedsOf(tree) })
        after.push({ tree, values: output as Float32Array })
      }
      return after
    } catch (error) {
      if (!(error instanceof OutOfMemory)) throw error
      throw new EngineError(`out of memory in a layer: ${error.message}`, 'Close other programs, or use a machine with more memory.', { cause: error })
    }
  }

  const { embeddingNorm } = config.tensorNames
  return {
    runEmbeddingNorm: async ({ root, tensors }, states) =>
      embeddingNorm === undefined
        ? states
        : run(
            embeddingNormGraph(config, embeddingNorm, (name) => tensors.get(name)!),
            root,
            states,
            () => ({}),
          ),
    runLayer(layer, index, states) {
      const graph = layerGraph(layerConfig(config, index), (name) => layer.tensors.get(name)!)
      return run(graph, layer.root, states, attentionFeeds)
    },
    runFinalStates: ({ root, tensors }, states) =>
      run(
        finalStatesGraph(config, (name) => tensors.get(name)!),
        root,
        states,
        () => ({}),
      ),
    async [Symbol.asyncDispose]() {
      session.end()
    },
  }
}
