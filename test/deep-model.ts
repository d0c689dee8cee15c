/** Checkpoints of random weights with as many layers as a test wants, written with the harness's own writer. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseConfig } from '../src/model/config/config.ts'
import { encodeValues } from '../src/model/weights/element-type.ts'
import { expectedTensors } from '../src/model/weights/expected-tensors.ts'
import type { Dtype } from '../src/model/weights/safetensors.ts'
import { writeSafetensors, type TensorToWrite } from '../src/model/weights/write-safetensors.ts'
import { tinyModel } from './tiny-model.ts'
import { rmSync } from 'node:fs'

/** What a test may choose. */
export interface DeepModelOptions {
  readonly layers: number
  /** Fixture whose config and tokenizer are taken. */
  readonly family?: string
  readonly dtype?: Dtype
  readonly shards?: number
  readonly seed?: number
  readonly config?: Readonly<Record<string, unknown>>
}

/** Makes the folder. Norms are near 1, projections small: the residual stream goes through all layers. */
export async function deepModel({ layers, family = 'qwen3', dtype = 'BF16', shards = 1, seed = 1, config: changes = {} }: DeepModelOptions): Promise<string> {
  const folder = tinyModel(family)
  const configFile = path.join(folder, 'config.json')
  const raw = { ...(JSON.parse(readFileSync(configFile, 'utf8')) as object), num_hidden_layers: layers, max_window_layers: layers, ...changes }
  writeFileSync(configFile, JSON.stringify(raw, null, 2))
  const random = pseudoRandom(seed)
  const tensors = expectedTensors(parseConfig(raw, configFile)).map(({ name, shape }): TensorToWrite => {
    const isNorm = /norm/u.test(name)
    const values = Float32Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, () => (isNorm ? 1 + 0.2 * random() : 0.3 * random()))
    return {
      name,
      dtype,
      shape,
      async *bytes() {
        yield encodeValues(values, dtype)
      },
    }
  })
  rmSync(path.join(folder, 'model.safetensors'), { force: true })
  if (shards === 1) await writeSafetensors(path.join(folder, 'model.safetensors'), tensors)
  else {
    const weightMap: Record<string, string> = {}
    for (let shard = 0; shard < shards; shard++) {
      const file = `model-0000${shard + 1}-of-0000${shards}.safetensors`
      const own = tensors.filter((_, index) => Math.floor((index * shards) / tensors.length) === shard)
      for (const { name } of own) weightMap[name] = file
      await writeSafetensors(path.join(folder, file), own)
    }
    writeFileSync(path.join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: weightMap }))
  }
  return folder
}

/** Mulberry32: values from −1 to 1 that are the same everywhere. */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1
  }
}
