/** The special tokens in config.json, for a model on a server, of which only the tokenizer is local. */
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import { readModelFile } from './model-file.ts'
import type { SpecialIds } from './tokenizer/tokenizer.ts'

const tokenId = z.union([z.number().int(), z.array(z.number().int()).min(1)]).nullish()
const schema = z.looseObject({ bos_token_id: tokenId, eos_token_id: tokenId, vocab_size: z.number().int().positive().nullish() })

/**
 * Reads them for any architecture. Without config.json there are none, and the size of the vocabulary is unknown (Infinity). Fails with CheckpointError on
 * a malformed file.
 */
export async function readSpecialIds(folder: string): Promise<SpecialIds> {
  const content = await readModelFile(folder, 'config.json')
  try {
    const { bos_token_id: bos, eos_token_id: eos, vocab_size: size } = schema.parse(parseJson(content?.toString('utf8') ?? '{}'))
    return { bosTokenId: first(bos), eosTokenId: first(eos), vocabularySize: size ?? Infinity }
  } catch (cause) {
    throw new CheckpointError(`${path.join(folder, 'config.json')} is malformed`, 'Compare it with the config.json of the model on the hub.', { cause })
  }
}

function first(id: z.infer<typeof tokenId>): number | undefined {
  return Array.isArray(id) ? id[0] : (id ?? undefined)
}
