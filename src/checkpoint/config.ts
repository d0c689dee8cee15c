/** config.json of a decoder-only model: checked, and its older and newer spellings made one. */
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../errors.ts'
import { parseJson } from '../parse-json.ts'
import { readModelFile } from './model-file.ts'
import { parseQuantization, type StoredQuantization } from './quantization-config.ts'

/** The model families whose graph can be built, by `architectures[0]` of config.json. */
const FAMILIES = {
  LlamaForCausalLM: 'llama',
  MistralForCausalLM: 'mistral',
  Qwen2ForCausalLM: 'qwen2',
  Qwen3ForCausalLM: 'qwen3',
} as const

/** A family of models that share one graph. */
export type Family = (typeof FAMILIES)[keyof typeof FAMILIES]

/** Rotary position embedding: base frequency, and how it is stretched past the trained length (transformers `modeling_rope_utils.py`). */
export type Rope =
  | { readonly kind: 'default'; readonly theta: number }
  | { readonly kind: 'linear'; readonly theta: number; readonly factor: number }
  | {
      readonly kind: 'llama3'
      readonly theta: number
      readonly factor: number
      readonly lowFrequencyFactor: number
      readonly highFrequencyFactor: number
      readonly originalMaxPositions: number
    }
  | {
      readonly kind: 'yarn'
      readonly theta: number
      readonly factor: number
      readonly originalMaxPositions: number
      readonly betaFast: number
      readonly betaSlow: number
      readonly attentionFactor: number
      readonly truncate: boolean
    }

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
/** More than any model has; a list is made of them. */
const MOST_LAYERS = 10_000
const ropeSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: positive.optional(),
  attention_factor: z.number().positive().nullish(),
  beta_fast: z.number().positive().nullish(),
  beta_slow: z.number().positive().nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().nullish(),
})
const tokenId = z.union([z.number().int(), z.array(z.number().int())]).nullish()
const configSchema = z.looseObject({
  architectures: z.array(z.string()).min(1),
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
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  partial_rotary_factor: z.number().nullish(),
  sliding_window: positive.nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.number().int().nonnegative().nullish(),
  layer_types: z.array(z.string()).nullish(),
  quantization_config: z.unknown().optional(),
  bos_token_id: tokenId,
  eos_token_id: tokenId,
})
type RawConfig = z.infer<typeof configSchema>

/** Reads and checks `config.json` of a model folder. Fails with CheckpointError on a missing or malformed file, or a model that is not supported. */
export async function readConfig(folder: string): Promise<ModelConfig> {
  const file = path.join(folder, 'config.json')
  const content = await readModelFile(folder, 'config.json')
  if (!content) throw new CheckpointError(`cannot read ${file}`, 'A model folder holds config.json, *.safetensors and tokenizer.json.')
  let raw: unknown
  try {
    raw = parseJson(content.toString('utf8'))
  } catch (cause) {
    throw new CheckpointError(`${file} is not JSON`, 'Download or copy the file again.', { cause })
  }
  return parseConfig(raw, file)
}

/** Checks the content of a config.json; `file` is what errors call it. */
export function parseConfig(content: unknown, file: string): ModelConfig {
  const architecture = (content as { architectures?: readonly unknown[] } | null)?.architectures?.[0]
  if (typeof architecture === 'string' && !Object.hasOwn(FAMILIES, architecture)) {
    throw new CheckpointError(`${file}: architecture ${architecture} is not supported`, `Supported: ${Object.keys(FAMILIES).join(', ')}.`)
  }
  const checked = configSchema.safeParse(content)
  if (!checked.success)
    throw new CheckpointError(`${file} is malformed: ${z.prettifyError(checked.error)}`, 'Compare it with the config.json of the model on the hub.')
  return toModelConfig(checked.data, file)
}

function toModelConfig(raw: RawConfig, file: string): ModelConfig {
  const family = FAMILIES[raw.architectures[0] as keyof typeof FAMILIES]
  const headCount = raw.num_attention_heads
  const keyValueHeadCount = raw.num_key_value_heads ?? headCount
  const headSize = raw.head_dim ?? raw.hidden_size / headCount
  const unsupported = (what: string, hint: string) => new CheckpointError(`${file}: ${what}`, hint)
  if (raw.hidden_act !== undefined && raw.hidden_act !== 'silu') throw unsupported(`hidden_act ${raw.hidden_act} is not supported`, 'Supported: silu.')
  if ((raw.partial_rotary_factor ?? 1) !== 1) throw unsupported(`partial_rotary_factor ${raw.partial_rotary_factor} is not supported`, 'Supported: 1.')
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
    queryKeyValueBias: family === 'qwen2' || (raw.attention_bias ?? false),
    attentionOutputBias: family !== 'qwen2' && (raw.attention_bias ?? false),
    feedForwardBias: family === 'llama' && (raw.mlp_bias ?? false),
    queryKeyNorm: family === 'qwen3',
    rope: toRope(raw, file, headSize),
    windows: slidingWindows(raw, family, file),
    ...(raw.quantization_config != null && { quantization: parseQuantization(raw.quantization_config, file) }),
    bosTokenId: first(raw.bos_token_id),
    eosTokenId: first(raw.eos_token_id),
  }
}

function first(id: RawConfig['bos_token_id']): number | undefined {
  return Array.isArray(id) ? id[0] : (id ?? undefined)
}

/** Newer configs keep everything in `rope_parameters`, older ones `rope_theta` at top level and the rest in `rope_scaling`. */
function toRope(raw: RawConfig, file: string, headSize: number): Rope {
  const stretch = raw.rope_parameters ?? raw.rope_scaling ?? {}
  const theta = stretch.rope_theta ?? raw.rope_theta ?? 10_000
  const kind = stretch.rope_type ?? stretch.type ?? 'default'
  const required = (key: 'factor' | 'low_freq_factor' | 'high_freq_factor'): number => {
    const value = stretch[key]
    if (value === undefined) throw new CheckpointError(`${file}: rope scaling ${kind} lacks ${key}`, 'Compare it with the config.json of the model on the hub.')
    return value
  }
  const originalMaxPositions = stretch.original_max_position_embeddings ?? raw.max_position_embeddings
  switch (kind) {
    case 'default':
      return { kind, theta }
    case 'linear':
      return { kind, theta, factor: required('factor') }
    case 'llama3':
      return {
        kind,
        theta,
        factor: required('factor'),
        lowFrequencyFactor: required('low_freq_factor'),
        highFrequencyFactor: required('high_freq_factor'),
        originalMaxPositions,
      }
    case 'yarn': {
      const factor = stretch.factor ?? raw.max_position_embeddings / originalMaxPositions
      if (headSize < 4) throw new CheckpointError(`${file}: yarn needs heads of at least 4, got ${headSize}`, 'Check head_dim.')
      return {
        kind,
        theta,
        factor,
        originalMaxPositions,
        betaFast: stretch.beta_fast ?? 32,
        betaSlow: stretch.beta_slow ?? 1,
        attentionFactor: stretch.attention_factor ?? yarnAttentionFactor(factor, stretch.mscale, stretch.mscale_all_dim),
        truncate: stretch.truncate ?? true,
      }
    }
    default:
      throw new CheckpointError(`${file}: rope scaling ${kind} is not supported`, 'Supported: default, linear, llama3, yarn.')
  }
}

/** YaRN's temperature on attention, arXiv 2309.00071 equation 22, with transformers' `mscale` variants. */
function yarnAttentionFactor(factor: number, mscale: number | null | undefined, mscaleAll: number | null | undefined): number {
  const temperature = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1)
  return mscale && mscaleAll ? temperature(mscale) / temperature(mscaleAll) : temperature(1)
}

function slidingWindows(raw: RawConfig, family: Family, file: string): number[] {
  const layers = Array.from({ length: raw.num_hidden_layers }, (_, layer) => layer)
  if (family === 'llama') return layers.map(() => Infinity)
  const window = raw.sliding_window ?? Infinity
  if (family === 'mistral') return layers.map(() => window)
  const types = raw.layer_types
  if (types && types.length !== layers.length) {
    throw new CheckpointError(`${file}: layer_types has ${types.length} entries for ${layers.length} layers`, 'One entry a layer.')
  }
  if (!raw.use_sliding_window) return layers.map(() => Infinity)
  const slides = (layer: number) => (types ? types[layer] === 'sliding_attention' : layer >= (raw.max_window_layers ?? 28))
  return layers.map((layer) => (slides(layer) ? window : Infinity))
}
