/** A model on disk: its config, where its weights lie, its tokenizer. Nothing is loaded but the tokenizer. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError } from '../errors.ts'
import { readConfig, type ModelConfig } from './config.ts'
import { countParameters } from './expected-tensors.ts'
import { readTokenizer, type CheckpointTokenizer } from './tokenizer.ts'
import { readWeights, type Weights } from './weights.ts'

/** A model folder that was checked. */
export interface Checkpoint {
  readonly config: ModelConfig
  /** `architectures[0]` of config.json. */
  readonly architecture: string
  readonly weights: Weights
  readonly tokenizer: CheckpointTokenizer
  /** Parameters that the graph uses; a tied head counts once. */
  readonly parameterCount: number
}

/** Reads and checks a model folder. Fails with CheckpointError. */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!isFolder)
    throw new CheckpointError(
      `no such model folder: ${folder}`,
      'Give a folder with config.json, *.safetensors and tokenizer.json, or a hub repository as OWNER/NAME.',
    )
  const config = await readConfig(folder)
  const [weights, tokenizer, text] = await Promise.all([
    readWeights(folder, config),
    readTokenizer(folder, config),
    readFile(path.join(folder, 'config.json'), 'utf8'),
  ])
  const { architectures } = JSON.parse(text) as { architectures: [string] }
  return { config, architecture: architectures[0], weights, tokenizer, parameterCount: countParameters(config) }
}
