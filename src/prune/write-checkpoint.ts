/** Writes a pruned model as an ordinary checkpoint: weights sharded as the source is, index, config, tokenizer. */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isFolder } from '../io/path-exists.ts'
import { layerTensorName, parseLayerTensor, type TensorNames } from '../model/families/tensor-names.ts'
import { readModelFile } from '../model/model-file.ts'
import { tensorReader } from '../model/weights/tensor-bytes.ts'
import type { Weights } from '../model/weights/weights.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { tensorByteLength, writeSafetensors, type TensorToWrite } from '../model/weights/write-safetensors.ts'
import type { CollapsedLayer } from './collapsed-layer.ts'
import { prunedConfigText } from './pruned-config.ts'
import { sourceBytes, sourceDtype, sourceShape, tensorSource, type MergeOptions, type NamedTensors, type TensorSource } from './tensor-source.ts'
import { unsealed } from './output-folder.ts'

/** The file that makes a folder a checkpoint. */
export const CONFIG_FILE = 'config.json'

/** A tensor of the pruned model, and the original's file in whose place it stands. */
interface PlannedTensor {
  readonly name: string
  readonly source: TensorSource
  /** The tensor that it replaces: says which shard, and where in it. */
  readonly place: WeightTensor
}

/** All tensors of the pruned model. */
export function planTensors(layers: readonly CollapsedLayer[], model: NamedTensors, merge: MergeOptions): PlannedTensor[] {
  const { tensorNames, tensors } = model
  const newIndex = new Map(layers.map((layer, index) => [layer.base, index]))
  return [...tensors].flatMap(([name, tensor]): PlannedTensor[] => {
    const part = parseLayerTensor(tensorNames, name)
    if (!part) return [{ name, source: { kind: 'copy', tensor }, place: tensor }]
    const index = newIndex.get(part.layer)
    if (index === undefined) return []
    return [{ name: layerTensorName(tensorNames, index, part.name), source: tensorSource(layers[index]!, part.name, model, merge), place: tensor }]
  })
}

/** Size of the tensors in bytes. */
export function plannedBytes(tensors: readonly PlannedTensor[]): number {
  return tensors.reduce((sum, { source }) => sum + tensorByteLength({ dtype: sourceDtype(source), shape: sourceShape(source) }), 0)
}

/** Writes everything but the record into `folder`; config.json under its unsealed name. `onBytes` is told the size of each piece of weights. */
export async function writePrunedCheckpoint(
  original: { readonly folder: string; readonly tensorNames: TensorNames; readonly weights: Weights },
  layers: readonly CollapsedLayer[],
  merge: MergeOptions,
  folder: string,
  onBytes: (count: number) => void,
): Promise<void> {
  const planned = planTensors(layers, { tensorNames: original.tensorNames, tensors: original.weights.tensors }, merge)
  await using reader = tensorReader(original.weights.root)
  const locations = [...new Set(planned.map(({ place }) => place.location))].sort()
  const shards = locations.map((location) => planned.filter(({ place }) => place.location === location))
  const weightMap: Record<string, string> = {}
  for (const [index, members] of shards.entries()) {
    const file = shards.length === 1 ? 'model.safetensors' : `model-${shardNumber(index + 1)}-of-${shardNumber(shards.length)}.safetensors`
    const tensors = members
      .sort((a, b) => a.place.byteOffset - b.place.byteOffset)
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
  await copySmallFiles(original.folder, folder)
  const config = prunedConfigText((await readModelFile(original.folder, CONFIG_FILE))!.toString('utf8'), layers)
  await writeFile(path.join(folder, unsealed(CONFIG_FILE)), config)
}

function shardNumber(number: number): string {
  return String(number).padStart(5, '0')
}

/** What belongs to the model beside weights and config: tokenizer, generation settings, licence. */
const SMALL_FILES =
  /^(?:tokenizer.*|vocab.*|merges\.txt|special_tokens_map\.json|added_tokens\.json|generation_config\.json|chat_template.*|spiece\.model|.*\.tiktoken|LICEN[CS]E.*|NOTICE.*|USE_POLICY.*)$/iu

async function copySmallFiles(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (!SMALL_FILES.test(name)) continue
    // A folder of a tokenizer's is left out; a link that leads out of the model's folder is an error, for what it leads to may not be the model's to give.
    const content = (await isFolder(path.join(from, name))) ? undefined : await readModelFile(from, name)
    if (content) await writeFile(path.join(to, name), content)
  }
}
