/** The special tokens that config.json names, for a model of which nothing else is read. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../errors.ts'
import type { SpecialIds } from './tokenizer.ts'

const tokenId = z.union([z.number().int(), z.array(z.number().int()).min(1)]).nullish()
const schema = z.looseObject({ bos_token_id: tokenId, eos_token_id: tokenId })

/** Of a folder, whatever its architecture; none where it has no config.json. Fails with CheckpointError on one that is malformed. */
export async function readSpecialIds(folder: string): Promise<SpecialIds> {
  const file = path.join(folder, 'config.json')
  const text = await readFile(file, 'utf8').catch(() => '{}')
  try {
    const { bos_token_id: bos, eos_token_id: eos } = schema.parse(JSON.parse(text))
    return { bosTokenId: first(bos), eosTokenId: first(eos) }
  } catch (cause) {
    throw new CheckpointError(`${file} is malformed`, 'Compare it with the config.json of the model on the hub.', { cause })
  }
}

function first(id: z.infer<typeof tokenId>): number | undefined {
  return Array.isArray(id) ? id[0] : (id ?? undefined)
}
