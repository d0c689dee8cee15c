/** A model on disk: its config, where its weights lie, its tokenizer. Nothing is loaded but the tokenizer. */
import { CheckpointError } from '../errors.ts'
import { isFolder } from '../is-folder.ts'
import { parseJson } from '../parse-json.ts'
import { readConfig, type ModelConfig } from './config.ts'
import { countParameters } from './expected-tensors.ts'
import { readModelFile } from './model-file.ts'
import { readTokenizer, type CheckpointTokenizer } from './tokenizer.ts'
import { readWeights, type StoredWeights } from './weights.ts'

/** A model folder that was checked. */
export interface Checkpoint {
  readonly config: ModelConfig
  /** `architectures[0]` of config.json. */
  readonly architecture: string
  readonly weights: StoredWeights
  readonly tokenizer: CheckpointTokenizer
  /** Parameters that the graph uses; a tied head counts once. */
  readonly parameterCount: number
}

/** Reads and checks a model folder. Fails with CheckpointError; on quantised weights too, unless they may be. */
export async function openCheckpoint(folder: string, { mayBeQuantized = false } = {}): Promise<Checkpoint> {
  if (!(await isFolder(folder)))
    throw new CheckpointError(
      `no such model folder: ${folder}`,
      'Give a folder with config.json, *.safetensors and tokenizer.json, or a hub repository as OWNER/NAME.',
    )
  const config = await readConfig(folder)
  const [weights, tokenizer, text] = await Promise.all([
    readWeights(folder, config, { mayBeQuantized }),
    readTokenizer(folder, config),
    readModelFile(folder, 'config.json'),
  ])
  const { architectures } = parseJson(text!.toString('utf8')) as { architectures: [string] }
  return { config, architecture: architectures[0], weights, tokenizer, parameterCount: countParameters(config) }
}
