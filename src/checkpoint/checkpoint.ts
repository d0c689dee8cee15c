/** A model on disk: its config, where its weights lie, its tokenizer. Nothing is loaded but the tokenizer. */
import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError } from '../errors.ts'
import { parseJson } from '../parse-json.ts'
import { readConfig, type ModelConfig } from './config.ts'
import { countParameters } from './expected-tensors.ts'
import { readModelFile } from './model-file.ts'
import { readTokenizer, type CheckpointTokenizer } from './tokenizer.ts'
import { readWeights, type StoredWeights } from './weights.ts'

/** A model folder that was checked. */
export interface Checkpoint {
  readonly config: ModelConfig
  /** `architectures[0]` of config.json. */
  readonly architecture: string
  readonly weights: StoredWeights
  readonly tokenizer: CheckpointTokenizer
  /** Parameters that the graph uses; a tied head counts once. */
  readonly parameterCount: number
}

/** Reads and checks a model folder. Fails with CheckpointError; on quantised weights too, unless they may be. */
export async function openCheckpoint(folder: string, { mayBeQuantized = false } = {}): Promise<Checkpoint> {
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!isFolder)
    throw new CheckpointError(
      `no such model folder: ${folder}`,
      'Give a folder with config.json, *.safetensors and tokenizer.json, or a hub repository as OWNER/NAME.',
    )
  const config = await readConfig(folder)
  const [weights, tokenizer, text] = await Promise.all([
    readWeights(folder, config, { mayBeQuantized }),
    readTokenizer(folder, config),
    readModelFile(folder, 'config.json'),
  ])
  const { architectures } = parseJson(text!.toString('utf8')) as { architectures: [string] }
  return { config, architecture: architectures[0], weights, tokenizer, parameterCount: countParameters(config) }
}

/** sha256 over the contents of the weight files in the order of their names: equal for equal weights in equal files, whatever their folder is called. */
export async function hashWeights({ root, files }: Pick<StoredWeights, 'root' | 'files'>): Promise<string> {
  const hash = createHash('sha256')
  // One buffer for all: streams leave a new one for each piece to the garbage collector, as much as the whole model.
  const buffer = Buffer.allocUnsafe(1 << 20)
  for (const file of files) {
    await using handle = await open(path.join(root, file))
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
    }
  }
  return hash.digest('hex')
}
