/**
 * A model for lm-eval's onnxruntime backend: all logits of one sequence. The operators are those of the harness, so only the amount of
 * computation and copying differs.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Checkpoint } from '../../src/model/checkpoint.ts'
import type { ModelConfig } from '../../src/model/config/config.ts'
import type { Weights } from '../../src/model/weights/weights.ts'
import { graphBuilder } from '../../src/graph/builder.ts'
import { treeAttention } from '../../src/graph/attention/tree-attention.ts'
import type { Projections } from '../../src/graph/blocks/attention.ts'
import { logitsOf } from '../../src/graph/blocks/head.ts'
import { rotaryTables } from '../../src/graph/blocks/rotary.ts'
import type { LayerConfig } from '../../src/graph/decoder-layer.ts'
import { decoderLayers } from '../../src/graph/decoder.ts'
import { encodeModel, type Graph } from '../../src/graph/onnx-model.ts'
import { storedWeights } from '../../src/graph/stored-weights.ts'

/** `input_ids` [1, S] in, `logits` [1, S, vocabulary] out. */
function fullLogitsGraph(config: ModelConfig, { tensors }: Weights): Graph {
  const g = graphBuilder()
  const ids = g.node('Reshape', ['input_ids', g.integers([-1])])
  const length = g.node('Reshape', [g.node('Shape', [ids]), g.integers([])])
  const int32 = (value: string) => g.node('Cast', [value], { to: 6 })
  const positions = int32(g.node('Range', [g.integers(0), length, g.integers(1)]))
  const row = g.node('Reshape', [positions, g.integers([1, 1, -1])])
  // One tree without branches, in one row.
  const rows = {
    positions,
    subtreeEnds: g.node('Add', [g.node('Mul', [positions, int32(g.integers(0))]), int32(length)]),
    queries: row,
    keys: row,
    keyCounts: g.node('Reshape', [length, g.integers([1])]),
    querySlots: positions,
    groupCount: g.integers(1),
  }
  const weights = storedWeights(g, { tensorOf: (name) => tensors.get(name)! })
  const rotaryOf = rotaryTables(g, config, positions)
  const attention = (shape: LayerConfig) => ({
    rotary: rotaryOf(shape.layerRope),
    attend: (projections: Projections) => treeAttention(g, shape, projections, { rows }),
  })
  const model = { g, config, weights }
  const hidden = decoderLayers(model, { ids, positions }, attention)
  g.output(g.node('Unsqueeze', [logitsOf(model, hidden), g.integers([0])]), 'logits')
  return g.finish('full_logits', [{ name: 'input_ids', type: 'int64', shape: [1, 'S'] }], [{ name: 'logits', type: 'float', shape: [1, 'S', 'V'] }])
}

/** Writes a folder that lm-eval's onnxruntime backend loads. */
export async function writeFullLogits(folder: string, modelFolder: string, { config, weights, tokenizer }: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'model.onnx'), encodeModel(fullLogitsGraph(config, weights)))
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'config.json']) await copyFile(path.join(modelFolder, name), path.join(folder, name))
  // Copies: the backend's runtime refuses links to weights outside the folder.
  for (const name of new Set([...weights.tensors.values()].map(({ location }) => location)))
    await copyFile(path.resolve(weights.root, name), path.join(folder, name))
  const eos = tokenizer.prefixToken
  await writeFile(
    path.join(folder, 'genai_config.json'),
    JSON.stringify({
      model: { context_length: config.maxPositions, eos_token_id: eos, bos_token_id: eos, decoder: { filename: 'model.onnx', outputs: { logits: 'logits' } } },
    }),
  )
}
