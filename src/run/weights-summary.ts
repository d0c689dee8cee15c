/** A line on quantized weights and adapters, and on the sizes of weights. */
import type { WeightsRecord } from '../model/runnable/open-runnable.ts'
import { byteSize } from '../text/byte-size.ts'

/** `weights: 256.6 MiB → 111.0 MiB (−56.7 %) · 210 matrices as nf4 in blocks of 64, made at load · adapter ./lora: 60 modules`. */
export function weightsSummary({ quantization, adapter, weightBytes: { stored, run } }: WeightsRecord): string {
  const change = (100 * (run - stored)) / stored
  const sizes = stored === run ? byteSize(run) : `${byteSize(stored)} → ${byteSize(run)} (${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} %)`
  const parts = [`weights: ${sizes}`]
  if (quantization) {
    const { scheme, block, inputs, origin, matrixCount } = quantization
    const made = origin === 'load' ? 'made at load' : scheme === 'fp8' ? 'dequantized at load' : `as ${origin} stored them`
    parts.push(`${matrixCount} matrices as ${scheme} in blocks of ${block}, ${made}${inputs === undefined ? '' : `, inputs rounded to ${inputs}`}`)
  }
  if (adapter) {
    const replaced = adapter.replacedCount === 0 ? '' : `, ${adapter.replacedCount} tensors of its own`
    parts.push(`adapter ${adapter.source}: ${adapter.moduleCount} modules${replaced}`)
  }
  return parts.join(' · ')
}
