/** Configs of about 100 million parameters for speed measurements: real models of each family, narrower and with fewer layers. */

/** A config.json without weights. */
type Fields = Readonly<Record<string, unknown>>

const SIZES = {
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 2048,
  vocab_size: 32_000,
  max_position_embeddings: 2048,
  tie_word_embeddings: true,
} satisfies Fields
const PLAIN = { ...SIZES, intermediate_size: 3072 } satisfies Fields
const GROUPED = { num_key_value_heads: 4 } satisfies Fields

/** Dense models. */
export const DENSE_SHAPES: Readonly<Record<string, Fields>> = {
  llama: { ...SIZES, ...GROUPED, rms_norm_eps: 1e-5 },
  gemma2: { ...SIZES, ...GROUPED, head_dim: 64 },
  gemma3_text: { ...SIZES, ...GROUPED, head_dim: 64 },
  phi: PLAIN,
  phi3: SIZES,
  gpt2: PLAIN,
  gpt_neox: PLAIN,
  opt: PLAIN,
  olmo: SIZES,
  olmo2: SIZES,
  granite: { ...SIZES, ...GROUPED },
  stablelm: { ...SIZES, ...GROUPED },
  falcon: PLAIN,
  starcoder2: { ...PLAIN, ...GROUPED },
  cohere: { ...SIZES, ...GROUPED },
}

/** A mixture of experts, and a dense model with the parameters that one token goes through. */
export interface MixtureShape {
  readonly mixture: Fields
  readonly dense: Fields
}

const NARROW = { ...SIZES, hidden_size: 512, num_attention_heads: 8, num_key_value_heads: 4, num_hidden_layers: 6, vocab_size: 16_000, rms_norm_eps: 1e-5 }

/** The number and relative width of the experts are those of the named models. */
export const MIXTURE_SHAPES: Readonly<Record<string, MixtureShape>> = {
  // Mixtral 8x7B: 2 of 8 experts, each 3.5 times as wide as the hidden states.
  mixtral: {
    mixture: { ...NARROW, model_type: 'mixtral', num_local_experts: 8, num_experts_per_tok: 2, intermediate_size: 1792, sliding_window: null },
    dense: { ...NARROW, model_type: 'llama', intermediate_size: 2 * 1792 },
  },
  // Qwen1.5-MoE-A2.7B: 4 of 60 experts and a shared one.
  qwen2_moe: {
    mixture: {
      ...NARROW,
      model_type: 'qwen2_moe',
      num_experts: 60,
      num_experts_per_tok: 4,
      moe_intermediate_size: 352,
      shared_expert_intermediate_size: 1408,
    },
    dense: { ...NARROW, model_type: 'qwen2', intermediate_size: 4 * 352 + 1408 },
  },
  // Qwen3-30B-A3B: 8 of 128 experts.
  qwen3_moe: {
    mixture: {
      ...NARROW,
      model_type: 'qwen3_moe',
      head_dim: 64,
      num_experts: 128,
      num_experts_per_tok: 8,
      moe_intermediate_size: 192,
      norm_topk_prob: true,
    },
    dense: { ...NARROW, model_type: 'qwen3', head_dim: 64, intermediate_size: 8 * 192 },
  },
  // OLMoE-1B-7B: 8 of 64 experts.
  olmoe: {
    mixture: { ...NARROW, model_type: 'olmoe', num_experts: 64, num_experts_per_tok: 8, intermediate_size: 256 },
    dense: { ...NARROW, model_type: 'olmo2', intermediate_size: 8 * 256 },
  },
}
