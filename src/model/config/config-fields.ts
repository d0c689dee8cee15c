/**
 * Fields of config.json that the family does not read. transformers ignores them, and people store their own notes there, so an unknown field is not a
 * reason to refuse a model. But a field such as `attn_logit_softcapping`, which changes the computation of another family, means that the model was trained
 * with something that neither transformers' class nor the graph computes: the score would be wrong. Fields are of three kinds, by name:
 * known to be harmless (silent), part of a computation (refused unless the value says "off"), and unknown (a notice).
 */
import { listNames } from '../../text/list-names.ts'
import { CheckpointError } from '../../errors.ts'
import type { Family } from '../families/family.ts'
import { isOff } from './off-values.ts'

/** Fields that choose the family. */
const NAMING: ReadonlySet<string> = new Set(['architectures', 'model_type'])

/** Fields that do not change a log-probability. */
const HARMLESS: ReadonlySet<string> = new Set(
  (
    'torch_dtype dtype transformers_version use_cache initializer_range pretraining_tp attention_dropout auto_map trust_remote_code _name_or_path name_or_path ' +
    '_commit_hash attn_implementation _attn_implementation _attn_implementation_autoset _flash_attn_2_enabled use_flash_attn use_flash_attention ' +
    'use_flash_attention_2 use_return_dict return_dict output_attentions output_hidden_states torchscript use_bfloat16 tf_legacy_loss is_decoder ' +
    'cross_attention_hidden_size tie_encoder_decoder chunk_size_feed_forward finetuning_task id2label label2id num_labels problem_type ' +
    'task_specific_params tokenizer_class prefix pad_token_id sep_token_id unk_token_id decoder_start_token_id gradient_checkpointing is_llama_config ' +
    'model_max_length max_sequence_length max_seq_len seq_length seq_len num_logits_to_keep unsloth_version unsloth_fixed unsloth_training ' +
    'transformers.js_config neuron bos_token eos_token pad_token ' +
    // Generation settings, which older configs contain.
    'max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p min_p typical_p repetition_penalty ' +
    'length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids num_return_sequences output_scores return_dict_in_generate ' +
    'forced_bos_token_id forced_eos_token_id remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens max_new_tokens ' +
    'min_new_tokens renormalize_logits epsilon_cutoff eta_cutoff use_unsloth'
  ).split(' '),
)
/** Common fields that are off in every model of these families. The features that they turn on are not computed. */
const MUST_BE_OFF: ReadonlySet<string> = new Set(['rope_interleaved', 'use_mrope', 'is_encoder_decoder', 'add_cross_attention'])

/** Names of fields that change the computation. */
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
/** Names of factors, which are off at 1. */
const FACTOR = /multiplier|scal|mult/u
/** Values of such fields that name a supported computation. */
const SAME: readonly (readonly [RegExp, RegExp])[] = [
  [/act/u, /^(?:silu|swish|swiglu)$/u],
  [/position/u, /^(?:rope|rotary)$/u],
  [/norm/u, /^rms_?norm$/iu],
]

/**
 * Judges every field that the family does not read. Adds a notice for each ignored field that might matter. Fails with CheckpointError on a field
 * that changes the computation.
 */
export function checkFields(config: Readonly<Record<string, unknown>>, family: Family, file: string, notices: string[]): void {
  const unknown: string[] = []
  const ignored: string[] = []
  for (const [name, value] of Object.entries(config)) {
    if (NAMING.has(name) || family.fieldNames.has(name)) continue
    const matters = Object.hasOwn(family.ignored, name) ? family.ignored[name] : undefined
    if (matters) {
      if (matters(value)) ignored.push(name)
    } else if (isComputation(name)) {
      if (!isFieldOff(name, value) && !isSame(name, value)) throw otherComputation(name, value, file)
    } else if (!isHarmless(name)) unknown.push(name)
  }
  if (ignored.length > 0) notices.push(`config.json has ${ignored.join(', ')}, which transformers ignores for ${family.modelType}; ignored here too`)
  if (unknown.length > 0) notices.push(`config.json has fields that are not known: ${shortened(unknown)}; ignored, as transformers does`)
}

function isComputation(name: string): boolean {
  return MUST_BE_OFF.has(name) || (!HARMLESS.has(name) && COMPUTATION.some((pattern) => pattern.test(name)) && !isDropout(name))
}

/** A name that begins with _ is a note of the program that wrote the file. */
function isHarmless(name: string): boolean {
  return HARMLESS.has(name) || isDropout(name) || name.startsWith('_')
}

/** Dropout is off in evaluation, regardless of its rate. */
function isDropout(name: string): boolean {
  return /dropout|_pdrop$/u.test(name)
}

function isFieldOff(name: string, value: unknown): boolean {
  if (name === 'is_causal') return value === true
  if (typeof value === 'number' && FACTOR.test(name)) return value === 1
  return isOff(value)
}

function isSame(name: string, value: unknown): boolean {
  return typeof value === 'string' && SAME.some(([names, values]) => names.test(name) && values.test(value))
}

function otherComputation(name: string, value: unknown, file: string): CheckpointError {
  const shown = JSON.stringify(value) ?? ''
  return new CheckpointError(
    `${file}: ${name} (${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}) is not supported`,
    'It changes what the model computes, and evalharness does not compute it. If the model was made without it, remove the field from config.json.',
  )
}

/** The names that fit on a line. */
function shortened(names: readonly string[]): string {
  return listNames(
    names.map((name) => (name.length > 60 ? `${name.slice(0, 60)}…` : name)),
    8,
  )
}
