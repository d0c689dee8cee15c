/**
 * config.json of a decoder-only model: checked, with older and newer spellings merged. Precedence of fields and defaults are those
 * of transformers 5.24 (test/model/config/config-spellings.golden.json holds what it computes).
 */
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { lookUp } from '../../io/look-up.ts'
import { parsePythonJson } from '../../io/parse-json.ts'
import { firstTokenId } from '../families/common-fields.ts'
import { RMS_NORM, type Activation, type Decoder, type RopeFields } from '../families/decoder.ts'
import { FAMILIES, familyOfArchitecture, familyOfModelType } from '../families/families.ts'
import type { CommonConfig, Family } from '../families/family.ts'
import { checkFields } from './config-fields.ts'
import { modelFolderBelow } from './model-folder-below.ts'
import { explainUnsupportedModel } from './unsupported-model.ts'
import { readModelFile } from '../model-file.ts'
import { parseQuantization, type StoredQuantization } from './quantization-config.ts'
import type { Dtype } from '../weights/safetensors.ts'
import { toRope, type Rope } from './rope-config.ts'
import { languagePart } from './text-config.ts'

/** The facts about a model that the graph needs. Plain data. Optional parts of the decoder are absent if the model does not have them. */
export interface ModelConfig extends Omit<Decoder, Defaulted | 'globalRope' | 'localRope'>, Required<Pick<Decoder, Defaulted>> {
  /** `model_type` of the family. */
  readonly family: string
  readonly hiddenSize: number
  readonly layerCount: number
  readonly headCount: number
  readonly vocabularySize: number
  readonly normEpsilon: number
  /** The output head is the embedding matrix. */
  readonly tiedHead: boolean
  readonly rope: Rope
  /** Of the layers whose `layerRopes` say `local`. */
  readonly localRope?: Rope
  /** It is the language model of a larger one, whose weights have further prefixes. */
  readonly isPart?: true
  /** How the projections are stored; absent if they are plain. */
  readonly quantization?: StoredQuantization
  readonly bosTokenId: number | undefined
  readonly eosTokenId: number | undefined
}

/** Parts of a decoder that every model has. */
type Defaulted =
  | 'keyValueHeadCount'
  | 'headSize'
  | 'intermediateSize'
  | 'maxPositions'
  | 'embeddingWidth'
  | 'tensorNames'
  | 'norm'
  | 'queryKeyValueBias'
  | 'attentionOutputBias'
  | 'feedForwardBias'
  | 'windows'
  | 'rotaryWidth'
  | 'activation'

/** A config.json that was checked. */
export interface ConfigFile {
  readonly config: ModelConfig
  /** The class that transformers has for the model. */
  readonly architecture: string
  /** Fields that are not used, as sentences for the user. */
  readonly notices: readonly string[]
  /** Element type of the weights if the file gives it; `dtype` wins over the older `torch_dtype`, as in transformers. */
  readonly dtype: Dtype | undefined
  /** The file as it was parsed. */
  readonly content: Readonly<Record<string, unknown>>
}

const HUB_HINT = 'Compare it with the config.json of the model on the hub.'

/** Reads and checks `config.json` of a model folder. Fails with CheckpointError on a missing or malformed file, or a model that is not of the `families`. */
export async function readConfig(folder: string, families = FAMILIES): Promise<ModelConfig> {
  return (await readConfigFile(folder, families)).config
}

/** As `readConfig`, with the other facts of the file. Read it once and pass it on to `openCheckpoint` and `openOutline`. */
export async function readConfigFile(folder: string, families = FAMILIES): Promise<ConfigFile> {
  const file = path.join(folder, 'config.json')
  const content = await readModelFile(folder, 'config.json')
  if (!content) {
    const below = await modelFolderBelow(folder)
    const meant = below === undefined ? '' : `Did you mean ${below}? `
    throw new CheckpointError(`cannot read ${file}`, `${meant}A model folder holds config.json, *.safetensors and tokenizer.json.`)
  }
  let raw: unknown
  try {
    raw = parsePythonJson(content.toString('utf8'))
  } catch (cause) {
    throw new CheckpointError(`${file} is not JSON`, 'Download or copy the file again.', { cause })
  }
  return parseConfigFile(raw, file, families)
}

/** Checks the content of a config.json; errors name `file`. */
export function parseConfig(content: unknown, file: string): ModelConfig {
  return parseConfigFile(content, file).config
}

/** The same with the other facts of the file. */
export function parseConfigFile(content: unknown, file: string, families = FAMILIES): ConfigFile {
  const notices: string[] = []
  const part = languagePart(content, file, notices)
  const family = familyOf(part, file, notices, families)
  const checked = family.schema.safeParse(part)
  if (!checked.success) throw new CheckpointError(`${file} is malformed: ${z.prettifyError(checked.error)}`, HUB_HINT)
  checkFields(part as Record<string, unknown>, family, file, notices)
  const type = checked.data.dtype ?? checked.data.torch_dtype
  return {
    config: { ...toModelConfig(checked.data, family, file, notices), ...(part !== content && { isPart: true }) },
    architecture: family.architecture,
    notices,
    dtype: typeof type === 'string' ? lookUp(DTYPES, type) : undefined,
    content: content as Record<string, unknown>,
  }
}

const DTYPES: Readonly<Record<string, Dtype>> = { float64: 'F64', float32: 'F32', bfloat16: 'BF16', float16: 'F16' }

const namesSchema = z.object({ architectures: z.array(z.string()).nullish(), model_type: z.string().nullish() })

/** transformers chooses the class by `model_type`; `architectures` decides if that is absent. Anything but a known class is refused. */
function familyOf(content: unknown, file: string, notices: string[], families: readonly Family[]): Family {
  const checked = namesSchema.safeParse(content)
  if (!checked.success) throw new CheckpointError(`${file} is malformed: ${z.prettifyError(checked.error)}`, HUB_HINT)
  const { architectures, model_type: type } = checked.data
  const [given] = architectures ?? []
  const hint = `Supported: ${families.map(({ architecture }) => architecture).join(', ')}.`
  const named = given === undefined ? undefined : familyOfArchitecture(given, families)
  if (given !== undefined && !named) throw unsupported(content, `architecture ${given}`, file, hint)
  if (type == null) {
    if (named) return named
    throw new CheckpointError(`${file} names neither architectures nor model_type`, hint)
  }
  const typed = familyOfModelType(type, families)
  if (!typed) throw unsupported(content, `model_type ${type}`, file, `Supported: ${families.map(({ modelType }) => modelType).join(', ')}.`)
  if (named && named !== typed)
    notices.push(`config.json names model_type ${type} and architecture ${named.architecture}: the model is run as ${typed.architecture}, as transformers does`)
  return typed
}

/** The error for a model of a family that is not here, with what it is if that is known. */
function unsupported(content: unknown, what: string, file: string, hint: string): CheckpointError {
  const kind = explainUnsupportedModel(content)
  return new CheckpointError(`${file}: ${what} is ${kind ?? 'not supported'}`, hint)
}

/** Functions by their names in transformers (`activations.py`). */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
  relu2: 'relu-squared',
}

/** Experts, or norms of heads, of all layers: ten times those of the largest models. Each has tensors of its own. */
const MOST_MODULES = 2 ** 18

function toModelConfig(raw: CommonConfig, family: Family, file: string, notices: string[]): ModelConfig {
  const { globalRope, localRope, ...decoder } = family.decoder(raw, file)
  const headCount = raw.num_attention_heads
  const keyValueHeadCount = decoder.keyValueHeadCount ?? raw.num_key_value_heads ?? headCount
  const headSize = decoder.headSize ?? raw.head_dim ?? raw.hidden_size / headCount
  const unsupported = (what: string, hint: string) => new CheckpointError(`${file}: ${what}`, hint)
  const activation = decoder.activation ?? lookUp(ACTIVATIONS, raw.hidden_act ?? 'silu')
  if (activation === undefined) throw unsupported(`hidden_act ${raw.hidden_act} is not supported`, `Supported: ${Object.keys(ACTIVATIONS).join(', ')}.`)
  if (headCount % keyValueHeadCount !== 0)
    throw unsupported(`${headCount} heads do not divide over ${keyValueHeadCount} key/value heads`, 'Check num_attention_heads and num_key_value_heads.')
  const rotaryWidth = decoder.rotaryWidth ?? headSize
  const isRotary = decoder.layerRopes?.every((rope) => rope === 'none') !== true
  if (!Number.isInteger(headSize)) throw unsupported(`heads are ${headSize} wide`, 'Check hidden_size, num_attention_heads and head_dim.')
  if (isRotary && (rotaryWidth % 2 !== 0 || rotaryWidth < 2 || rotaryWidth > headSize))
    throw unsupported(
      `heads are ${headSize} wide${rotaryWidth === headSize ? '' : `, of which ${rotaryWidth} are rotated`}`,
      'Rotary embedding needs an even whole number; check head_dim and partial_rotary_factor.',
    )
  const byNumber = Math.max(decoder.experts?.count ?? 1, decoder.queryKeyNorm?.over === 'heads' ? headCount : 1)
  if (raw.num_hidden_layers * byNumber > MOST_MODULES)
    throw unsupported(`${raw.num_hidden_layers} layers with ${byNumber} experts or heads each are too many`, `At most ${MOST_MODULES} in all are supported.`)
  const ropeOf = (fields: RopeFields | undefined) =>
    toRope({ ...raw, ...fields }, file, { headSize: rotaryWidth, isPartial: decoder.rotaryWidth !== undefined }, notices)
  return {
    ...decoder,
    family: family.modelType,
    hiddenSize: raw.hidden_size,
    embeddingWidth: decoder.embeddingWidth ?? raw.hidden_size,
    layerCount: raw.num_hidden_layers,
    headCount,
    keyValueHeadCount,
    headSize,
    intermediateSize: decoder.intermediateSize ?? raw.intermediate_size,
    vocabularySize: raw.vocab_size,
    maxPositions: decoder.maxPositions ?? raw.max_position_embeddings,
    norm: decoder.norm ?? RMS_NORM,
    normEpsilon: raw.rms_norm_eps,
    tiedHead: raw.tie_word_embeddings ?? false,
    queryKeyValueBias: decoder.queryKeyValueBias ?? false,
    attentionOutputBias: decoder.attentionOutputBias ?? false,
    feedForwardBias: decoder.feedForwardBias ?? false,
    rotaryWidth,
    rope: ropeOf(globalRope),
    ...(localRope && { localRope: ropeOf(localRope) }),
    activation,
    windows: decoder.windows ?? Array.from({ length: raw.num_hidden_layers }, () => Infinity),
    tensorNames: decoder.tensorNames ?? family.tensorNames,
    ...(raw.quantization_config != null && { quantization: parseQuantization(raw.quantization_config, file, notices) }),
    bosTokenId: firstTokenId(raw.bos_token_id),
    eosTokenId: firstTokenId(raw.eos_token_id),
  }
}
