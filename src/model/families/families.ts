/** The model families that can be run. */

/** The model families whose graph can be built, by the class that transformers has for each. */
export const FAMILIES = {
  LlamaForCausalLM: 'llama',
  MistralForCausalLM: 'mistral',
  Qwen2ForCausalLM: 'qwen2',
  Qwen3ForCausalLM: 'qwen3',
} as const

/** Names of the same classes in older checkpoints. */
export const OLDER_NAMES: Readonly<Record<string, string>> = { LLaMAForCausalLM: 'LlamaForCausalLM' }

/** A family of models that share one graph. */
export type Family = (typeof FAMILIES)[keyof typeof FAMILIES]
