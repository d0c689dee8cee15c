/** Checkpoints that are not decoders of text, or whose layers are not computed here: why they are refused. */
import { z } from 'zod'

/** Fields of configs of transformers that tell them apart. */
const fields = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  model_type: z.string().nullish(),
  is_encoder_decoder: z.boolean().nullish(),
  vision_config: z.unknown().optional(),
  audio_config: z.unknown().optional(),
})

/** Families with an encoder, whose config does not always say so. */
const ENCODER_DECODERS = new Set([
  't5',
  'mt5',
  'umt5',
  't5gemma',
  'bart',
  'mbart',
  'pegasus',
  'marian',
  'm2m_100',
  'longt5',
  'led',
  'blenderbot',
  'prophetnet',
  'fsmt',
])

/** Families with layers that carry a state instead of keys and values, alone or beside attention. */
const STATE_SPACE = new Set(
  'mamba mamba2 falcon_mamba jamba bamba zamba zamba2 falcon_h1 nemotron_h granitemoehybrid recurrent_gemma rwkv xlstm lfm2 lfm2_moe plamo2'.split(' '),
)
const LINEAR_ATTENTION = new Set('qwen3_next qwen3_5_text qwen3_5_moe_text minimax kimi_linear olmo_hybrid bailing_hybrid'.split(' '))
/** Multi-head latent attention. */
const LATENT_ATTENTION = new Set('deepseek_v2 deepseek_v3 deepseek_v32 kimi_k2 minicpm3 glm4_moe_lite longcat_flash mistral4'.split(' '))

/** Fields that only configs of such layers have. */
const STATE_SPACE_FIELD = /^(?:mamba_|ssm_|state_size$|lru_width$|conv_L_cache$)/u
const LINEAR_ATTENTION_FIELD = /^linear_(?:num_|key_|value_|conv_|head_|attn_)/u

/** What kind of layers a model has that are not computed; undefined if that is not known. */
function explainLayers(type: string, content: Readonly<Record<string, unknown>>): string | undefined {
  const has = (field: RegExp) => Object.entries(content).some(([name, value]) => value !== null && field.test(name))
  if (LINEAR_ATTENTION.has(type) || has(LINEAR_ATTENTION_FIELD)) return 'a model with linear attention; evalharness computes softmax attention only'
  if (STATE_SPACE.has(type) || has(STATE_SPACE_FIELD))
    return 'a state-space or recurrent model, or a hybrid with such layers; evalharness computes softmax attention only'
  if (LATENT_ATTENTION.has(type) || has(/^kv_lora_rank$/u)) return 'a model with multi-head latent attention (MLA), which evalharness does not compute'
  return undefined
}

/** What the model is instead of a decoder of text, as the end of a sentence; undefined if that is not known. `content` is a parsed config.json. */
export function explainUnsupportedModel(content: unknown): string | undefined {
  const checked = fields.safeParse(content)
  if (!checked.success) return undefined
  const { architectures, model_type: type, is_encoder_decoder: isEncoderDecoder, vision_config: vision, audio_config: audio } = checked.data
  const architecture = architectures?.[0] ?? ''
  if (isEncoderDecoder === true || ENCODER_DECODERS.has(type ?? '')) return 'an encoder-decoder model; evalharness scores decoders of text'
  if (vision != null || audio != null || /ForImageTextToText|Vision2Seq|ForSpeechSeq2Seq/u.test(architecture))
    return 'a multimodal model, with images or sounds; evalharness scores decoders of text'
  if (/ForMaskedLM$|ForPreTraining$|^Bert|^Roberta|^Electra/u.test(architecture))
    return 'an encoder, which fills in masked words; evalharness scores decoders of text'
  if (/For(?:Sequence|Token)Classification$|ForQuestionAnswering$/u.test(architecture))
    return 'a classifier, without log-probabilities of text; evalharness scores decoders of text'
  return explainLayers(type ?? '', checked.data)
}
