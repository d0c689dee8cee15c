/** Sizes of the random models on which speed is measured: shapes of published models. */
import { parseConfig, type ModelConfig } from '../model/config/config.ts'
import type { Gpu } from '../engine/devices/gpus.ts'
import type { ExecutionProvider } from '../engine/devices/providers/provider.ts'
import { UsageError } from '../errors.ts'

/** The dimensions of each size. */
export interface ModelSize {
  readonly name: string
  /** The model whose shape it has. */
  readonly shapeOf: string
  /** The content of its config.json. */
  readonly raw: Readonly<Record<string, unknown>>
  readonly config: ModelConfig
}

const DEFAULT_ROPE = (theta: number) => ({ rope_type: 'default', rope_theta: theta })

const SHAPES: Readonly<Record<string, { readonly shapeOf: string; readonly raw: Readonly<Record<string, unknown>> }>> = {
  '1m': {
    shapeOf: 'a very small Qwen3, to try the command',
    raw: {
      architectures: ['Qwen3ForCausalLM'],
      model_type: 'qwen3',
      hidden_size: 128,
      intermediate_size: 256,
      num_hidden_layers: 4,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      head_dim: 32,
      vocab_size: 2048,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-6,
      hidden_act: 'silu',
      tie_word_embeddings: true,
      rope_parameters: DEFAULT_ROPE(1e6),
    },
  },
  '135m': {
    shapeOf: 'SmolLM2-135M',
    raw: {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: 576,
      intermediate_size: 1536,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      head_dim: 64,
      vocab_size: 49_152,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-5,
      hidden_act: 'silu',
      tie_word_embeddings: true,
      rope_parameters: DEFAULT_ROPE(100_000),
    },
  },
  '1b': {
    shapeOf: 'Llama-3.2-1B',
    raw: {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: 2048,
      intermediate_size: 8192,
      num_hidden_layers: 16,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: 64,
      vocab_size: 128_256,
      max_position_embeddings: 131_072,
      rms_norm_eps: 1e-5,
      hidden_act: 'silu',
      tie_word_embeddings: true,
      rope_parameters: DEFAULT_ROPE(500_000),
    },
  },
  '8b': {
    shapeOf: 'Qwen3-8B',
    raw: {
      architectures: ['Qwen3ForCausalLM'],
      model_type: 'qwen3',
      hidden_size: 4096,
      intermediate_size: 12_288,
      num_hidden_layers: 36,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: 128,
      vocab_size: 151_936,
      max_position_embeddings: 40_960,
      rms_norm_eps: 1e-6,
      hidden_act: 'silu',
      tie_word_embeddings: false,
      rope_parameters: DEFAULT_ROPE(1e6),
    },
  },
}

/** Names that `modelSize` knows, the smallest first. */
export const MODEL_SIZES: readonly string[] = Object.keys(SHAPES)

/** A size by its name. Fails with UsageError. */
export function modelSize(name: string): ModelSize {
  const shape = Object.hasOwn(SHAPES, name.toLowerCase()) ? SHAPES[name.toLowerCase()] : undefined
  if (!shape) throw new UsageError(`unknown --model-size ${JSON.stringify(name)}`, `Supported: ${MODEL_SIZES.join(', ')}.`)
  return { name: name.toLowerCase(), ...shape, config: parseConfig(shape.raw, `${name} config`) }
}

/** The name of the largest size that fits the device's memory and can be measured in the time. */
export function sizeFor({ speedModel }: Pick<ExecutionProvider, 'speedModel'>, gpu: Gpu | undefined): string {
  if (speedModel !== 'by-gpu') return speedModel
  if (gpu?.kind !== 'gpu') return '1m'
  if (gpu.memoryBytes === null) return '1b'
  return gpu.memoryBytes >= 24e9 ? '8b' : gpu.memoryBytes >= 6e9 ? '1b' : '135m'
}
