/**
 * The class that transformers' AutoTokenizer loads a tokenizer with, by its rules (transformers 5.24 `models/auto/tokenization_auto.py`). The class
 * matters because some classes take only the vocabulary from tokenizer.json and build the rest themselves.
 */
import { CLASS_OF_MODEL, MAKES_ITS_OWN, MODELS_WITH_WRONG_CLASS, READS_THE_FILE } from './transformers-classes.ts'
import type { TokenizerContent } from './schema.ts'
import { Unsupported } from './unsupported.ts'

/** The facts that decide the class. */
export interface ClassFacts {
  /** `tokenizer_class` of tokenizer_config.json. */
  readonly ownClass: string | undefined
  /** `tokenizer_class` of config.json. */
  readonly configClass: string | undefined
  /** `model_type` of config.json. */
  readonly modelType: string | undefined
  /** Whether tokenizer.json says "ByteLevel" anywhere. */
  readonly isByteLevel: boolean
  /** Whether tokenizer_config.json names its own code. */
  readonly hasOwnCode: boolean
}

/** The class that uses tokenizer.json unchanged. */
export const AS_IS = 'TokenizersBackend'

const withoutFast = (name: string) => name.replace(/Fast$/u, '')

/** The class's name. Every class that uses the file unchanged is called TokenizersBackend here. */
export function tokenizerClass({ ownClass, configClass, modelType, isByteLevel, hasOwnCode }: ClassFacts): string {
  const declared = ownClass ?? configClass
  const ofModel = modelType === undefined ? undefined : CLASS_OF_MODEL[modelType]
  const isWrong = modelType !== undefined && MODELS_WITH_WRONG_CLASS.includes(modelType)
  if (hasOwnCode && ofModel === undefined && known(declared) === undefined) throw new Unsupported('code of its own (auto_map.AutoTokenizer)')
  if (!hasOwnCode && declared !== undefined) {
    if (withoutFast(declared) === 'LlamaTokenizer' && !isWrong && isByteLevel) return AS_IS
    if (ofModel !== undefined && withoutFast(ofModel) !== withoutFast(declared)) {
      const chosen = withoutFast(ofModel) === AS_IS ? undefined : known(isWrong ? ofModel : declared)
      return chosen ?? AS_IS
    }
  }
  if (declared !== undefined) return known(declared) ?? AS_IS
  return (ofModel === undefined ? undefined : known(ofModel)) ?? AS_IS
}

function known(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  const plain = withoutFast(name)
  if (READS_THE_FILE.includes(plain)) return AS_IS
  return MAKES_ITS_OWN.includes(plain) ? plain : undefined
}

/** A tokenizer as a class makes it. */
export interface Rebuilt {
  readonly content: TokenizerContent
  /** Special tokens that the class has if the settings name none. */
  readonly defaults: Readonly<Record<string, string>>
}

/** Settings that the classes read. */
export interface ClassSettings {
  readonly addsPrefixSpace: boolean | undefined
  readonly isLegacy: boolean
  readonly unknownToken: string
}

type Model = TokenizerContent['model'] & { readonly type: 'BPE' }

/** Builds the class's tokenizer: vocabulary, merges and post-processor of the file, normalizer and pre-tokenizer of the class. Fails with Unsupported. */
export function rebuild(name: string, content: TokenizerContent, settings: ClassSettings): Rebuilt {
  if (name === AS_IS) return { content, defaults: {} }
  const make = CLASSES[name]
  if (!make) throw new Unsupported(`tokenizer_class ${JSON.stringify(name)}, which transformers makes a tokenizer of its own for`)
  if (content.model.type !== 'BPE') throw new Unsupported(`tokenizer_class ${JSON.stringify(name)} with a model of type ${content.model.type}`)
  const { vocab, merges } = content.model
  const model: Model = { type: 'BPE', vocab, merges, fuse_unk: false, byte_fallback: false, ignore_merges: false }
  return make({ ...content, normalizer: null, pre_tokenizer: null, model }, settings)
}

const END_OF_TEXT = '<|endoftext|>'

const byteLevel = (addsPrefixSpace: boolean, usesPattern = true) =>
  ({ type: 'ByteLevel', add_prefix_space: addsPrefixSpace, trim_offsets: true, use_regex: usesPattern }) as const

/** Qwen 2's pattern. */
const QWEN_2 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

const CLASSES: Readonly<Record<string, (base: TokenizerContent & { readonly model: Model }, settings: ClassSettings) => Rebuilt>> = {
  LlamaTokenizer: (base, { addsPrefixSpace = true, isLegacy }) => ({
    content: {
      ...base,
      pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: !addsPrefixSpace ? 'never' : isLegacy ? 'always' : 'first', split: false },
      model: { ...base.model, fuse_unk: true, byte_fallback: true },
    },
    defaults: { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' },
  }),
  GPT2Tokenizer: (base, { addsPrefixSpace = false }) => ({
    content: { ...base, pre_tokenizer: byteLevel(addsPrefixSpace) },
    defaults: { bos_token: END_OF_TEXT, eos_token: END_OF_TEXT, unk_token: END_OF_TEXT },
  }),
  CodeGenTokenizer: (base, { addsPrefixSpace = false }) => ({
    content: { ...base, pre_tokenizer: byteLevel(addsPrefixSpace) },
    defaults: { bos_token: END_OF_TEXT, eos_token: END_OF_TEXT, unk_token: END_OF_TEXT },
  }),
  GPTNeoXTokenizer: (base, { addsPrefixSpace = false }) => ({
    // The class builds a new post-processor, without special tokens.
    content: { ...base, normalizer: { type: 'NFC' }, pre_tokenizer: byteLevel(addsPrefixSpace), post_processor: null },
    defaults: { bos_token: END_OF_TEXT, eos_token: END_OF_TEXT, unk_token: END_OF_TEXT, pad_token: '<|padding|>' },
  }),
  Qwen2Tokenizer: (base, { addsPrefixSpace = false }) => ({
    content: {
      ...base,
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [{ type: 'Split', pattern: { Regex: QWEN_2 }, behavior: 'Isolated', invert: false }, byteLevel(addsPrefixSpace, false)],
      },
    },
    defaults: { eos_token: END_OF_TEXT, unk_token: END_OF_TEXT, pad_token: END_OF_TEXT },
  }),
  CohereTokenizer: (base, { addsPrefixSpace = false }) => ({
    content: {
      ...base,
      normalizer: { type: 'NFC' },
      pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(addsPrefixSpace)] },
    },
    defaults: {
      bos_token: '<BOS_TOKEN>',
      eos_token: '<|END_OF_TURN_TOKEN|>',
      unk_token: '<UNK>',
      pad_token: '<PAD>',
      cls_token: '<CLS>',
      sep_token: '<SEP>',
      mask_token: '<MASK_TOKEN>',
    },
  }),
  GemmaTokenizer: (base, { unknownToken }) => ({
    content: {
      ...base,
      normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
      model: { ...base.model, fuse_unk: true, byte_fallback: true, unk_token: unknownToken },
    },
    defaults: { bos_token: '<bos>', eos_token: '<eos>', unk_token: '<unk>', pad_token: '<pad>', mask_token: '<mask>' },
  }),
}

/** Fields of the file that the class ignores; empty if the class uses them all. */
export function differences(file: TokenizerContent, rebuilt: TokenizerContent): string[] {
  const fields = (content: TokenizerContent): Record<string, unknown> => {
    const { vocab: _, merges: __, ...model } = content.model as Model
    const settings = Object.entries(model).map(([key, value]) => [`model.${key}`, value || null] as const)
    return {
      normalizer: content.normalizer ?? null,
      pre_tokenizer: content.pre_tokenizer ?? null,
      post_processor: content.post_processor ?? null,
      ...Object.fromEntries(settings),
    }
  }
  const [before, after] = [fields(file), fields(rebuilt)]
  // Offsets have no effect on tokens.
  const written = (value: unknown) => JSON.stringify(value ?? null, (key, inner: unknown) => (key === 'trim_offsets' ? undefined : inner))
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((field) => written(before[field]) !== written(after[field]))
}
