/** Writes a pruned model as an ordinary checkpoint: weights sharded as the source is, index, config, tokenizer. */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isFolder } from '../io/path-exists.ts'
import type { ModelConfig } from '../model/config/config.ts'
import { layerTensorName, parseLayerTensor } from '../model/families/tensor-names.ts'
import { readModelFile } from '../model/model-file.ts'
import { tensorReader } from '../model/weights/tensor-bytes.ts'
import type { Weights } from '../model/weights/weights.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { tensorByteLength, writeSafetensors, type TensorToWrite } from '../model/weights/write-safetensors.ts'
import type { CollapsedLayer } from './collapsed-layer.ts'
import { prunedConfigText } from './pruned-config.ts'
import { sourceBytes, sourceDtype, sourceShape, tensorSource, type MergeOptions, type NamedTensors, type TensorSource } from './tensor-source.ts'
import { unsealed } from './output-folder.ts'
import type { PruningRecord } from './pruning-record.ts'
import { pruningReadme } from './readme.ts'

/** The file without which a folder is not a checkpoint. */
export const CONFIG_FILE = 'config.json'

/** The model that was pruned. */
export interface OriginalModel {
  readonly folder: string
  readonly config: ModelConfig
  readonly weights: Weights
}

/** The pruned model before it is written. */
export interface PrunedModel {
  readonly layers: readonly CollapsedLayer[]
  readonly merge: MergeOptions
  readonly record: PruningRecord
}

/** A tensor of the pruned model. */
interface PlannedTensor {
  readonly name: string
  readonly source: TensorSource
  /** The tensor of the original that it replaces: its shard and position there are those of the new tensor. */
  readonly replaces: WeightTensor
}

/** All tensors of the pruned model. */
export function planTensors(layers: readonly CollapsedLayer[], model: NamedTensors, merge: MergeOptions): PlannedTensor[] {
  const { tensorNames, tensors } = model
  const newIndex = new Map(layers.map((layer, index) => [layer.base, index]))
  return [...tensors].flatMap(([name, tensor]): PlannedTensor[] => {
    const part = parseLayerTensor(tensorNames, name)
    if (!part) return [{ name, source: { kind: 'copy', tensor }, replaces: tensor }]
    const index = newIndex.get(part.layer)
    if (index === undefined) return []
    return [{ name: layerTensorName(tensorNames, index, part.name), source: tensorSource(layers[index]!, part.name, model, merge), replaces: tensor }]
  })
}

/** Size of the tensors in bytes. */
export function plannedBytes(tensors: readonly PlannedTensor[]): number {
  return tensors.reduce((sum, { source }) => sum + tensorByteLength({ dtype: sourceDtype(source), shape: sourceShape(source) }), 0)
}

/** Writes all files of the checkpoint into `folder`; config.json under its unsealed name. `onBytes` receives the size of each piece of weights. */
export async function writePrunedCheckpoint(
  original: OriginalModel,
  { layers, merge, record }: PrunedModel,
  folder: string,
  onBytes: (count: number) => void,
): Promise<void> {
  await writeWeights(original, planTensors(layers, { tensorNames: original.config.tensorNames, tensors: original.weights.tensors }, merge), folder, onBytes)
  await copySmallFiles(original.folder, folder)
  const config = prunedConfigText((await readModelFile(original.folder, CONFIG_FILE))!.toString('utf8'), layers, original.config)
  await writeFile(path.join(folder, unsealed(CONFIG_FILE)), config)
  await writeFile(path.join(folder, `${record.method}.json`), `${JSON.stringify(record, null, 2)}\n`)
  await writeFile(path.join(folder, 'README.md'), pruningReadme(record))
}

/** Writes as many shards as the original has, and their index. */
async function writeWeights(original: OriginalModel, planned: readonly PlannedTensor[], folder: string, onBytes: (count: number) => void): Promise<void> {
  await using reader = tensorReader(original.weights.root)
  const locations = [...new Set(planned.map(({ replaces }) => replaces.location))].sort()
  const shards = locations.map((location) => planned.filter(({ replaces }) => replaces.location === location))
  const weightMap: Record<string, string> = {}
  for (const [index, members] of shards.entries()) {
    const file = shards.length === 1 ? 'model.safetensors' : `model-${shardNumber(index + 1)}-of-${shardNumber(shards.length)}.safetensors`
    const tensors = members
      .sort((a, b) => a.replaces.byteOffset - b.replaces.byteOffset)
      .map(({ name, source }): TensorToWrite => {
        weightMap[name] = file
        return { name, dtype: sourceDtype(source), shape: sourceShape(source), bytes: () => sourceBytes(source, reader) }
      })
    await writeSafetensors(path.join(folder, file), tensors, onBytes)
  }
  if (shards.length > 1) {
    const sorted = Object.fromEntries(Object.entries(weightMap).sort(([a], [b]) => (a < b ? -1 : 1)))
    const content = { metadata: { total_size: plannedBytes(planned) }, weight_map: sorted }
    await writeFile(path.join(folder, 'model.safetensors.index.json'), `${JSON.stringify(content, null, 2)}\n`)
  }
}

function shardNumber(number: number): string {
  return String(number).padStart(5, '0')
}

/** Files that belong to a model beside weights and config: tokenizer, generation settings, license. */
const SMALL_FILES =
  /^(?:tokenizer.*|vocab.*|merges\.txt|special_tokens_map\.json|added_tokens\.json|generation_config\.json|chat_template.*|spiece\.model|.*\.tiktoken|LICEN[CS]E.*|NOTICE.*|USE_POLICY.*)$/iu

async function copySmallFiles(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (!SMALL_FILES.test(name)) continue
    // A subfolder is skipped. A link that leads out of the model's folder is an error: its target may not be part of the model.
    const content = (await isFolder(path.join(from, name))) ? undefined : await readModelFile(from, name)
    if (content) await writeFile(path.join(to, name), content)
  }
}
