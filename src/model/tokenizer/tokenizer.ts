/** A checkpoint's tokenizer, from tokenizer.json and tokenizer_config.json. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { CheckpointError } from '../../errors.ts'
import { parsePythonJson } from '../../io/parse-json.ts'
import { readModelFile } from '../model-file.ts'
import { encodeSharingBeginnings, KNOWN_PATTERNS } from './shared-prefixes.ts'
import { makePipeline, type Pipeline } from './pipeline.ts'
import { TOKENIZER_SCHEMA, type TokenizerContent } from './schema.ts'
import { type AppliedSettings, applySettings, type SettingsFiles } from './settings.ts'
import { Unsupported } from './unsupported.ts'
import { OutOfTime, timeLimit } from '../../io/time-limit.ts'
import { errorText } from '../../text/error-text.ts'

/** Text to token ids. */
export interface CheckpointTokenizer {
  /** Ids of a text, with the special tokens that the tokenizer adds by default, or without. */
  encode(text: string, options?: { readonly specialTokens: boolean }): readonly number[]
  /** The token before a text without context: bos, else eos; lm-eval `prefix_token_id`. */
  readonly prefixToken: number
  /** Absent if the tokenizer has none. */
  readonly bosToken?: number
  /** The prefix token as text, such as `<s>`; empty if only config.json names the token and the tokenizer has no text for it. */
  readonly prefixText: string
  /** Texts of the named special tokens, such as `bos_token`. */
  readonly specialTokens: Readonly<Record<string, string>>
  /** sha256 of tokenizer.json, hexadecimal. */
  readonly hash: string
  /** Warnings for the user about how the file is read. */
  readonly notices: readonly string[]
}

/** The token settings of config.json. */
export interface SpecialIds {
  readonly bosTokenId: number | undefined
  readonly eosTokenId: number | undefined
  /** Rows of the embedding matrix; a token beyond them has no embedding. */
  readonly vocabularySize: number
}

/**
 * Reads the tokenizer of a model folder. `configContent` is the content of config.json if it was read before. Fails with CheckpointError if the tokenizer
 * is missing or of an unknown kind; `encode` fails with it on a text that the tokenizer cannot encode.
 */
export async function readTokenizer(folder: string, special: SpecialIds, configContent?: Readonly<Record<string, unknown>>): Promise<CheckpointTokenizer> {
  const file = path.join(folder, 'tokenizer.json')
  const content = await readModelFile(folder, 'tokenizer.json')
  if (!content) {
    throw new CheckpointError(
      `cannot read ${file}`,
      'Only fast tokenizers are read; transformers writes tokenizer.json with `AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)`.',
    )
  }
  const text = content.toString('utf8')
  const other = async (name: string) => {
    const found = await readModelFile(folder, name)
    return found && parse(found.toString('utf8'), path.join(folder, name))
  }
  const [settings, config, specialTokens, addedTokens] = await Promise.all(
    ['tokenizer_config.json', 'config.json', 'special_tokens_map.json', 'added_tokens.json'].map(async (name) =>
      name === 'config.json' && configContent ? configContent : other(name),
    ),
  )
  // Old tokenizers have no tokenizer_config.json.
  const files = { settings: settings ?? {}, config: config ?? {}, specialTokens, addedTokens, isByteLevel: text.includes('"ByteLevel"') }
  const { applied, pipeline } = open(folder, parse(text, file), files)
  const prefixToken = applied.bos ?? applied.eos ?? special.bosTokenId ?? special.eosTokenId
  if (prefixToken === undefined)
    throw new CheckpointError(`${folder}: neither a bos nor an eos token`, 'Set eos_token in tokenizer_config.json or eos_token_id in config.json.')
  if (!isToken(prefixToken, special))
    throw new CheckpointError(`${folder}: the bos or eos token is ${String(prefixToken)}, which has no embedding`, OTHER_MODEL)
  return {
    encode: checkedEncoder(pipeline, applied.content, file, special),
    prefixToken,
    ...(applied.bos !== undefined && { bosToken: applied.bos }),
    prefixText: applied.tokens.textOf(prefixToken) ?? '',
    specialTokens: applied.specialTokens,
    hash: createHash('sha256').update(content).digest('hex'),
    notices: applied.notices,
  }
}

const OTHER_MODEL = 'The tokenizer is damaged, or belongs to another model than config.json.'
const NOT_SUPPORTED = 'A tokenizer is refused if it would not give the tokens that transformers gives; docs/tokenizers.md lists what is supported.'

function isToken(id: unknown, { vocabularySize }: SpecialIds): id is number {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabularySize
}

/** Longest time for one text, in milliseconds; ordinary tokenizers take a few for the longest rows there are. */
const LONGEST_ENCODING_MS = 3000

/** An encoder whose failures are CheckpointErrors: tokenizer.json is untrusted input, so its rules may fail or take long on a text. */
function checkedEncoder(pipeline: Pipeline, content: TokenizerContent, file: string, special: SpecialIds): CheckpointTokenizer['encode'] {
  const limit = hasUnknownPattern(content) ? timeLimit(LONGEST_ENCODING_MS) : <T>(work: () => T) => work()
  const guarded = <T>(work: () => T, text: string): T => {
    try {
      return limit(work)
    } catch (cause) {
      const shown = JSON.stringify(text.slice(0, 60))
      if (cause instanceof Unsupported) throw new CheckpointError(`${file}: ${cause.message}: ${shown} cannot be encoded`, NOT_SUPPORTED, { cause })
      const reason = cause instanceof OutOfTime ? `takes longer than ${LONGEST_ENCODING_MS / 1000} s` : `fails: ${errorText(cause)}`
      throw new CheckpointError(`${file}: encoding ${shown} ${reason}`, OTHER_MODEL, { cause })
    }
  }
  const { before, after } = pipeline.around
  const isAlone = before.length + after.length === 0
  const encodeText = encodeSharingBeginnings(pipeline, content) ?? pipeline.encode
  return (text, { specialTokens } = { specialTokens: true }) => {
    const own = guarded(() => encodeText(text), text)
    const ids = specialTokens && !isAlone ? [...before, ...own, ...after] : own
    for (const id of ids)
      if (!isToken(id, special))
        throw new CheckpointError(
          `${file}: ${JSON.stringify(text.slice(0, 60))} has the token ${String(id)}, and the model has ${special.vocabularySize}`,
          OTHER_MODEL,
        )
    return ids
  }
}

/** A regular expression that is not one of the known ones may never end. */
function hasUnknownPattern({ normalizer, pre_tokenizer: preTokenizer }: TokenizerContent): boolean {
  let isUnknown = false
  JSON.stringify([normalizer, preTokenizer], (key, value: unknown) => {
    if (key === 'Regex' && !KNOWN_PATTERNS.has(value)) isUnknown = true
    return value
  })
  return isUnknown
}

/** The stages with all settings applied. Fails with a CheckpointError that names the first field that is not supported. */
function open(folder: string, content: Record<string, unknown>, files: SettingsFiles): { readonly applied: AppliedSettings; readonly pipeline: Pipeline } {
  const file = path.join(folder, 'tokenizer.json')
  const parsed = TOKENIZER_SCHEMA.safeParse(withModelType(content))
  if (!parsed.success) throw new CheckpointError(`${file}: ${issueText(parsed.error.issues, content)}`, NOT_SUPPORTED, { cause: parsed.error })
  try {
    const applied = applySettings(parsed.data, files)
    return { applied, pipeline: makePipeline(applied.content, applied.tokens, applied.splitsSpecial) }
  } catch (cause) {
    if (!(cause instanceof Unsupported)) throw cause
    throw new CheckpointError(`${file} has ${cause.message}`, NOT_SUPPORTED, { cause })
  }
}

/** Old files do not name the type of their model: with merges it is BPE, with scores Unigram. */
function withModelType(content: Record<string, unknown>): Record<string, unknown> {
  const { model } = content
  if (typeof model !== 'object' || model === null || 'type' in model) return content
  const type = 'merges' in model ? 'BPE' : 'vocab' in model && Array.isArray(model.vocab) ? 'Unigram' : undefined
  return type === undefined ? content : { ...content, model: { type, ...model } }
}

type Issue = { readonly code: string; readonly path: readonly PropertyKey[]; readonly message: string; readonly keys?: readonly string[] }

/** The first field that is not supported: its path and value. */
function issueText(issues: readonly Issue[], content: unknown): string {
  const [issue] = issues
  if (!issue) return 'malformed'
  const shown = (keys: readonly PropertyKey[]) => {
    let value: unknown = content
    for (const key of keys) value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined
    return (JSON.stringify(value) ?? 'missing').slice(0, 80)
  }
  const name = (keys: readonly PropertyKey[]) =>
    keys
      .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
      .join('')
      .slice(1) || 'the file'
  if (issue.code === 'unrecognized_keys') {
    const keys = [...issue.path, issue.keys![0]!]
    return `${name(keys)} ${shown(keys)} is not a known field`
  }
  return `${name(issue.path)} ${shown(issue.path)} is not supported (${issue.message})`
}

function parse(text: string, file: string): Record<string, unknown> {
  try {
    const content: unknown = parsePythonJson(text)
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content as Record<string, unknown>
  } catch (cause) {
    throw new CheckpointError(`${file} is not JSON`, 'Download or copy the file again.', { cause })
  }
  throw new CheckpointError(`${file} is not a JSON object`, 'Download or copy the file again.')
}
