/** Facts that cards cite, with their sources: what a claim is compared with when there is no model. */
import { parseConfig, type ModelConfig } from '../../model/config/config.ts'
import { countParameters } from '../../model/weights/expected-tensors.ts'

/** A table of scores that others refer to. */
export interface PublishedReport {
  readonly name: string
  /** How a card names it. */
  readonly pattern: RegExp
  /** Percent by task, for each model that cards take as their original. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** Base models in its table 6: of the benchmarks here it has MMLU alone. */
export const PUBLISHED_REPORTS: readonly PublishedReport[] = [
  { name: 'Qwen3 Technical Report (arXiv 2505.09388)', pattern: /qwen3 technical report|2505\.09388/iu, scores: { 'qwen/qwen3-8b-base': { mmlu: 76.89 } } },
]

/** config.json of base models, by repository in small letters; what counts parameters and no more. */
export const KNOWN_MODELS: Readonly<Record<string, ModelConfig>> = {
  'qwen/qwen3-8b-base': parseConfig(
    {
      architectures: ['Qwen3ForCausalLM'],
      hidden_size: 4096,
      num_hidden_layers: 36,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: 128,
      intermediate_size: 12_288,
      vocab_size: 151_936,
      max_position_embeddings: 32_768,
      rms_norm_eps: 1e-6,
    },
    'Qwen/Qwen3-8B-Base',
  ),
}

/** Parameters of such a model with this number of layers. */
export function parametersWith(config: ModelConfig, layerCount: number): number {
  const [none, one] = [countParameters({ ...config, layerCount: 0 }), countParameters({ ...config, layerCount: 1 })]
  return none + layerCount * (one - none)
}
