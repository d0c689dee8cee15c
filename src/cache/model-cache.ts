/** Cached responses of one model: found in memory, and appended to the model's log. */
import { createHash } from 'node:crypto'
import { utimes } from 'node:fs/promises'
import { writeWhole } from '../io/write-atomically.ts'
import type { WeightsFingerprint } from '../model/weights-fingerprint.ts'
import { errorText } from '../text/error-text.ts'
import { MAX_BYTES, modelFiles, pruneCache } from './cache-folder.ts'
import { cachedResponses, type CachedResponses, type ComparedResponse } from './cached-responses.ts'
import { readDivergences, toDivergenceRecord, type DivergenceEntry } from './divergence-log.ts'
import { logWriter, readLog, recordWriter, type CachedResponse, type LogWriter } from './response-log.ts'

/** How long the start waits for the weights to be read, so that responses of the same weights in other files are found. */
const MAX_WAIT_MS = 500

/** Whose responses are cached. */
export interface CachedModelKey {
  /** What people call the model. */
  readonly label: string
  readonly source: string
  /** Settings as given after the source, for people: `quantize=nf4`. */
  readonly given: readonly string[]
  readonly fingerprint: WeightsFingerprint
  /** Everything else besides weights, engine and tokens that decides a response: config, quantization, adapter. Plain data. */
  readonly settings: unknown
  /** As `Engine.responsesDependOn`. */
  readonly engine: string
  /** Whether every response has a divergence from the model's original, which is then a part of `settings` and `fingerprint`. */
  readonly isCompared?: boolean
}

/**
 * A model's cache. Writing begins when the weights' hash is known, which is computed while the model loads. A cache that fails says so once and is not used
 * any more.
 */
export class ModelCache implements AsyncDisposable {
  readonly #key: CachedModelKey
  readonly #folder: string
  readonly #onNotice: (notice: string) => void
  readonly #responses: CachedResponses = cachedResponses()
  /** Resolves when the log can be written, or the cache does not work; never rejects. */
  #ready: Promise<void> = Promise.resolve()
  /** Set when the weights' hash is known. */
  #writer: LogWriter<ComparedResponse> | undefined
  #isBroken = false
  #areWeightsRead = false

  private constructor(key: CachedModelKey, folder: string, onNotice: (notice: string) => void) {
    this.#key = key
    this.#folder = folder
    this.#onNotice = onNotice
  }

  /** Opens the cache in `folder`: with the responses of earlier runs, if the weights are those of files read before, or are read soon. */
  static async open(key: CachedModelKey, folder: string, onNotice: (notice: string) => void): Promise<ModelCache> {
    const { known } = key.fingerprint
    const cache = new ModelCache(key, folder, onNotice)
    if (known !== undefined) await cache.#unlessBroken(() => cache.#load(cache.#idOf(known)))
    cache.#ready = cache.#startWriting()
    // Small models, and files that were just written, are hashed by now or soon.
    if (known === undefined) await Promise.race([cache.#ready, new Promise((resolve) => setTimeout(resolve, MAX_WAIT_MS).unref())])
    return cache
  }

  /** Scores of a batch's sequences, as CachedResponses.find. */
  find: CachedResponses['find'] = (keys) => this.#responses.find(keys)

  /** Adds a batch's responses, and waits until they are written. */
  async add(responses: readonly ComparedResponse[]): Promise<void> {
    this.#responses.add(responses)
    await this.#ready
    await this.#unlessBroken(() => this.#writer!.append(responses))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A cancelled run does not wait for weights that are still being read.
    if (this.#areWeightsRead) await this.#ready
    const wasBroken = this.#isBroken
    // A batch may still be on its way.
    this.#isBroken = true
    // A broken cache holds its file open, too.
    try {
      await this.#writer?.[Symbol.asyncDispose]()
    } catch (error) {
      if (!wasBroken) this.#fail(error)
    }
  }

  async #startWriting(): Promise<void> {
    const weights = await this.#key.fingerprint.content.catch(() => null)
    if (weights === null) {
      // Whoever needs the hash sees the failure.
      this.#isBroken = true
      return
    }
    this.#areWeightsRead = true
    await this.#unlessBroken(() => this.#openWriter(weights))
  }

  async #openWriter(weights: string): Promise<void> {
    const { label, source, given, engine, fingerprint } = this.#key
    const id = this.#idOf(weights)
    if (fingerprint.known !== weights) await this.#load(id)
    const { log, divergences, description } = modelFiles(this.#folder, id)
    await writeWhole(description, [JSON.stringify({ model: label, source, engine, weights, given })])
    await pruneCache(this.#folder, { maxBytes: MAX_BYTES }, id)
    this.#writer = this.#key.isCompared ? comparedWriter(log, divergences, id) : logWriter(log, id)
    const now = new Date()
    await utimes(log, now, now).catch(() => {})
  }

  async #load(id: string): Promise<void> {
    const { log, divergences } = modelFiles(this.#folder, id)
    const { responses, setAside } = await readLog(log, id)
    this.#responses.add(this.#key.isCompared ? withDivergences(responses, await readDivergences(divergences, id)) : responses)
    if (setAside !== undefined)
      this.#onNotice(`the response cache of this model was damaged: ${responses.length} responses are sound and stay, the file was set aside as ${setAside}`)
  }

  /** Names the model's files: by everything that decides a response besides tokens. */
  #idOf(weights: string): string {
    const { engine, settings } = this.#key
    return createHash('sha256').update(JSON.stringify({ weights, engine, settings })).digest('hex').slice(0, 32)
  }

  async #unlessBroken(work: () => Promise<void>): Promise<void> {
    if (this.#isBroken) return
    try {
      await work()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#isBroken = true
    this.#onNotice(`responses are no longer cached: ${errorText(error)}`)
  }
}

/** Divergences first: a response that a kill leaves without one is not used. */
function comparedWriter(log: string, divergences: string, id: string): LogWriter<ComparedResponse> {
  const writers = { entries: recordWriter<DivergenceEntry>(divergences, (entry) => toDivergenceRecord(entry, id)), responses: logWriter(log, id) }
  return {
    async append(responses) {
      await writers.entries.append(responses.flatMap(({ key, batch, divergence }) => (divergence ? [{ key, batch, ...divergence }] : [])))
      await writers.responses.append(responses)
    },
    async [Symbol.asyncDispose]() {
      await writers.entries[Symbol.asyncDispose]()
      await writers.responses[Symbol.asyncDispose]()
    },
  }
}

/** The responses that have a divergence of the same batch. */
function withDivergences(responses: readonly CachedResponse[], entries: readonly DivergenceEntry[]): ComparedResponse[] {
  const nameOf = ({ key, batch }: Pick<CachedResponse, 'key' | 'batch'>) => Buffer.concat([key, batch]).toString('latin1')
  const found = new Map(entries.map(({ key, batch, ...divergence }) => [nameOf({ key, batch }), divergence]))
  return responses.flatMap((response) => {
    const divergence = found.get(nameOf(response))
    return divergence ? [{ ...response, divergence }] : []
  })
}
