/**
 * Settings beside tokenizer.json, as transformers 5.24 applies them when it loads a tokenizer (`tokenization_utils_base.py` `_from_pretrained`,
 * `tokenization_utils_tokenizers.py` `TokenizersBackend.__init__`): which tokens are added with which flags, and which are bos and eos.
 */
import { z } from 'zod'
import { AddedTokens } from './added-tokens.ts'
import { vocabularyOf } from './models.ts'
import type { AddedTokenContent, TokenizerContent } from './schema.ts'
import { AS_IS, differences, rebuild, tokenizerClass } from './tokenizer-class.ts'
import { Unsupported } from './unsupported.ts'

/** Files beside tokenizer.json, parsed; undefined if there is none. */
export interface SettingsFiles {
  /** tokenizer_config.json. */
  readonly settings: Readonly<Record<string, unknown>>
  /** config.json. */
  readonly config: Readonly<Record<string, unknown>>
  /** special_tokens_map.json. */
  readonly specialTokens: Readonly<Record<string, unknown>> | undefined
  /** added_tokens.json. */
  readonly addedTokens: Readonly<Record<string, unknown>> | undefined
  /** Whether tokenizer.json says "ByteLevel" anywhere. */
  readonly isByteLevel: boolean
}

/** A tokenizer with all settings applied. */
export interface AppliedSettings {
  readonly content: TokenizerContent
  readonly tokens: AddedTokens
  /** Special tokens are not looked for in texts. */
  readonly splitsSpecial: boolean
  readonly bos: number | undefined
  readonly eos: number | undefined
  /** Texts of the named special tokens, such as `bos_token`: transformers' `special_tokens_map`. */
  readonly specialTokens: Readonly<Record<string, string>>
  /** Warnings for the user: fields of the file that the class ignores. */
  readonly notices: readonly string[]
}

const addedToken = z.strictObject({
  __type: z.literal('AddedToken').optional(),
  id: z.number().optional(),
  content: z.string(),
  single_word: z.boolean().optional(),
  lstrip: z.boolean().optional(),
  rstrip: z.boolean().optional(),
  normalized: z.boolean().optional(),
  special: z.boolean().optional(),
})
type WrittenToken = Omit<z.infer<typeof addedToken>, '__type' | 'id'>

/** A special token: text, or text with flags. */
type Special = string | WrittenToken

const NAMED = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token']

/** Applies the settings. Fails with Unsupported on one that is not honored. */
export function applySettings(file: TokenizerContent, { settings, config, specialTokens, addedTokens, isByteLevel }: SettingsFiles): AppliedSettings {
  refuse(settings, file)
  const name = tokenizerClass({
    ownClass: text(settings, 'tokenizer_class'),
    configClass: text(config, 'tokenizer_class'),
    modelType: text(config, 'model_type'),
    isByteLevel,
    hasOwnCode: hasOwnCode(settings['auto_map']),
  })
  const listed = settings['added_tokens_decoder']
  // If tokenizer_config.json lists added tokens, the older files are not read.
  const merged: Readonly<Record<string, unknown>> = listed === undefined ? { ...settings, ...specialTokens } : settings
  const tokens = listed === undefined ? olderTokens(file, merged, addedTokens) : listedTokens(listed)
  const byText = new Map(tokens.map((token) => [token.content, token]))
  const rebuilt = rebuild(name, file, {
    addsPrefixSpace: flag(merged, 'add_prefix_space'),
    isLegacy: flag(merged, 'legacy') ?? false,
    unknownToken: contentOf(special(merged['unk_token'], 'unk_token')) ?? '<unk>',
  })
  const { named, extra } = specials(merged, rebuilt.defaults, byText)
  const all = new AddedTokens(rebuilt.content.model)
  if (name === AS_IS) for (const token of file.added_tokens) all.add(token)
  for (const token of toAdd(tokens, named, extra, all)) all.add(token)
  if (name === 'Qwen2Tokenizer') for (const token of [...named.values(), ...extra]) all.add(complete({ content: contentOf(token)!, special: true }))
  const idOf = (key: string) => {
    const content = contentOf(named.get(key))
    return content === undefined ? undefined : all.idOf(content)
  }
  return {
    content: rebuilt.content,
    tokens: all,
    splitsSpecial: flag(merged, 'split_special_tokens') ?? false,
    bos: idOf('bos_token'),
    eos: idOf('eos_token'),
    specialTokens: Object.fromEntries(NAMED.flatMap((key) => (named.has(key) ? [[key, contentOf(named.get(key))!]] : []))),
    notices: noticesOf(name, file, rebuilt.content),
  }
}

function noticesOf(name: string, file: TokenizerContent, content: TokenizerContent): string[] {
  if (name === AS_IS) return []
  const fields = differences(file, content)
  if (fields.length === 0) return []
  return [`tokenizer.json is read as transformers 5.24 reads it: its class ${name} takes the vocabulary from the file, and not ${fields.join(', ')}`]
}

/** Settings that change tokens and are not honored. */
function refuse(settings: Readonly<Record<string, unknown>>, file: TokenizerContent): void {
  if (Array.isArray(settings['fast_tokenizer_files'])) throw new Unsupported('fast_tokenizer_files in tokenizer_config.json')
  if (settings['fix_mistral_regex'] === true && vocabularyOf(file.model).size > 100_000)
    throw new Unsupported('fix_mistral_regex true in tokenizer_config.json')
}

function hasOwnCode(autoMap: unknown): boolean {
  if (Array.isArray(autoMap)) return true
  return typeof autoMap === 'object' && autoMap !== null && 'AutoTokenizer' in autoMap
}

/** The added tokens of tokenizer_config.json, by id. */
function listedTokens(listed: unknown): WrittenToken[] {
  if (typeof listed !== 'object' || listed === null) throw new Unsupported(`added_tokens_decoder ${JSON.stringify(listed)} in tokenizer_config.json`)
  return Object.entries(listed)
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([id, value]) => written(value, `added_tokens_decoder[${JSON.stringify(id)}] in tokenizer_config.json`))
}

/** The added tokens of added_tokens.json, and over them those of tokenizer.json, by id. */
function olderTokens(file: TokenizerContent, settings: Readonly<Record<string, unknown>>, addedTokens: SettingsFiles['addedTokens']): WrittenToken[] {
  const byId = new Map<number, WrittenToken>()
  const { named, extra } = specials(settings, {}, new Map())
  const isSpecial = new Set([...NAMED.map((key) => contentOf(named.get(key))), ...extra.map(contentOf)])
  for (const [content, id] of Object.entries(addedTokens ?? {})) {
    if (!Number.isInteger(id)) throw new Unsupported(`the id ${JSON.stringify(id)} of ${JSON.stringify(content)} in added_tokens.json`)
    byId.set(id as number, { content, lstrip: false, rstrip: false, single_word: false, normalized: !isSpecial.has(content), special: isSpecial.has(content) })
  }
  for (const { id, ...token } of file.added_tokens) byId.set(id, token)
  return [...byId].sort(([one], [other]) => one - other).map(([, token]) => token)
}

/** Special tokens by their names, and those without a name. */
function specials(
  settings: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, string>>,
  byText: ReadonlyMap<string, WrittenToken>,
): { readonly named: ReadonlyMap<string, Special>; readonly extra: readonly Special[] } {
  const values: Record<string, unknown> = { ...defaults, ...settings }
  const flagged = (token: Special): Special => byText.get(contentOf(token)!) ?? token
  const named = new Map<string, Special>()
  for (const key of NAMED) {
    const token = special(values[key], key)
    if (token !== undefined) named.set(key, flagged(token))
  }
  const extraTokens = isEmpty(values['extra_special_tokens']) ? values['additional_special_tokens'] : values['extra_special_tokens']
  const isNamed = (value: unknown) => typeof value === 'string' || (typeof value === 'object' && value !== null && '__type' in value)
  for (const [key, value] of Object.entries(values)) if (key.endsWith('_token') && !NAMED.includes(key) && isNamed(value)) named.set(key, special(value, key)!)
  if (typeof extraTokens === 'object' && extraTokens !== null && !Array.isArray(extraTokens)) {
    for (const [key, value] of Object.entries(extraTokens)) named.set(key, special(value, `extra_special_tokens.${key}`)!)
    return { named, extra: [] }
  }
  const list = Array.isArray(extraTokens) ? (extraTokens as unknown[]) : []
  return { named, extra: list.map((value, index) => special(value, `extra_special_tokens[${index}]`)!) }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

/** Tokens in the order in which transformers adds them: those listed, then special ones that are not among them. */
function toAdd(tokens: readonly WrittenToken[], named: ReadonlyMap<string, Special>, extra: readonly Special[], all: AddedTokens): AddedTokenContent[] {
  const names = new Set([...named.values()].map(contentOf))
  const seen = new Set(tokens.map(({ content }) => content))
  const added: Special[] = [...tokens]
  for (const token of [...named.values(), ...extra]) {
    const content = contentOf(token)!
    if (seen.has(content) || all.has(content)) continue
    seen.add(content)
    added.push(token)
  }
  return added.map((token) =>
    complete(typeof token === 'string' ? { content: token, special: true } : { ...token, special: token.special === true || names.has(token.content) }),
  )
}

/** The token with every flag set. By default a token is normalized unless it is special. */
function complete(token: WrittenToken): AddedTokenContent {
  const { content, single_word = false, lstrip = false, rstrip = false, special: isSpecial = false, normalized } = token
  return { content, single_word, lstrip, rstrip, special: isSpecial, normalized: normalized ?? !isSpecial }
}

function written(value: unknown, field: string): WrittenToken {
  const parsed = addedToken.safeParse(value)
  if (!parsed.success) throw new Unsupported(`${field}: ${JSON.stringify(value)}`)
  const { __type: _, id: __, ...token } = parsed.data
  return token
}

function special(value: unknown, field: string): Special | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : written(value, `${field} in the settings`)
}

function contentOf(token: Special | undefined): string | undefined {
  return typeof token === 'string' ? token : token?.content
}

function text(settings: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = settings[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new Unsupported(`${key} ${JSON.stringify(value)}`)
  return value
}

function flag(settings: Readonly<Record<string, unknown>>, key: string): boolean | undefined {
  const value = settings[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw new Unsupported(`${key} ${JSON.stringify(value)}`)
  return value
}
