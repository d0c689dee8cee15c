/** Checkpoints that are not decoders of text: why they are refused. */
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
  return undefined
}
