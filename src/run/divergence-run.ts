/**
 * `--divergence`: each variant's next-token distributions against the original's, which is the run's first model. Where both are computed together, their
 * logits meet in one graph. For other variants the original stores the hidden states of scored positions in a temporary file; with each of them the
 * original's head is applied to the states again.
 */
import { hiddenStatesBytes, openHiddenStates, type HiddenStates } from '../engine/hidden-states.ts'
import { countScoredPositions } from '../plan/scored-positions.ts'
import type { BegunModel, DivergenceRole } from './divergence-role.ts'
import type { EncodedAhead } from './encode-ahead.ts'
import { inspectModel, type ModelSource } from './model-source.ts'

/** Dispose of it after the last model: it holds the temporary file, and what the original's weights need. */
export interface DivergenceRun extends AsyncDisposable {
  /** The part of a model. */
  readonly roleOf: (model: Pick<ModelSource, 'label'>) => DivergenceRole
}

/** Begins without a file. `hasOthers`: whether variants are left that are not computed together with the original. */
export function divergenceRun(original: Pick<ModelSource, 'label' | 'source'>, hasOthers: boolean): DivergenceRun {
  const kept: AsyncDisposable[] = []
  let begun: BegunModel | undefined
  let states: HiddenStates | undefined
  let originalEngine: string | undefined
  const store = async (model: BegunModel): Promise<HiddenStates> => {
    // Of an attempt to compute the models together.
    await states?.[Symbol.asyncDispose]()
    states = undefined
    states = await openHiddenStates({ rowCount: await countPositions(model.encoded), width: model.head.config.hiddenSize })
    return states
  }
  const ofOriginal: DivergenceRole = {
    original: null,
    async begin(model) {
      begun = model
      return { kind: 'original', states: await store(model) }
    },
    async beginJoined(model) {
      begun = model
      return hasOthers ? store(model) : undefined
    },
    cachedBy(engine) {
      originalEngine = engine
      // A batch that is not computed leaves no states.
      return states ? null : { settings: { compared: 'original' } }
    },
    keep: async (resource) => void kept.push(resource),
  }
  const ofVariant = (): DivergenceRole => {
    let isJoined = false
    return {
      original: () => ({ label: original.label, source: original.source, weightsHash: begun?.weightsHash ?? Promise.resolve(null) }),
      async begin() {
        isJoined = false
        return { kind: 'variant', states: states!, original: begun!.head }
      },
      async beginJoined() {
        isJoined = true
        return undefined
      },
      cachedBy() {
        if (!begun) return null
        const { fingerprint, settings } = begun.identity
        const way = isJoined ? { compared: 'in one graph' } : { compared: 'with stored states', originalEngine }
        return { settings: { ...way, original: settings }, original: { label: original.label, fingerprint } }
      },
      keep: (resource) => Promise.resolve(resource[Symbol.asyncDispose]()),
    }
  }
  return {
    roleOf: ({ label }) => (label === original.label ? ofOriginal : ofVariant()),
    async [Symbol.asyncDispose]() {
      await states?.[Symbol.asyncDispose]()
      for (const resource of kept.toReversed()) await resource[Symbol.asyncDispose]()
    },
  }
}

/** Scored positions of all tasks. Fails as encoding does. */
export async function countPositions(encoded: readonly EncodedAhead[]): Promise<number> {
  let count = 0
  for (const { chunks } of encoded) for (const chunk of chunks) count += countScoredPositions((await chunk.encoded).sequences)
  return count
}

/** What the temporary file of an original with that many scored positions takes, in bytes. */
export async function temporaryBytes(original: ModelSource, positionCount: number): Promise<number> {
  const { configFile } = await inspectModel(original)
  return hiddenStatesBytes(positionCount, configFile.config.hiddenSize)
}
