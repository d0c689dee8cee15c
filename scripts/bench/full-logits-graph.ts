/**
 * A model as lm-eval's onnxruntime backend wants it: all logits of one sequence. The operators are those of the harness, so what differs is
 * what is computed and copied, not how.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Checkpoint } from '../../src/model/checkpoint.ts'
import type { ModelConfig } from '../../src/model/config/config.ts'
import type { Weights } from '../../src/model/weights/weights.ts'
import { graphBuilder } from '../../src/graph/builder.ts'
import { decoderLayers, headName } from '../../src/graph/decoder.ts'
import { rmsNorm, rotaryTable } from '../../src/graph/decoder-layer.ts'
import { encodeModel, type Graph } from '../../src/graph/onnx-model.ts'
import { storedWeights } from '../../src/graph/stored-weights.ts'
import { treeAttention, type AttentionConfig, type Projections } from '../../src/graph/tree-attention.ts'

/** `input_ids` [1, S] in, `logits` [1, S, vocabulary] out. */
function fullLogitsGraph(config: ModelConfig, { tensors }: Weights): Graph {
  const g = graphBuilder()
  const ids = g.node('Reshape', ['input_ids', g.integers([-1])])
  const length = g.node('Reshape', [g.node('Shape', [ids]), g.integers([])])
  const int32 = (value: string) => g.node('Cast', [value], { to: 6 })
  const chain = int32(g.node('Range', [g.integers(0), length, g.integers(1)]))
  const row = g.node('Reshape', [chain, g.integers([1, 1, -1])])
  // One tree without branches, in one row.
  const rows = {
    positions: chain,
    exits: g.node('Add', [g.node('Mul', [chain, int32(g.integers(0))]), int32(length)]),
    queries: row,
    keys: row,
    keyCounts: g.node('Reshape', [length, g.integers([1])]),
    querySlots: chain,
    groupCount: g.integers(1),
  }
  const weights = storedWeights(g, { tensorOf: (name) => tensors.get(name)! })
  const attention = (layer: AttentionConfig) => (projections: Projections) => treeAttention(g, layer, projections, rows)
  const hidden = decoderLayers(g, config, weights, ids, rotaryTable(g, config, chain), attention)
  const logits = g.node('Gemm', [rmsNorm(g, config, hidden, weights.value(config.tensorNames.finalNorm)), weights.value(headName(config))], { transB: 1 })
  g.output(g.node('Unsqueeze', [logits, g.integers([0])]), 'logits')
  return g.finish('full_logits', [{ name: 'input_ids', type: 'int64', shape: [1, 'S'] }], [{ name: 'logits', type: 'float', shape: [1, 'S', 'V'] }])
}

/** Writes a folder that lm-eval's onnxruntime backend loads. */
export async function writeFullLogits(folder: string, modelFolder: string, { config, weights, tokenizer }: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'model.onnx'), encodeModel(fullLogitsGraph(config, weights)))
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'config.json']) await copyFile(path.join(modelFolder, name), path.join(folder, name))
  // Copies: the backend's runtime refuses weights that a link takes out of the folder.
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
