/**
 * `--divergence`: each variant's next-token distributions against the original's, which is the run's first model. The original stores the hidden states of
 * scored positions in a temporary file; with each variant the original's head is applied to them again.
 */
import type { HeadSource } from '../engine/onnx/engine-divergence.ts'
import { hiddenStatesBytes, openHiddenStates, type HiddenStates } from '../engine/hidden-states.ts'
import { countScoredPositions } from '../plan/scored-positions.ts'
import type { DivergenceOriginal } from '../store/run-record.ts'
import type { DivergenceRole } from './divergence-role.ts'
import type { EncodedAhead } from './encode-ahead.ts'
import { inspectModel, type ModelSource } from './model-source.ts'

/** Dispose of it after the last model: it holds the temporary file, and what the original's weights need. */
export interface DivergenceRun extends AsyncDisposable {
  /** The part of the next model; `original` is the record of the first one. */
  readonly roleOf: (original: DivergenceOriginal | undefined) => DivergenceRole
}

/** Begins without a file. */
export function divergenceRun(): DivergenceRun {
  const kept: AsyncDisposable[] = []
  let original: { readonly states: HiddenStates; readonly head: HeadSource } | undefined
  return {
    roleOf: (record) => ({
      original: record ? { label: record.label, source: record.source, weightsHash: record.weightsHash } : null,
      async begin(model, encoded) {
        if (record) return { kind: 'variant', states: original!.states, original: original!.head }
        const states = await openHiddenStates({ rowCount: await countPositions(encoded), width: model.config.hiddenSize })
        kept.push(states)
        original = { states, head: model }
        return { kind: 'original', states }
      },
      async keep(resource) {
        if (record) await resource[Symbol.asyncDispose]()
        else kept.push(resource)
      },
    }),
    async [Symbol.asyncDispose]() {
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
