/** A checkpoint's tokenizer, from tokenizer.json and tokenizer_config.json. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { CheckpointError } from '../errors.ts'
import { encodeSharingBeginnings, type TokenizerContent } from './shared-beginnings.ts'

/** Text to token ids. */
export interface CheckpointTokenizer {
  /** Ids of a text, with the special tokens that the tokenizer adds by default, or without. */
  encode(text: string, options?: { readonly specialTokens: boolean }): readonly number[]
  /** What stands before a text without context: bos, else eos; lm-eval `prefix_token_id`. */
  readonly prefixToken: number
  /** sha256 of tokenizer.json, hexadecimal. */
  readonly hash: string
}

/** Ids of config.json, for tokenizers that do not say. */
export interface SpecialIds {
  readonly bosTokenId: number | undefined
  readonly eosTokenId: number | undefined
}

/** Reads the tokenizer of a model folder. Fails with CheckpointError when it is missing or of a kind that is not known. */
export async function readTokenizer(folder: string, special: SpecialIds): Promise<CheckpointTokenizer> {
  const file = path.join(folder, 'tokenizer.json')
  const content = await readFile(file).catch((cause: unknown) => {
    throw new CheckpointError(
      `cannot read ${file}`,
      'Only fast tokenizers are read; transformers writes tokenizer.json with `AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)`.',
      { cause },
    )
  })
  const settings = await readJson(path.join(folder, 'tokenizer_config.json'))
  const parsed = parse(content.toString('utf8'), file)
  const tokenizer = makeTokenizer(parsed, settings, file)
  const prefixToken = specialId(tokenizer, settings['bos_token']) ?? specialId(tokenizer, settings['eos_token']) ?? special.bosTokenId ?? special.eosTokenId
  if (prefixToken === undefined)
    throw new CheckpointError(`${folder}: neither a bos nor an eos token`, 'Set eos_token in tokenizer_config.json or eos_token_id in config.json.')
  return {
    encode: encoderOf(tokenizer, parsed),
    prefixToken,
    hash: createHash('sha256').update(content).digest('hex'),
  }
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

/** An absent file is an empty object: old tokenizers have no tokenizer_config.json. */
async function readJson(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch(() => '{}')
  return parse(text, file)
}

function parse(text: string, file: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text)
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content as Record<string, unknown>
  } catch (cause) {
    throw new CheckpointError(`${file} is not JSON`, 'Download or copy the file again.', { cause })
  }
  throw new CheckpointError(`${file} does not hold a JSON object`, 'Download or copy the file again.')
}
