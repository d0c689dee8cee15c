/** Scores of a batch's sequences, and their divergences, from the outputs of the graph. */
import { EngineError } from '../../errors.ts'
import { divergenceOutputNames, ORIGINAL_OUTPUTS } from '../../graph/blocks/divergence.ts'
import { headOutputNames } from '../../graph/blocks/head.ts'
import type { Batch } from '../../plan/batches.ts'
import type { Sequence, SequenceScore } from '../../plan/sequence.ts'
import type { Dtype } from '../devices/dtype.ts'
import type { SequenceDivergence } from '../engine.ts'
import type { RunResult } from './session-messages.ts'

/** What a graph of graph/decoder.ts gives. */
export interface BatchOutputs {
  /** Natural log-probabilities of the batch's targets, row-major, [scored, targetColumns]; padding at the end. */
  readonly logProbs: Float32Array
  /** The arg-max token after each scored node. */
  readonly best: BigInt64Array
  /** Of the original in a divergence: hidden states of the scored nodes, row-major, [scored, hidden]; padding at the end. */
  readonly hiddenStates?: Float32Array
  /** Of a variant. */
  readonly divergence?: DivergenceOutputs
}

/** What `divergenceOutputs` of graph/blocks/divergence.ts gives of a variant: a value a scored node, and for log-probabilities a value a target. */
export interface DivergenceOutputs {
  readonly kl: Float32Array
  readonly best: BigInt64Array
  readonly originalBest: BigInt64Array
  readonly originalLogProbs: Float32Array
  readonly variantLogProbs: Float32Array
}

/** A graph's outputs by name, as its kind of graph has them; of several models, those of the one at `model`. */
export function batchOutputs(outputs: RunResult['outputs'], model = 0): BatchOutputs {
  const floats = (name: string) => outputs[name] as Float32Array
  const [names, compared] = [headOutputNames(model), divergenceOutputNames(model)]
  const best = outputs[names.best] as BigInt64Array
  return {
    logProbs: floats(names.logProbs),
    best,
    ...(model === 0 && outputs[ORIGINAL_OUTPUTS.states] && { hiddenStates: floats(ORIGINAL_OUTPUTS.states) }),
    ...(outputs[compared.kl] && {
      divergence: {
        kl: floats(compared.kl),
        best,
        originalBest: outputs[ORIGINAL_OUTPUTS.best] as BigInt64Array,
        originalLogProbs: floats(ORIGINAL_OUTPUTS.logProbs),
        variantLogProbs: floats(compared.logProbs),
      },
    }),
  }
}

/** The divergence at each of a sequence's targets. Fails with EngineError on NaN. */
export function readDivergences({ members, targetColumns }: Batch, sequences: readonly Sequence[], outputs: DivergenceOutputs): SequenceDivergence[] {
  const { kl, best, originalBest, originalLogProbs, variantLogProbs } = outputs
  return members.map(({ sequence, slots }) => {
    const rows = slots.map((slot) => Math.floor(slot / targetColumns))
    const divergence = {
      sequence: sequences[sequence]!,
      // Rounding can go below 0.
      kl: Float32Array.from(rows, (row) => Math.max(0, kl[row]!)),
      isSameTop: Array.from(rows, (row) => best[row] === originalBest[row]),
      original: Float32Array.from(slots, (slot) => originalLogProbs[slot]!),
      variant: Float32Array.from(slots, (slot) => variantLogProbs[slot]!),
    }
    if (divergence.kl.some(Number.isNaN))
      throw new EngineError('the divergence from the original is NaN', 'A logit of one of the models is infinite; load them in transformers to check.')
    return divergence
  })
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
