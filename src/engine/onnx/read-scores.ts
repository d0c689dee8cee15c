/** Scores of a batch's sequences from the outputs of the graph. */
import { EngineError } from '../../errors.ts'
import type { Batch } from '../../plan/batches.ts'
import type { Sequence, SequenceScore } from '../../plan/sequence.ts'
import type { Dtype } from '../devices/dtype.ts'

/** What a graph of graph/decoder.ts gives. */
export interface BatchOutputs {
  /** Natural log-probabilities of the batch's targets, row-major, [scored, targetColumns]; padding at the end. */
  readonly logProbs: Float32Array
  /** The arg-max token after each scored node. */
  readonly best: BigInt64Array
}

/** One score a sequence: the log-probabilities of its targets, summed in float64. Fails with EngineError on NaN. */
export function readScores({ members, targetColumns }: Batch, sequences: readonly Sequence[], { logProbs, best }: BatchOutputs, dtype: Dtype): SequenceScore[] {
  return members.map(({ sequence, slots }) => {
    const { targets } = sequences[sequence]!
    let logProb = 0
    let isGreedy = true
    slots.forEach((slot, index) => {
      logProb += logProbs[slot]!
      isGreedy &&= Number(best[Math.floor(slot / targetColumns)]) === targets[index]
    })
    if (Number.isNaN(logProb)) throw notANumber(dtype)
    return { sequence, logProb, isGreedy }
  })
}

function notANumber(dtype: Dtype): EngineError {
  return new EngineError(
    'the model gives NaN as a log-probability',
    dtype === 'float16'
      ? 'Its values may be larger than float16 holds: give --dtype f32.'
      : `Its weights may be damaged or overflow in ${dtype}; load it in transformers to check.`,
  )
}
