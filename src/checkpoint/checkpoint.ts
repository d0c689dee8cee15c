/** A model on disk: its config, where its weights lie, its tokenizer. Nothing is loaded but the tokenizer. */
import { CheckpointError } from '../errors.ts'
import { isFolder } from '../is-folder.ts'
import { readConfigFile, type ModelConfig } from './config.ts'
import { countParameters } from './expected-tensors.ts'
import { readTokenizer, type CheckpointTokenizer } from './tokenizer.ts'
import { openWeights, type StoredWeights } from './weights.ts'

/** A model folder that was checked. */
export interface Checkpoint {
  readonly config: ModelConfig
  /** The class that transformers has for the model. */
  readonly architecture: string
  readonly weights: StoredWeights
  readonly tokenizer: CheckpointTokenizer
  /** Parameters that the graph uses; a tied head counts once. */
  readonly parameterCount: number
  /** What of config.json and of the weights is not used, as sentences for the user. */
  readonly notices: readonly string[]
}

/** Reads and checks a model folder. Fails with CheckpointError; on quantised weights too, unless they may be. */
export async function openCheckpoint(folder: string, { mayBeQuantized = false } = {}): Promise<Checkpoint> {
  if (!(await isFolder(folder)))
    throw new CheckpointError(
      `no such model folder: ${folder}`,
      'Give a folder with config.json, *.safetensors and tokenizer.json, or a hub repository as OWNER/NAME.',
    )
  const file = await readConfigFile(folder)
  const [{ config, weights }, tokenizer] = await Promise.all([openWeights(folder, file.config, { mayBeQuantized }), readTokenizer(folder, file.config)])
  const notices = [...file.notices, ...weights.notices, ...tokenizer.notices]
  return { config, architecture: file.architecture, weights, tokenizer, parameterCount: countParameters(config), notices }
}
