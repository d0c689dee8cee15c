/** A checkpoint's tokenizer, from tokenizer.json and tokenizer_config.json. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { CheckpointError } from '../errors.ts'
import { parseJson } from '../parse-json.ts'
import { readModelFile } from './model-file.ts'
import { encodeSharingBeginnings, KNOWN_PATTERNS, type TokenizerContent } from './shared-beginnings.ts'
import { OutOfTime, timeLimit } from '../time-limit.ts'

/** Text to token ids. */
export interface CheckpointTokenizer {
  /** Ids of a text, with the special tokens that the tokenizer adds by default, or without. */
  encode(text: string, options?: { readonly specialTokens: boolean }): readonly number[]
  /** What stands before a text without context: bos, else eos; lm-eval `prefix_token_id`. */
  readonly prefixToken: number
  /** The prefix token as text, such as `<s>`; empty where only config.json names the token and the tokenizer has no text for it. */
  readonly prefixText: string
  /** sha256 of tokenizer.json, hexadecimal. */
  readonly hash: string
}

/** What config.json says of tokens. */
export interface SpecialIds {
  readonly bosTokenId: number | undefined
  readonly eosTokenId: number | undefined
  /** Rows of the embedding matrix; a token beyond them has no embedding. */
  readonly vocabularySize: number
}

/** Reads the tokenizer of a model folder. Fails with CheckpointError when it is missing or of a kind that is not known; so does `encode` on a text that it fails on. */
export async function readTokenizer(folder: string, special: SpecialIds): Promise<CheckpointTokenizer> {
  const file = path.join(folder, 'tokenizer.json')
  const content = await readModelFile(folder, 'tokenizer.json')
  if (!content) {
    throw new CheckpointError(
      `cannot read ${file}`,
      'Only fast tokenizers are read; transformers writes tokenizer.json with `AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)`.',
    )
  }
  // Old tokenizers have no tokenizer_config.json.
  const settings = parse((await readModelFile(folder, 'tokenizer_config.json'))?.toString('utf8') ?? '{}', path.join(folder, 'tokenizer_config.json'))
  const parsed = parse(content.toString('utf8'), file)
  const tokenizer = makeTokenizer(parsed, settings, file)
  const prefixToken = specialId(tokenizer, settings['bos_token']) ?? specialId(tokenizer, settings['eos_token']) ?? special.bosTokenId ?? special.eosTokenId
  if (prefixToken === undefined)
    throw new CheckpointError(`${folder}: neither a bos nor an eos token`, 'Set eos_token in tokenizer_config.json or eos_token_id in config.json.')
  if (!isToken(prefixToken, special))
    throw new CheckpointError(`${folder}: the bos or eos token is ${String(prefixToken)}, which has no embedding`, OTHER_MODEL)
  return {
    encode: checkedEncoder(tokenizer, parsed, file, special),
    prefixToken,
    prefixText: tokenizer.id_to_token(prefixToken) ?? '',
    hash: createHash('sha256').update(content).digest('hex'),
  }
}

const OTHER_MODEL = 'The tokenizer is damaged, or belongs to another model than config.json.'

function isToken(id: unknown, { vocabularySize }: SpecialIds): id is number {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabularySize
}

/** Longest time for one text, in milliseconds; honest tokenizers take a few for the longest rows there are. */
const LONGEST_ENCODING_MS = 3000

/** An encoder whose failures are CheckpointErrors: what the tokenizer's own rules do with a text is up to the stranger that wrote them. */
function checkedEncoder(tokenizer: Tokenizer, content: Record<string, unknown>, file: string, special: SpecialIds): CheckpointTokenizer['encode'] {
  const limit = hasUnknownPattern(content) ? timeLimit(LONGEST_ENCODING_MS) : <T>(work: () => T) => work()
  const guarded = <T>(work: () => T, text: string): T => {
    try {
      return limit(work)
    } catch (cause) {
      const reason =
        cause instanceof OutOfTime ? `takes longer than ${LONGEST_ENCODING_MS / 1000} s` : `fails: ${cause instanceof Error ? cause.message : String(cause)}`
      throw new CheckpointError(`${file}: encoding ${JSON.stringify(text.slice(0, 60))} ${reason}`, OTHER_MODEL, { cause })
    }
  }
  const encode = guarded(() => encoderOf(tokenizer, content), 'a')
  return (text, options) => {
    const ids = guarded(() => encode(text, options), text)
    for (const id of ids)
      if (!isToken(id, special))
        throw new CheckpointError(
          `${file}: ${JSON.stringify(text.slice(0, 60))} has the token ${String(id)}, and the model has ${special.vocabularySize}`,
          OTHER_MODEL,
        )
    return ids
  }
}

/** A regular expression that is not one of the known ones may take for ever. */
function hasUnknownPattern({ normalizer, pre_tokenizer: preTokenizer }: Record<string, unknown>): boolean {
  let isUnknown = false
  JSON.stringify([normalizer, preTokenizer], (key, value: unknown) => {
    if (key === 'Regex' && !KNOWN_PATTERNS.has(value)) isUnknown = true
    return value
  })
  return isUnknown
}

/** The fast way where it is known to be exact, else the plain one. */
function encoderOf(tokenizer: Tokenizer, content: TokenizerContent): CheckpointTokenizer['encode'] {
  const plain = (text: string, specialTokens: boolean): readonly number[] => tokenizer.encode(text, { add_special_tokens: specialTokens }).ids
  const encodeText = encodeSharingBeginnings(tokenizer, content)
  // What the tokenizer puts around any text, seen on a word.
  const [around, word] = [plain('a', true), plain('a', false)]
  const place = around.findIndex((id, index) => id === word[0] && index + word.length <= around.length)
  if (!encodeText || place < 0) return (text, { specialTokens } = { specialTokens: true }) => plain(text, specialTokens)
  const [before, after] = [around.slice(0, place), around.slice(place + word.length)]
  return (text, { specialTokens } = { specialTokens: true }) => {
    const ids = encodeText(text)
    return specialTokens && before.length + after.length > 0 ? [...before, ...ids, ...after] : ids
  }
}

function makeTokenizer(content: Record<string, unknown>, settings: Record<string, unknown>, file: string): Tokenizer {
  try {
    return new Tokenizer(content, settings)
  } catch (cause) {
    throw new CheckpointError(
      `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      'The tokenizer is damaged or of a kind that is not known; known are BPE, WordPiece and Unigram.',
      { cause },
    )
  }
}

/** The id of a special token, which is written as text or as an object with `content`. */
function specialId(tokenizer: Tokenizer, token: unknown): number | undefined {
  const text = typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token
  return typeof text === 'string' ? tokenizer.token_to_id(text) : undefined
}

function parse(text: string, file: string): Record<string, unknown> {
  try {
    const content: unknown = parseJson(text)
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content as Record<string, unknown>
  } catch (cause) {
    throw new CheckpointError(`${file} is not JSON`, 'Download or copy the file again.', { cause })
  }
  throw new CheckpointError(`${file} does not hold a JSON object`, 'Download or copy the file again.')
}
