/** config.json of a model on a server: only its tokenizer is local, so only the special tokens matter. */
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../errors.ts'
import { parsePythonJson } from '../io/parse-json.ts'
import { readModelFile } from './model-file.ts'
import type { SpecialIds } from './tokenizer/tokenizer.ts'

const tokenId = z.union([z.number().int(), z.array(z.number().int()).min(1)]).nullish()
const schema = z.looseObject({ bos_token_id: tokenId, eos_token_id: tokenId, vocab_size: z.number().int().positive().nullish() })

/** The special tokens, and the file that names them. */
export interface ServedConfig {
  readonly special: SpecialIds
  /** The content of config.json; undefined if there is none. */
  readonly content: Readonly<Record<string, unknown>> | undefined
}

/**
 * Reads config.json of any architecture. Without the file there are no special tokens, and the size of the vocabulary is unknown (Infinity). Fails with
 * CheckpointError on a malformed file.
 */
export async function readServedConfig(folder: string): Promise<ServedConfig> {
  const file = await readModelFile(folder, 'config.json')
  try {
    const content = file && schema.parse(parsePythonJson(file.toString('utf8')))
    const { bos_token_id: bos, eos_token_id: eos, vocab_size: size } = content ?? {}
    return { special: { bosTokenId: first(bos), eosTokenId: first(eos), vocabularySize: size ?? Infinity }, content }
  } catch (cause) {
    throw new CheckpointError(`${path.join(folder, 'config.json')} is malformed`, 'Compare it with the config.json of the model on the hub.', { cause })
  }
}

function first(id: z.infer<typeof tokenId>): number | undefined {
  return Array.isArray(id) ? id[0] : (id ?? undefined)
}
