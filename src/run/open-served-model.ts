/** Opens a model on a server: queries the server for its model and window, and reads the tokenizer locally. */
import { readServedConfig } from '../model/served-config.ts'
import { readTokenizer } from '../model/tokenizer/tokenizer.ts'
import { completionsEngine, connect, plannedWork, type ServedSource } from '../engine/completions/completions-engine.ts'
import { UsageError } from '../errors.ts'
import type { Sequence } from '../plan/sequence.ts'
import type { EncodingOptions } from './encoder-of.ts'
import type { OpenedModel } from './opened-model.ts'

/** A served model, and how much scoring would send to it. */
export interface OpenedServed extends OpenedModel {
  readonly planWork: (sequences: readonly Sequence[]) => ReturnType<typeof plannedWork>
}

/**
 * Opens a served model; `folder` has its tokenizer. The window is `maxLength`, or that of the servers. Fails with CheckpointError on the tokenizer,
 * with EngineError on a server that cannot be reached or has no such model, with UsageError on a window that it does not have.
 */
export async function openServed(
  source: ServedSource,
  folder: string,
  { maxLength, rollingBos = 'lm-eval', addBosToken }: EncodingOptions,
  onNotice: (notice: string) => void,
): Promise<OpenedServed> {
  const { special, content } = await readServedConfig(folder)
  const tokenizer = await readTokenizer(folder, special, content)
  for (const notice of tokenizer.notices) onNotice(notice)
  const connection = await connect(source)
  const { maxLength: most } = connection
  if (maxLength === undefined && most === null)
    throw new UsageError(`${source.urls.join(', ')} does not say how long its context is`, 'Give --max-length N, at least two less than the server takes.')
  if (maxLength !== undefined && most !== null && maxLength > most)
    throw new UsageError(
      `--max-length ${maxLength} is longer than the server's window of ${most}`,
      `Its context less two tokens; give ${most} or less, or start it with a longer one.`,
    )
  return {
    tokenizer,
    encoder: {
      ...tokenizer,
      maxLength: maxLength ?? most!,
      rollingBos,
      ...(maxLength !== undefined && { corpusWindow: maxLength }),
      ...(addBosToken !== undefined && { addBosToken }),
    },
    architecture: null,
    parameterCount: null,
    weights: null,
    notices: [],
    async openEngine() {
      const engine = await completionsEngine(connection, { encode: (text) => tokenizer.encode(text), onNotice })
      const { model, servers } = connection
      onNotice(
        `${model.name} on ${servers.map(({ name }) => name).join(', ')} (${[model.software ?? 'software unknown', model.version ?? ''].join(' ').trim()}): probed`,
      )
      return engine
    },
    weightsHash: Promise.resolve(null),
    async [Symbol.asyncDispose]() {},
    planWork: (sequences) => plannedWork(connection, sequences),
  }
}
