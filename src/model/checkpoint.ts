/** A model on disk: its config, where its weights are stored, its tokenizer. Only the tokenizer is loaded. */
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
  /** Notices about unused parts of config.json, the weights and the tokenizer, as sentences for the user. */
  readonly notices: readonly string[]
}

/** How a checkpoint is opened. */
export interface OpenCheckpointOptions {
  readonly mayBeQuantized?: boolean
  /** The folder's config.json if it was read before; read now when absent. */
  readonly configFile?: ConfigFile
}

/** Reads and checks a model folder. Fails with CheckpointError, and on quantized weights unless they may be. */
export async function openCheckpoint(folder: string, options: OpenCheckpointOptions = {}): Promise<Checkpoint> {
  if (!(await isFolder(folder))) throw noFolder(folder)
  const { mayBeQuantized = false, configFile: file = await readConfigFile(folder) } = options
  const { config } = file
  const [weights, tokenizer] = await Promise.all([readWeights(folder, config, { mayBeQuantized }), readTokenizer(folder, config, file.content)])
  const notices = [...file.notices, ...weights.notices, ...tokenizer.notices]
  return { config, architecture: file.architecture, weights, tokenizer, parameterCount: countParameters(config), notices }
}

/** A model folder that may lack weights or tokenizer: enough to plan a run. */
export interface Outline {
  readonly config: ModelConfig
  /** By name. If the folder holds no weights: the tensors that config.json calls for, without a location. */
  readonly tensors: StoredWeights['tensors']
  readonly hasWeights: boolean
  /** Undefined if the folder has no tokenizer.json. */
  readonly tokenizer: CheckpointTokenizer | undefined
  readonly notices: readonly string[]
}

/** Reads the parts of a model that its folder holds; only config.json must exist. Fails with CheckpointError on a part that is wrong. */
export async function openOutline(folder: string): Promise<Outline> {
  if (!(await isFolder(folder))) throw noFolder(folder)
  const file = await readConfigFile(folder)
  refuseQuantized(folder, file.config)
  const [tokenizer, isThere] = await Promise.all([tokenizerIfAny(folder, file.config, file.content), hasWeights(folder)])
  const weights = isThere ? await readWeights(folder, file.config) : undefined
  return {
    config: file.config,
    tensors: weights?.tensors ?? assumedTensors(file),
    hasWeights: isThere,
    tokenizer,
    notices: [...file.notices, ...(weights?.notices ?? []), ...(tokenizer?.notices ?? [])],
  }
}

/** The tokenizer of a folder; undefined if it has none. `configContent` is config.json if it was read before. */
export async function tokenizerIfAny(folder: string, config: ModelConfig, configContent?: ConfigFile['content']): Promise<CheckpointTokenizer | undefined> {
  return (await modelFile(folder, 'tokenizer.json')) === undefined ? undefined : readTokenizer(folder, config, configContent)
}

/** The tensors that config.json calls for, in the type that it names; bfloat16 if it names none, as most models are. */
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
