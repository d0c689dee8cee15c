/**
 * The schema of tokenizer.json: every supported type and field. An unknown field is refused, because a field that is silently ignored
 * can change every score. The format is that of the Rust library tokenizers 0.23.
 */
import { z } from 'zod'

const pattern = z.union([z.strictObject({ String: z.string().min(1) }), z.strictObject({ Regex: z.string().min(1) })])
const behavior = z.enum(['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'])
const flag = z.boolean()

const isOneCharacter = (text: string) => Array.from(text).length === 1

const type = <Name extends string, Fields extends z.ZodRawShape>(name: Name, fields: Fields) => z.strictObject({ type: z.literal(name), ...fields })

const simpleNormalizers = [
  type('NFC', {}),
  type('NFD', {}),
  type('NFKC', {}),
  type('NFKD', {}),
  type('Nmt', {}),
  type('Lowercase', {}),
  type('StripAccents', {}),
  type('ByteLevel', {}),
  type('Strip', { strip_left: flag, strip_right: flag }),
  type('Prepend', { prepend: z.string().min(1) }),
  type('Replace', { pattern, content: z.string() }),
  type('Precompiled', { precompiled_charsmap: z.base64() }),
  type('BertNormalizer', { clean_text: flag, handle_chinese_chars: flag, strip_accents: flag.nullish(), lowercase: flag }),
] as const

/** Normalizers: change the text before it is split. */
export type NormalizerContent = z.infer<(typeof simpleNormalizers)[number]> | { readonly type: 'Sequence'; readonly normalizers: readonly NormalizerContent[] }
const normalizer: z.ZodType<NormalizerContent> = z.lazy(() =>
  z.discriminatedUnion('type', [...simpleNormalizers, type('Sequence', { normalizers: z.array(normalizer) })]),
)

const simplePreTokenizers = [
  type('ByteLevel', { add_prefix_space: flag, trim_offsets: flag, use_regex: flag.default(true) }),
  type('Metaspace', {
    replacement: z.string().refine(isOneCharacter, 'is not one character'),
    prepend_scheme: z.enum(['always', 'first', 'never']).default('always'),
    split: flag.default(true),
    // Older files.
    add_prefix_space: flag.optional(),
    str_rep: z.string().optional(),
  }).refine(
    ({ add_prefix_space: isPrefixed, prepend_scheme: scheme }) => isPrefixed !== false || scheme === 'never',
    'has add_prefix_space false without prepend_scheme "never"',
  ),
  type('Split', { pattern, behavior, invert: flag }),
  type('Punctuation', { behavior: behavior.default('Isolated') }),
  type('Digits', { individual_digits: flag }),
  type('CharDelimiterSplit', { delimiter: z.string().refine(isOneCharacter, 'is not one character') }),
  type('FixedLength', { length: z.number().int().positive().default(5) }),
  type('Whitespace', {}),
  type('WhitespaceSplit', {}),
  type('BertPreTokenizer', {}),
] as const

/** Pre-tokenizers: split the text before its pieces are looked up. */
export type PreTokenizerContent =
  | z.infer<(typeof simplePreTokenizers)[number]>
  | { readonly type: 'Sequence'; readonly pretokenizers: readonly PreTokenizerContent[] }
const preTokenizer: z.ZodType<PreTokenizerContent> = z.lazy(() =>
  z.discriminatedUnion('type', [...simplePreTokenizers, type('Sequence', { pretokenizers: z.array(preTokenizer) })]),
)

const tokenId = z.number().int().min(0).max(0xffff_ffff)
const special = z.strictObject({ id: z.string(), ids: z.array(tokenId), tokens: z.array(z.string()) })
const templatePiece = z.union([
  z.strictObject({ Sequence: z.strictObject({ id: z.enum(['A', 'B']), type_id: z.number() }) }),
  z.strictObject({ SpecialToken: z.strictObject({ id: z.string(), type_id: z.number() }) }),
])
const pairOfIds = z.tuple([z.string(), tokenId])

const simplePostProcessors = [
  type('TemplateProcessing', {
    single: z.array(templatePiece),
    pair: z.array(templatePiece),
    special_tokens: z.record(z.string(), special),
    // Command R has the fields of ByteLevel beside its own; the library ignores them here.
    add_prefix_space: flag.optional(),
    trim_offsets: flag.optional(),
    use_regex: flag.optional(),
  }),
  // Changes only offsets, which are not read.
  type('ByteLevel', { add_prefix_space: flag, trim_offsets: flag, use_regex: flag.optional() }),
  type('BertProcessing', { sep: pairOfIds, cls: pairOfIds }),
  type('RobertaProcessing', { sep: pairOfIds, cls: pairOfIds, trim_offsets: flag, add_prefix_space: flag }),
] as const

/** Post-processors: add the special tokens around a text. */
export type PostProcessorContent =
  | z.infer<(typeof simplePostProcessors)[number]>
  | { readonly type: 'Sequence'; readonly processors: readonly PostProcessorContent[] }
const postProcessor: z.ZodType<PostProcessorContent> = z.lazy(() =>
  z.discriminatedUnion('type', [...simplePostProcessors, type('Sequence', { processors: z.array(postProcessor) })]),
)

const isId = (id: unknown) => Number.isInteger(id) && (id as number) >= 0 && (id as number) <= 0xffff_ffff

/** Token to id. Checked without Zod, because there may be a quarter of a million. */
const vocabulary = z
  .custom<Readonly<Record<string, number>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'is not an object of tokens and their ids',
  )
  .superRefine((value, context) => {
    for (const [token, id] of Object.entries(value)) {
      if (isId(id)) continue
      context.addIssue({ code: 'custom', path: [token], message: 'is not a whole number from 0' })
      return
    }
  })
const merges = z.custom<readonly (string | readonly [string, string])[]>(
  (value) =>
    Array.isArray(value) &&
    value.every((merge: unknown) =>
      typeof merge === 'string' ? /^[^ ]+ [^ ]+$/u.test(merge) : Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string'),
    ),
  'is not a list of pairs of tokens',
)
const scores = z.custom<readonly (readonly [string, number])[]>(
  (value) =>
    Array.isArray(value) &&
    value.every((entry: unknown) => Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && Number.isFinite(entry[1])),
  'is not a list of tokens and their scores',
)

const model = z.discriminatedUnion('type', [
  type('BPE', {
    dropout: z.number().nullish(),
    unk_token: z.string().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
    fuse_unk: flag.default(false),
    byte_fallback: flag.default(false),
    ignore_merges: flag.default(false),
    vocab: vocabulary,
    merges,
  }),
  type('WordPiece', { unk_token: z.string(), continuing_subword_prefix: z.string(), max_input_chars_per_word: z.number().int().min(0), vocab: vocabulary }),
  type('WordLevel', { vocab: vocabulary, unk_token: z.string() }),
  type('Unigram', { unk_id: tokenId.nullish(), vocab: scores, byte_fallback: flag.default(false) }),
])

/** Models: turn a piece into tokens. */
export type ModelContent = z.infer<typeof model>

/** A token that is found in the text before anything else. */
export interface AddedTokenContent {
  readonly content: string
  readonly single_word: boolean
  readonly lstrip: boolean
  readonly rstrip: boolean
  readonly normalized: boolean
  readonly special: boolean
}

const addedToken = z.strictObject({
  id: tokenId,
  content: z.string(),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: flag,
  special: flag,
})

/** The whole file. Truncation and padding are ignored: lm-eval uses neither. So is the decoder, which makes text. */
export const TOKENIZER_SCHEMA = z.strictObject({
  version: z.literal('1.0').optional(),
  truncation: z.record(z.string(), z.unknown()).nullish(),
  padding: z.record(z.string(), z.unknown()).nullish(),
  added_tokens: z.array(addedToken).default([]),
  normalizer: normalizer.nullish(),
  pre_tokenizer: preTokenizer.nullish(),
  post_processor: postProcessor.nullish(),
  decoder: z.record(z.string(), z.unknown()).nullish(),
  model,
})

/** The fields of tokenizer.json that are read. */
export type TokenizerContent = z.infer<typeof TOKENIZER_SCHEMA>
