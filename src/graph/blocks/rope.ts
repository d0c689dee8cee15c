/** Rotary frequencies in f32, as transformers 5.24 `modeling_rope_utils.py` computes them. */
import type { Rope } from '../../model/config/rope-config.ts'

/** Angle per position of each pair of a head's values, in an input of `inputLength` tokens: [headSize / 2]. */
export function inverseFrequencies(rope: Rope, headSize: number, inputLength = 0): Float32Array {
  const waveLengths = Float32Array.from({ length: headSize / 2 }, (_, pair) => rope.theta ** ((2 * pair) / headSize))
  const plain = waveLengths.map((length) => 1 / length)
  switch (rope.kind) {
    case 'default':
      return plain
    case 'linear':
      return plain.map((frequency) => frequency / rope.factor)
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, rope))
    case 'yarn':
      return yarnFrequencies(plain, rope, headSize)
    case 'longrope': {
      const factors = inputLength > rope.originalMaxPositions ? rope.longFactors : rope.shortFactors
      return waveLengths.map((length, pair) => 1 / Math.fround(Math.fround(factors[pair]!) * length))
    }
  }
}

/** The length of an input, in tokens, above which other frequencies apply to all of it; Infinity if none do. */
export function frequencySwitch(rope: Rope): number {
  return rope.kind === 'longrope' ? rope.originalMaxPositions : Infinity
}

/** What cosines and sines are multiplied with. */
export function rotaryScale(rope: Rope): number {
  return rope.kind === 'yarn' || rope.kind === 'longrope' ? rope.attentionFactor : 1
}

/** Frequencies of long waves are divided by `factor`, those of short ones unchanged, those between blended. transformers `_compute_llama3_parameters`. */
function llama3Frequency(frequency: number, rope: Rope & { kind: 'llama3' }): number {
  const waveLength = (2 * Math.PI) / frequency
  if (waveLength < rope.originalMaxPositions / rope.highFrequencyFactor) return frequency
  if (waveLength > rope.originalMaxPositions / rope.lowFrequencyFactor) return frequency / rope.factor
  const share = (rope.originalMaxPositions / waveLength - rope.lowFrequencyFactor) / (rope.highFrequencyFactor - rope.lowFrequencyFactor)
  return ((1 - share) * frequency) / rope.factor + share * frequency
}

/** A ramp between divided and plain frequencies over the pairs. arXiv 2309.00071; transformers `_compute_yarn_parameters`. */
function yarnFrequencies(plain: Float32Array, rope: Rope & { kind: 'yarn' }, headSize: number): Float32Array {
  const pairOf = (rotations: number) => (headSize * Math.log(rope.originalMaxPositions / (rotations * 2 * Math.PI))) / (2 * Math.log(rope.theta))
  const bounds = [pairOf(rope.betaFast), pairOf(rope.betaSlow)] as const
  const low = Math.max(rope.truncate ? Math.floor(bounds[0]) : bounds[0], 0)
  const top = Math.min(rope.truncate ? Math.ceil(bounds[1]) : bounds[1], headSize - 1)
  const high = top === low ? top + 0.001 : top
  return plain.map((frequency, pair) => {
    const ramp = Math.min(1, Math.max(0, (pair - low) / (high - low)))
    return (frequency / rope.factor) * ramp + frequency * (1 - ramp)
  })
}
