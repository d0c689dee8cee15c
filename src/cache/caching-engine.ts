/** An engine that keeps its answers: what it was asked before costs nothing, and a run that was cut goes on where it stopped. */
import { createHash } from 'node:crypto'
import { utimes } from 'node:fs/promises'
import type { Engine, ScoredBatch } from '../engine/engine.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { logWriter, readLog, type KeptAnswer } from './response-log.ts'
import { modelFiles, MOST_BYTES, pruneCache } from './cache-folder.ts'
import { batchKey, keptAnswers, sequenceKey } from './cached-responses.ts'
import type { WeightsFingerprint } from '../model/weights-fingerprint.ts'
import { errorText } from '../text/error-text.ts'

/** How long the first batch waits for the weights to be read, so that answers of the same weights in other files are found. */
const PATIENCE_MS = 500

/** Whose answers they are. */
export interface AnswersOf {
  /** What people call it. */
  readonly label: string
  readonly source: string
  readonly fingerprint: WeightsFingerprint
  /** All else that decides an answer beside weights, engine and tokens: config, quantisation, adapter. Plain data. */
  readonly settings: unknown
}

/**
 * Answers from `cache` what it holds, asks `engine` for the rest, and writes each batch before it comes out. Batches are planned over all sequences and
 * only then left out, so that those which remain are the same as in a run that nothing cut short, and so are their numbers. The first batch waits until the
 * weights' content is known, which is read while the model loads: a kill costs no more than the batch that is being computed. A cache that fails is said
 * once and done without. Disposes of `engine`.
 */
export async function cachingEngine(engine: Engine, of: AnswersOf, cache: string, onNotice: (notice: string) => void): Promise<Engine> {
  const { answersDependOn } = engine
  if (answersDependOn === undefined) return engine
  const idOf = (weights: string) => sha256(JSON.stringify({ weights, engine: answersDependOn, settings: of.settings })).slice(0, 32)
  const known = keptAnswers()
  /** Stands when the weights are known, unless the cache is broken. */
  let writer: ReturnType<typeof logWriter> | undefined
  let isBroken = false
  let areWeightsRead = false

  /** Runs `work` unless something failed before. */
  async function withCache(work: () => Promise<void>): Promise<void> {
    if (isBroken) return
    try {
      await work()
    } catch (error) {
      isBroken = true
      onNotice(`answers are no longer kept: ${errorText(error)}`)
    }
  }

  async function open(id: string): Promise<void> {
    const { log } = modelFiles(cache, id)
    const { answers, setAside } = await readLog(log, id)
    known.add(answers)
    if (setAside !== undefined)
      onNotice(`the answers kept of this model were damaged: ${answers.length} are sound and stay, the file was set aside as ${setAside}`)
  }

  async function beginWriting(weights: string): Promise<void> {
    const id = idOf(weights)
    if (of.fingerprint.known !== weights) await open(id)
    const { log, description } = modelFiles(cache, id)
    await writeWhole(description, [JSON.stringify({ model: of.label, source: of.source, engine: answersDependOn, weights })])
    await pruneCache(cache, { mostBytes: MOST_BYTES }, id)
    writer = logWriter(log, id)
    const now = new Date()
    await utimes(log, now, now).catch(() => {})
  }

  const { known: weightsKnown } = of.fingerprint
  if (weightsKnown !== undefined) await withCache(() => open(idOf(weightsKnown)))
  const ready = of.fingerprint.content.then(
    (weights) => {
      areWeightsRead = true
      return withCache(() => beginWriting(weights))
    },
    // Whoever needs the hash hears of it.
    () => {
      isBroken = true
    },
  )

  // Of small models, and of files that were just written, the hash is there by now or at once.
  if (weightsKnown === undefined) await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())])

  return {
    info: engine.info,
    answersDependOn,
    score(sequences) {
      const keys = sequences.map(sequenceKey)
      const kept: ScoredBatch[] = []
      const batches = engine.score(sequences, (members) => {
        const scores = known.find(members.map((member) => keys[member]!))
        if (!scores) return false
        kept.push({ scores: scores.map((score, index) => ({ sequence: members[index]!, ...score })), tokensComputed: 0, isCached: true })
        return true
      })
      return (async function* () {
        yield* kept
        for await (const computed of batches) {
          const own = computed.scores.map(({ sequence }) => keys[sequence]!)
          const batch = batchKey(own)
          const answers = computed.scores.map(({ logProb, isGreedy }, index): KeptAnswer => ({ key: own[index]!, batch, logProb, isGreedy }))
          known.add(answers)
          await ready
          await withCache(() => writer!.append(answers))
          yield computed
        }
      })()
    },
    ...(engine.peakBytes && { peakBytes: () => engine.peakBytes!() }),
    ...(engine.peakGemmRate && { peakGemmRate: () => engine.peakGemmRate!() }),
    async [Symbol.asyncDispose]() {
      // An interrupted run does not wait for weights that are still being read.
      if (areWeightsRead) await ready
      await withCache(async () => writer?.[Symbol.asyncDispose]())
      // A batch may still be on its way.
      isBroken = true
      await engine[Symbol.asyncDispose]()
    },
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
