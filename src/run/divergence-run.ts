/**
 * `--divergence`: each variant's next-token distributions against the original's, which is the run's first model. Where both are computed together, their
 * logits meet in one graph. For other variants the original stores the hidden states of scored positions in a temporary file; with each of them the
 * original's head is applied to the states again.
 */
import type { HeadSource } from '../engine/onnx/engine-divergence.ts'
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
  let weightsHash: Promise<string | null> = Promise.resolve(null)
  let head: HeadSource | undefined
  let states: HiddenStates | undefined
  const store = async (model: BegunModel): Promise<HiddenStates> => {
    // Of an attempt to compute the models together.
    await states?.[Symbol.asyncDispose]()
    states = undefined
    states = await openHiddenStates({ rowCount: await countPositions(model.encoded), width: model.head.config.hiddenSize })
    return states
  }
  const begin = (model: BegunModel) => {
    weightsHash = model.weightsHash
    head = model.head
  }
  const ofOriginal: DivergenceRole = {
    original: null,
    async begin(model) {
      begin(model)
      return { kind: 'original', states: await store(model) }
    },
    async beginJoined(model) {
      begin(model)
      return hasOthers ? store(model) : undefined
    },
    keep: async (resource) => void kept.push(resource),
  }
  const ofVariant: DivergenceRole = {
    original: () => ({ label: original.label, source: original.source, weightsHash }),
    begin: async () => ({ kind: 'variant', states: states!, original: head! }),
    beginJoined: async () => undefined,
    keep: (resource) => Promise.resolve(resource[Symbol.asyncDispose]()),
  }
  return {
    roleOf: ({ label }) => (label === original.label ? ofOriginal : ofVariant),
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
