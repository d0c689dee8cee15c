/** A model on disk: its config, where its weights lie, its tokenizer. Nothing is loaded but the tokenizer. */
import { CheckpointError } from '../errors.ts'
import { isFolder } from '../io/path-exists.ts'
import { readConfigFile, type ConfigFile, type ModelConfig } from './config/config.ts'
import { countParameters, expectedTensors } from './weights/expected-tensors.ts'
import { modelFile } from './model-file.ts'
import { BYTES_PER_VALUE } from './weights/safetensors.ts'
import { readTokenizer, type CheckpointTokenizer } from './tokenizer/tokenizer.ts'
import { hasWeights } from './weights/weight-files.ts'
import { readWeights, refuseQuantized, type StoredWeights } from './weights/weights.ts'

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
  if (!(await isFolder(folder))) throw noFolder(folder)
  const file = await readConfigFile(folder)
  const { config } = file
  const [weights, tokenizer] = await Promise.all([readWeights(folder, config, { mayBeQuantized }), readTokenizer(folder, config)])
  const notices = [...file.notices, ...weights.notices, ...tokenizer.notices]
  return { config, architecture: file.architecture, weights, tokenizer, parameterCount: countParameters(config), notices }
}

/** As much of a model as its folder holds: enough to plan. */
export interface Outline {
  readonly config: ModelConfig
  /** By name; those that config.json calls for where the folder holds no weights, and their bytes are nowhere. */
  readonly tensors: StoredWeights['tensors']
  readonly hasWeights: boolean
  /** Undefined where the folder has no tokenizer.json. */
  readonly tokenizer: CheckpointTokenizer | undefined
  readonly notices: readonly string[]
}

/** Reads what is there of a model folder; config.json must be. Fails with CheckpointError on a file that is there and wrong. */
export async function openOutline(folder: string): Promise<Outline> {
  if (!(await isFolder(folder))) throw noFolder(folder)
  const file = await readConfigFile(folder)
  refuseQuantized(folder, file.config)
  const [tokenizer, isThere] = await Promise.all([tokenizerIfAny(folder, file.config), hasWeights(folder)])
  const weights = isThere ? await readWeights(folder, file.config) : undefined
  return {
    config: file.config,
    tensors: weights?.tensors ?? assumedTensors(file),
    hasWeights: isThere,
    tokenizer,
    notices: [...file.notices, ...(weights?.notices ?? []), ...(tokenizer?.notices ?? [])],
  }
}

/** The tokenizer of a folder; undefined where it has none. */
export async function tokenizerIfAny(folder: string, config: ModelConfig): Promise<CheckpointTokenizer | undefined> {
  return (await modelFile(folder, 'tokenizer.json')) === undefined ? undefined : readTokenizer(folder, config)
}

/** What the weights will be when they are there, in the type that config.json names; else in bfloat16, as most models are. */
function assumedTensors({ config, dtype = 'BF16' }: ConfigFile): StoredWeights['tensors'] {
  return new Map(
    expectedTensors(config).map(({ name, shape }) => {
      const byteLength = shape.reduce((product, extent) => product * extent, BYTES_PER_VALUE[dtype])
      return [name, { dtype, shape, location: '', byteOffset: 0, byteLength }]
    }),
  )
}

function noFolder(folder: string): CheckpointError {
  return new CheckpointError(
    `no such model folder: ${folder}`,
    'Give a folder with config.json, *.safetensors and tokenizer.json, or a hub repository as OWNER/NAME.',
  )
}
