/** Fields of config.json that several families have, as zod checks them. A family adds its own fields and defaults. */
import { z } from 'zod'
import { ropeFields } from '../config/rope-config.ts'

const positive = z.number().int().positive()

/** Size of a matrix or number of tokens: more than any model has, and so few that the product of two is exact. */
export const extent = positive.max(2 ** 26)

/** More layers than any model has; lists of this length are allocated. */
const MAX_LAYERS = 10_000

/** More heads than any model has; some families store a tensor for each. */
const MAX_HEADS = 2 ** 16

/** A token id, or several of which the first counts. */
export const tokenId = z.union([z.number().int(), z.array(z.number().int())]).nullish()

/** The first id of a field that may hold several. */
export function firstTokenId(id: z.infer<typeof tokenId>): number | undefined {
  return Array.isArray(id) ? id[0] : (id ?? undefined)
}

/** Fields that every family reads. Absent: `num_key_value_heads` is the number of heads, `head_dim` is hidden_size / heads. */
export const commonFields = {
  hidden_size: extent,
  num_hidden_layers: positive.max(MAX_LAYERS),
  num_attention_heads: positive.max(MAX_HEADS),
  num_key_value_heads: extent.nullish(),
  head_dim: extent.nullish(),
  intermediate_size: extent,
  vocab_size: extent,
  max_position_embeddings: positive,
  rms_norm_eps: z.number().positive(),
  hidden_act: z.string().optional(),
  tie_word_embeddings: z.boolean().optional(),
  ...ropeFields,
  quantization_config: z.unknown().optional(),
  bos_token_id: tokenId,
  eos_token_id: tokenId,
  dtype: z.unknown().optional(),
  torch_dtype: z.unknown().optional(),
}

/** Fields that a config class of transformers gives a value if config.json leaves them out. */
const defaulted = [
  'vocab_size',
  'hidden_size',
  'intermediate_size',
  'num_hidden_layers',
  'num_attention_heads',
  'max_position_embeddings',
  'rms_norm_eps',
] as const
type Defaulted = (typeof defaulted)[number]

/** These fields with the defaults of a family's config class; a field that is null is refused, as by transformers. */
export function withDefaults(values: Readonly<Record<Defaulted, number>>): { readonly [Name in Defaulted]: z.ZodDefault<(typeof commonFields)[Name]> } {
  return Object.fromEntries(defaulted.map((name) => [name, commonFields[name].default(values[name])])) as ReturnType<typeof withDefaults>
}

/** Fields of a window rule; defaults as in the config classes of transformers. */
export const windowFields = {
  sliding_window: positive.nullish().default(4096),
  layer_types: z.array(z.string()).nullish(),
}
