/**
 * config.json of a decoder-only model: checked, and its older and newer spellings made one. Where two fields say the same thing, and where one is left
 * out, the order and the defaults are those of transformers 5.24 (test/model/config/config-spellings.golden.json holds what it computes).
 */
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { lookUp } from '../../io/look-up.ts'
import { parseJson } from '../../io/parse-json.ts'
import { FAMILIES, OLDER_NAMES, type Family } from '../families/families.ts'
import { checkFields } from './config-fields.ts'
import { readModelFile } from '../model-file.ts'
import { parseQuantization, type StoredQuantization } from './quantization-config.ts'
import type { Dtype } from '../weights/safetensors.ts'
import { ropeFields, toRope, type Rope } from './rope-config.ts'

/** What transformers takes where config.json leaves a field out; `null` stands for "as many as heads" and "hidden_size / heads". */
const DEFAULTS: Readonly<Record<Family, { readonly keyValueHeads: number | null; readonly headSize: number | null; readonly window: number | null }>> = {
  llama: { keyValueHeads: null, headSize: null, window: null },
  mistral: { keyValueHeads: 8, headSize: null, window: 4096 },
  qwen2: { keyValueHeads: 32, headSize: null, window: 4096 },
  qwen3: { keyValueHeads: 32, headSize: 128, window: 4096 },
}
/** Of Qwen2 and Qwen3: the first layer with a window. */
const DEFAULT_MAX_WINDOW_LAYERS = 28

/** What the graph needs to know of a model. */
export interface ModelConfig {
  readonly family: Family
  readonly hiddenSize: number
  readonly layerCount: number
  readonly headCount: number
  readonly keyValueHeadCount: number
  /** Width of one head. */
  readonly headSize: number
  readonly intermediateSize: number
  readonly vocabularySize: number
  /** Longest input that the model was made for, in tokens. */
  readonly maxPositions: number
  readonly normEpsilon: number
  /** The output head is the embedding matrix. */
  readonly tiedHead: boolean
  /** Biases on q, k and v. */
  readonly queryKeyValueBias: boolean
  readonly attentionOutputBias: boolean
  readonly feedForwardBias: boolean
  /** RMS norm over each head of q and k. */
  readonly queryKeyNorm: boolean
  readonly rope: Rope
  /** For each layer how many tokens back it sees, itself included; Infinity without a sliding window. */
  readonly windows: readonly number[]
  /** How the projections are stored; absent where they are plain. */
  readonly quantization?: StoredQuantization
  readonly bosTokenId: number | undefined
  readonly eosTokenId: number | undefined
}

const positive = z.number().int().positive()
/** Extents of matrices and numbers of tokens: more than any model has, and few enough that products of two are exact. */
const extent = positive.max(2 ** 26)
const FULL = 'full_attention'
const SLIDING = 'sliding_attention'
/** More than any model has; a list is made of them. */
const MOST_LAYERS = 10_000
const tokenId = z.union([z.number().int(), z.array(z.number().int())]).nullish()
const configSchema = z.looseObject({
  hidden_size: extent,
  num_hidden_layers: positive.max(MOST_LAYERS),
  num_attention_heads: extent,
  num_key_value_heads: extent.nullish(),
  head_dim: extent.nullish(),
  intermediate_size: extent,
  vocab_size: extent,
  max_position_embeddings: positive,
  rms_norm_eps: z.number().positive(),
  hidden_act: z.string().optional(),
  tie_word_embeddings: z.boolean().optional(),
  attention_bias: z.boolean().optional(),
  mlp_bias: z.boolean().optional(),
  ...ropeFields,
  sliding_window: positive.nullish(),
  use_sliding_window: z.boolean().optional(),
  max_window_layers: z.number().int().nonnegative().optional(),
  layer_types: z.array(z.string()).nullish(),
  quantization_config: z.unknown().optional(),
  bos_token_id: tokenId,
  eos_token_id: tokenId,
  dtype: z.unknown().optional(),
  torch_dtype: z.unknown().optional(),
})
type RawConfig = z.infer<typeof configSchema>

/** A config.json that was checked. */
export interface ConfigFile {
  readonly config: ModelConfig
  /** The class that transformers has for the model. */
  readonly architecture: string
  /** What of the file is not used, as sentences for the user. */
  readonly notices: readonly string[]
  /** Element type of the weights, as far as the file says it; `dtype` wins over the older `torch_dtype`, as in transformers. */
  readonly dtype: Dtype | undefined
}

/** Reads and checks `config.json` of a model folder. Fails with CheckpointError on a missing or malformed file, or a model that is not supported. */
export async function readConfig(folder: string): Promise<ModelConfig> {
  return (await readConfigFile(folder)).config
}

/** The same with what else the file says. */
export async function readConfigFile(folder: string): Promise<ConfigFile> {
  const file = path.join(folder, 'config.json')
  const content = await readModelFile(folder, 'config.json')
  if (!content) throw new CheckpointError(`cannot read ${file}`, 'A model folder holds config.json, *.safetensors and tokenizer.json.')
  let raw: unknown
  try {
    raw = parseJson(content.toString('utf8'))
  } catch (cause) {
    throw new CheckpointError(`${file} is not JSON`, 'Download or copy the file again.', { cause })
  }
  return parseConfigFile(raw, file)
}

/** Checks the content of a config.json; `file` is what errors call it. */
export function parseConfig(content: unknown, file: string): ModelConfig {
  return parseConfigFile(content, file).config
}

function parseConfigFile(content: unknown, file: string): ConfigFile {
  const notices: string[] = []
  const architecture = architectureOf(content, file, notices)
  const family = FAMILIES[architecture]
  const checked = configSchema.safeParse(content)
  if (!checked.success)
    throw new CheckpointError(`${file} is malformed: ${z.prettifyError(checked.error)}`, 'Compare it with the config.json of the model on the hub.')
  checkFields(checked.data, family, file, notices)
  const type = checked.data.dtype ?? checked.data.torch_dtype
  const dtype = typeof type === 'string' ? lookUp(DTYPES, type) : undefined
  return { config: toModelConfig(checked.data, family, file, notices), architecture, notices, dtype }
}

const DTYPES: Readonly<Record<string, Dtype>> = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' }

const namesSchema = z.object({ architectures: z.array(z.string()).nullish(), model_type: z.string().nullish() })

/** transformers chooses the class by `model_type`; `architectures` decides where that is absent. Anything else than a known class is refused. */
function architectureOf(content: unknown, file: string, notices: string[]): keyof typeof FAMILIES {
  const checked = namesSchema.safeParse(content)
  if (!checked.success)
    throw new CheckpointError(`${file} is malformed: ${z.prettifyError(checked.error)}`, 'Compare it with the config.json of the model on the hub.')
  const { architectures, model_type: type } = checked.data
  const [given] = architectures ?? []
  const hint = `Supported: ${Object.keys(FAMILIES).join(', ')}.`
  const named = given === undefined ? undefined : (OLDER_NAMES[given] ?? given)
  if (named !== undefined && !isArchitecture(named)) throw new CheckpointError(`${file}: architecture ${named} is not supported`, hint)
  if (type == null) {
    if (named !== undefined) return named
    throw new CheckpointError(`${file} names neither architectures nor model_type`, hint)
  }
  const [typed] = Object.entries(FAMILIES).find(([, family]) => family === type) ?? []
  if (typed === undefined) throw new CheckpointError(`${file}: model_type ${type} is not supported`, `Supported: ${Object.values(FAMILIES).join(', ')}.`)
  if (named !== undefined && named !== typed)
    notices.push(`config.json names model_type ${type} and architecture ${named}: the model is run as ${typed}, as transformers does`)
  return typed as keyof typeof FAMILIES
}

function isArchitecture(name: string): name is keyof typeof FAMILIES {
  return Object.hasOwn(FAMILIES, name)
}

function toModelConfig(raw: RawConfig, family: Family, file: string, notices: string[]): ModelConfig {
  const headCount = raw.num_attention_heads
  const defaults = DEFAULTS[family]
  const keyValueHeadCount = (raw.num_key_value_heads === undefined ? defaults.keyValueHeads : raw.num_key_value_heads) ?? headCount
  const headSize = raw.head_dim ?? defaults.headSize ?? raw.hidden_size / headCount
  const unsupported = (what: string, hint: string) => new CheckpointError(`${file}: ${what}`, hint)
  if (!SILU.has(raw.hidden_act ?? 'silu')) throw unsupported(`hidden_act ${raw.hidden_act} is not supported`, 'Supported: silu.')
  if (headCount % keyValueHeadCount !== 0)
    throw unsupported(`${headCount} heads do not divide over ${keyValueHeadCount} key/value heads`, 'Check num_attention_heads and num_key_value_heads.')
  if (!Number.isInteger(headSize) || headSize % 2 !== 0)
    throw unsupported(`heads are ${headSize} wide`, 'Rotary embedding needs an even whole number; check head_dim.')
  return {
    family,
    hiddenSize: raw.hidden_size,
    layerCount: raw.num_hidden_layers,
    headCount,
    keyValueHeadCount,
    headSize,
    intermediateSize: raw.intermediate_size,
    vocabularySize: raw.vocab_size,
    maxPositions: raw.max_position_embeddings,
    normEpsilon: raw.rms_norm_eps,
    tiedHead: raw.tie_word_embeddings ?? false,
    queryKeyValueBias: family === 'qwen2' || (hasAttentionBias(family) && (raw.attention_bias ?? false)),
    attentionOutputBias: hasAttentionBias(family) && (raw.attention_bias ?? false),
    feedForwardBias: family === 'llama' && (raw.mlp_bias ?? false),
    queryKeyNorm: family === 'qwen3',
    rope: toRope(raw, file, headSize, notices),
    windows: slidingWindows(raw, family, file),
    ...(raw.quantization_config != null && { quantization: parseQuantization(raw.quantization_config, file) }),
    bosTokenId: first(raw.bos_token_id),
    eosTokenId: first(raw.eos_token_id),
  }
}

/** One function under two names. */
const SILU: ReadonlySet<string> = new Set(['silu', 'swish'])

/** Mistral has no biases whatever its config says, and Qwen2 always those of q, k and v. */
function hasAttentionBias(family: Family): boolean {
  return family === 'llama' || family === 'qwen3'
}

function first(id: RawConfig['bos_token_id']): number | undefined {
  return Array.isArray(id) ? id[0] : (id ?? undefined)
}

/** Older names of layer types. */
const OLDER_LAYER_TYPES: Readonly<Record<string, string>> = { attention: FULL }

function slidingWindows(raw: RawConfig, family: Family, file: string): number[] {
  const layers = Array.from({ length: raw.num_hidden_layers }, (_, layer) => layer)
  // Llama has no window, whatever its config says.
  if (family === 'llama') return layers.map(() => Infinity)
  const window = raw.sliding_window === undefined ? DEFAULTS[family].window : raw.sliding_window
  const types = raw.layer_types?.map((type) => OLDER_LAYER_TYPES[type] ?? type)
  if (types && types.length !== layers.length)
    throw new CheckpointError(`${file}: layer_types has ${types.length} entries for ${layers.length} layers`, 'One entry a layer.')
  const unknown = types?.find((type) => type !== FULL && type !== SLIDING)
  if (unknown !== undefined) throw new CheckpointError(`${file}: layer_types has ${unknown}, which is not supported`, `Supported: ${FULL}, ${SLIDING}.`)
  const used = family === 'mistral' || raw.use_sliding_window ? window : null
  // transformers runs a Mistral model with layer_types as Ministral, which is the same with windows by layer.
  if (family === 'mistral' && !types) return layers.map(() => used ?? Infinity)
  if (types?.includes(SLIDING) && used === null)
    throw new CheckpointError(
      `${file}: layer_types names layers with ${SLIDING}, but there is no window`,
      `transformers cannot load it either: ${family === 'mistral' ? 'set sliding_window' : 'set use_sliding_window and sliding_window'}, or make the layers ${FULL}.`,
    )
  const slides = (layer: number) => (types ? types[layer] === SLIDING : layer >= (raw.max_window_layers ?? DEFAULT_MAX_WINDOW_LAYERS))
  return layers.map((layer) => (slides(layer) ? (used ?? Infinity) : Infinity))
}
