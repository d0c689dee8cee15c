/**
 * Fields of config.json that no code here reads. transformers ignores what a family does not know, so a field that is nobody's is no reason to refuse a
 * model: people keep notes of their own there. But a field that changes the computation of another family, such as `attn_logit_softcapping`, says that the
 * model was trained with something that neither transformers' class nor the graph here computes: a number would be of another model. So three kinds are
 * told apart, by name: known to be harmless (silent), of a computation (refused unless it says "off"), and unknown (a notice).
 */
import { listNames } from '../../text/list-names.ts'
import { CheckpointError } from '../../errors.ts'
import type { Family } from '../families/families.ts'

/** What config.ts and rope-config.ts read, for the families that use it. */
const READ: ReadonlySet<string> = new Set([
  'architectures',
  'model_type',
  'hidden_size',
  'num_hidden_layers',
  'num_attention_heads',
  'num_key_value_heads',
  'head_dim',
  'intermediate_size',
  'vocab_size',
  'max_position_embeddings',
  'rms_norm_eps',
  'hidden_act',
  'tie_word_embeddings',
  'rope_theta',
  'rope_scaling',
  'rope_parameters',
  'partial_rotary_factor',
  'original_max_position_embeddings',
  'quantization_config',
  'bos_token_id',
  'eos_token_id',
])

/** Fields that one family reads and another ignores: the families that read them. */
const READ_BY: Readonly<Record<string, readonly Family[]>> = {
  attention_bias: ['llama', 'qwen3'],
  mlp_bias: ['llama'],
  sliding_window: ['mistral', 'qwen2', 'qwen3'],
  layer_types: ['mistral', 'qwen2', 'qwen3'],
  use_sliding_window: ['qwen2', 'qwen3'],
  max_window_layers: ['qwen2', 'qwen3'],
}
/** Whether such a field says something else than what is computed where it is ignored; others do unless they are off. */
const MATTERS: Readonly<Record<string, (value: unknown, family: Family) => boolean>> = {
  // Qwen2 has its own rule for biases, and older configs write it down.
  attention_bias: (value, family) => value === true && family !== 'qwen2',
  // Mistral's window is there whatever this says.
  use_sliding_window: (value, family) => value === false && family === 'mistral',
  layer_types: (value) => Array.isArray(value) && value.some((type) => type !== 'full_attention'),
  max_window_layers: () => false,
}

/** Fields that change nothing of a log-probability. */
const HARMLESS: ReadonlySet<string> = new Set(
  (
    'torch_dtype dtype transformers_version use_cache initializer_range pretraining_tp attention_dropout auto_map trust_remote_code _name_or_path name_or_path ' +
    '_commit_hash attn_implementation _attn_implementation _attn_implementation_autoset _flash_attn_2_enabled use_flash_attn use_flash_attention ' +
    'use_flash_attention_2 use_return_dict return_dict output_attentions output_hidden_states torchscript use_bfloat16 tf_legacy_loss is_decoder ' +
    'cross_attention_hidden_size tie_encoder_decoder chunk_size_feed_forward finetuning_task id2label label2id num_labels problem_type ' +
    'task_specific_params tokenizer_class prefix pad_token_id sep_token_id unk_token_id decoder_start_token_id gradient_checkpointing is_llama_config ' +
    'model_max_length max_sequence_length max_seq_len seq_length seq_len num_logits_to_keep unsloth_version unsloth_fixed unsloth_training ' +
    'transformers.js_config neuron bos_token eos_token pad_token ' +
    // generation settings, which older configs hold
    'max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p min_p typical_p repetition_penalty ' +
    'length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids num_return_sequences output_scores return_dict_in_generate ' +
    'forced_bos_token_id forced_eos_token_id remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens max_new_tokens ' +
    'min_new_tokens renormalize_logits epsilon_cutoff eta_cutoff use_unsloth'
  ).split(' '),
)
/** Common, and off in every model of these families: what they turn on is not computed. */
const MUST_BE_OFF: ReadonlySet<string> = new Set(['rope_interleaved', 'use_mrope', 'is_encoder_decoder', 'add_cross_attention'])

/** Other arithmetic, by the words of such names. */
const COMPUTATION: readonly RegExp[] = [
  /soft_?cap/u,
  /multiplier/u,
  /logits?_scal/u,
  /scal(?:e|ing)(?:_|$)/u,
  /(?:^|_)scale/u,
  /q_?k_(?:norm|layernorm)/u,
  /(?:^|_)[qk]_(?:layer)?norm/u,
  /(?:^|_)(?:pre|post|sandwich|sub)_?(?:layer)?norm/u,
  /norm_(?:type|before|after|position|head|offset)/u,
  /alibi/u,
  /clip_qkv/u,
  /(?:^|_)parallel_(?:attn|attention|residual|block)/u,
  /(?:^|_)experts?(?:_|$)/u,
  /(?:^|_)moe(?:_|$)/u,
  /router/u,
  /sparse/u,
  /no_rope/u,
  /(?:^|_)nope(?:_|$)/u,
  /(?:^|_)rope(?:_|$)/u,
  /rotary/u,
  /position_(?:embedding|encoding|ids)/u,
  /window/u,
  /attention_chunk/u,
  /(?:attention|attn|layer|mlp|block)s?_types?$/u,
  /attn_temperature|attention_temperature/u,
  /query_pre_attn/u,
  /lora_rank/u,
  /compression_config/u,
  /bidirectional|is_causal/u,
  /(?:^|_)sinks?(?:_|$)/u,
  /(?:^|_)gated?(?:_|$)/u,
  /bias$/u,
  /(?:^|_)act(?:ivation)?(?:_fn|_function)?$/u,
  /residual/u,
  /per_layer/u,
  /layer_config/u,
  /block_configs/u,
  /mamba|(?:^|_)ssm|(?:^|_)conv|recurrent|linear_attn/u,
  /pruned_heads/u,
  /mup_|width_mult|depth_mult|dim_model_base/u,
  /^quantization(?:_bits)?$|^quant_(?:method|config)$/u,
  /transformers_weights/u,
  /text_config/u,
  /vision_config|audio_config/u,
  /hidden_size_per/u,
]
/** A factor of one changes nothing. */
const FACTOR = /multiplier|scal|mult/u
/** What computes the same as is computed here. */
const SAME: readonly (readonly [RegExp, RegExp])[] = [
  [/act/u, /^(?:silu|swish|swiglu)$/u],
  [/position/u, /^(?:rope|rotary)$/u],
  [/norm/u, /^rms_?norm$/iu],
]

/** Adds a notice for each field that is ignored though it could matter. Fails with CheckpointError on one that says that the model computes something else. */
export function checkFields(config: Readonly<Record<string, unknown>>, family: Family, file: string, notices: string[]): void {
  // A name that begins with _ is a program's own note.
  const unknown: string[] = []
  const ignored: string[] = []
  for (const [name, value] of Object.entries(config)) {
    const readers = Object.hasOwn(READ_BY, name) ? READ_BY[name] : undefined
    if (readers) {
      if (!readers.includes(family) && (MATTERS[name]?.(value, family) ?? !isOff(name, value))) ignored.push(name)
    } else if (MUST_BE_OFF.has(name) || (!READ.has(name) && !HARMLESS.has(name) && COMPUTATION.some((pattern) => pattern.test(name)) && !isDropout(name))) {
      if (!isOff(name, value) && !isSame(name, value)) throw otherComputation(name, value, file)
    } else if (!READ.has(name) && !HARMLESS.has(name) && !isDropout(name) && !name.startsWith('_')) unknown.push(name)
  }
  if (ignored.length > 0) notices.push(`config.json has ${ignored.join(', ')}, which transformers ignores for ${family}; ignored here too`)
  if (unknown.length > 0) notices.push(`config.json has fields that are not known: ${shortened(unknown)}; ignored, as transformers does`)
}

/** Off in evaluation, whatever its rate. */
function isDropout(name: string): boolean {
  return /dropout|_pdrop$/u.test(name)
}

function isOff(name: string, value: unknown): boolean {
  if (name === 'is_causal') return value === true
  if (value === null || value === undefined || value === false || value === '' || value === 'none') return true
  if (typeof value === 'number') return FACTOR.test(name) ? value === 1 : value === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

function isSame(name: string, value: unknown): boolean {
  return typeof value === 'string' && SAME.some(([names, values]) => names.test(name) && values.test(value))
}

function otherComputation(name: string, value: unknown, file: string): CheckpointError {
  const shown = JSON.stringify(value) ?? ''
  return new CheckpointError(
    `${file}: ${name} (${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}) is not supported`,
    'It changes what a model computes, and is not computed here. If the model was made without it, take the field out of config.json.',
  )
}

/** As many as fit a line. */
function shortened(names: readonly string[]): string {
  return listNames(
    names.map((name) => (name.length > 60 ? `${name.slice(0, 60)}…` : name)),
    8,
  )
}
