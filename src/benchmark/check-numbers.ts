/** How far a device's log-probabilities are from those that an independent tool gives. */
import { onnxEngine } from '../engine/onnx/onnx-engine.ts'
import type { Device } from '../engine/devices/device.ts'
import type { Dtype } from '../engine/devices/dtype.ts'
import type { SequenceScore } from '../plan/sequence.ts'
import type { ReferenceModel } from './reference-models.ts'

/** A device's values compared with the reference values. */
export interface NumbersRecord {
  /** The model: `built-in tasks`, or a family's random checkpoint. */
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

/** Scores the requests on a device until `deadline` (of performance.now()). Fails with EngineError if it cannot run the model. */
export async function checkNumbers(reference: ReferenceModel, device: Device, dtype: Dtype, deadline: number): Promise<NumbersRecord> {
  await using engine = await onnxEngine(reference.config, reference.weights, { devices: [device], dtype })
  const scores: (SequenceScore | undefined)[] = []
  for await (const batch of engine.score(reference.sequences)) {
    for (const score of batch.scores) scores[score.sequence] = score
    if (performance.now() > deadline) break
  }
  return {
    name: reference.name,
    dtype,
    madeBy: reference.madeBy,
    asked: reference.values.length,
    ...compareValues(reference, scores, dtype === 'float32' ? TOLERANCE : null),
  }
}

/** Differences of the values whose sequences have scores. */
export function compareValues(
  { values, sequences }: Pick<ReferenceModel, 'values' | 'sequences'>,
  scores: readonly (SequenceScore | undefined)[],
  limit: number | null,
): Pick<NumbersRecord, 'compared' | 'largest' | 'mean' | 'greedyAsked' | 'greedyEqual' | 'limit' | 'isRight'> {
  const found = values.flatMap((value) => {
    const parts = value.parts.map((part) => scores[part])
    return parts.every((part) => part !== undefined) ? [{ value, parts }] : []
  })
  const differences = found.map(({ value, parts }) => {
    const tokenCount = value.parts.reduce((sum, part) => sum + sequences[part]!.targets.length, 0)
    return Math.abs(parts.reduce((sum, { logProb }) => sum + logProb, 0) - value.logProb) / tokenCount
  })
  const greedy = found.filter(({ value }) => value.isGreedy !== null)
  const greedyEqual = greedy.filter(({ value, parts }) => parts.every(({ isGreedy }) => isGreedy) === value.isGreedy).length
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
