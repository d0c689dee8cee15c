/** How far a device's log-probabilities are from those that an independent tool gives. */
import { onnxEngine } from '../engine/onnx/onnx-engine.ts'
import type { Device } from '../engine/devices/device.ts'
import type { Dtype } from '../engine/devices/dtype.ts'
import type { SequenceScore } from '../plan/sequence.ts'
import type { KnownAnswers } from './known-answers.ts'

/** A device's values compared with the reference values. */
export interface NumbersRecord {
  /** The model: `built-in suites`, or a family's random checkpoint. */
  readonly name: string
  readonly dtype: Dtype
  /** The tools of the reference values. */
  readonly madeBy: string
  /** Number of compared requests, and of all requests. */
  readonly compared: number
  readonly asked: number
  /** Nats a token: the largest and the mean difference. */
  readonly largest: number
  readonly mean: number
  /** Requests of a continuation, and those of them that are greedy in both or in neither. */
  readonly greedyAsked: number
  readonly greedyEqual: number
  /** Upper limit of `largest`; null if the type has no limit. */
  readonly limit: number | null
  readonly isRight: boolean
}

/** Tolerance of f32, in nats a token. */
const TOLERANCE = 1e-4

/** Scores the requests on a device until `deadline` (of performance.now()). Fails with EngineError where it cannot run the model. */
export async function checkNumbers(known: KnownAnswers, device: Device, dtype: Dtype, deadline: number): Promise<NumbersRecord> {
  await using engine = await onnxEngine(known.config, known.weights, { devices: [device], dtype })
  const scores: (SequenceScore | undefined)[] = []
  for await (const batch of engine.score(known.sequences)) {
    for (const score of batch.scores) scores[score.sequence] = score
    if (performance.now() > deadline) break
  }
  return {
    name: known.name,
    dtype,
    madeBy: known.madeBy,
    asked: known.answers.length,
    ...compareAnswers(known, scores, dtype === 'float32' ? TOLERANCE : null),
  }
}

/** Differences of the values whose sequences have scores. */
export function compareAnswers(
  { answers, sequences }: Pick<KnownAnswers, 'answers' | 'sequences'>,
  scores: readonly (SequenceScore | undefined)[],
  limit: number | null,
): Pick<NumbersRecord, 'compared' | 'largest' | 'mean' | 'greedyAsked' | 'greedyEqual' | 'limit' | 'isRight'> {
  const found = answers.flatMap((answer) => {
    const parts = answer.parts.map((part) => scores[part])
    return parts.every((part) => part !== undefined) ? [{ answer, parts }] : []
  })
  const differences = found.map(({ answer, parts }) => {
    const tokenCount = answer.parts.reduce((sum, part) => sum + sequences[part]!.targets.length, 0)
    return Math.abs(parts.reduce((sum, { logProb }) => sum + logProb, 0) - answer.logProb) / tokenCount
  })
  const greedy = found.filter(({ answer }) => answer.isGreedy !== null)
  const greedyEqual = greedy.filter(({ answer, parts }) => parts.every(({ isGreedy }) => isGreedy) === answer.isGreedy).length
  const largest = Math.max(0, ...differences)
  return {
    compared: found.length,
    largest,
    mean: differences.reduce((sum, difference) => sum + difference, 0) / (differences.length || 1),
    greedyAsked: greedy.length,
    greedyEqual,
    limit,
    isRight: found.length > 0 && (limit === null || (largest < limit && greedyEqual === greedy.length)),
  }
}
