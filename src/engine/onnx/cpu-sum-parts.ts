/** In how many parts a log-softmax sums a vocabulary on this processor. */
import { readFileSync } from 'node:fs'

/**
 * onnxruntime adds up a row's exponentials in as many running sums as a vector register holds: 16 with AVX-512, 8 with AVX2. The longer each sum, the
 * more small terms f32 loses. On a vocabulary of 49,152, 8 sums move a log-probability by 1.6e-5 nats a token, 16 by 8e-6, which is what torch
 * and so lm-eval loses. Two parts make 16 sums of 8. If the processor is not known, one part.
 */
export function cpuSumParts(flags = processorFlags()): number {
  return flags.includes('avx2') && !flags.includes('avx512f') ? 2 : 1
}

/** Instruction sets of the first processor as Linux lists them; empty elsewhere. */
function processorFlags(): readonly string[] {
  try {
    const line = readFileSync('/proc/cpuinfo', 'utf8')
      .split('\n')
      .find((each) => each.startsWith('flags'))
    return line?.split(' ') ?? []
  } catch {
    return []
  }
}
